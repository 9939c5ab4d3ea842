"""Parts that are made when first asked for, once, by whichever thread asks."""

from collections.abc import Callable
from threading import RLock
from typing import Any, Generic, TypeVar, overload

Made = TypeVar("Made")


class made_once(Generic[Made]):  # noqa: N801  # used like property
    """`functools.cached_property` with the lock that it no longer has since Python 3.12."""

    def __init__(self, make: Callable[[Any], Made]) -> None:
        self._make, self._lock, self._name = make, RLock(), make.__name__
        self.__doc__ = make.__doc__

    @overload
    def __get__(self, owner: None, kind: type[Any]) -> "made_once[Made]": ...

    @overload
    def __get__(self, owner: object, kind: type[Any] | None = None) -> Made: ...

    def __get__(self, owner: object | None, kind: type[Any] | None = None) -> "made_once[Made] | Made":
        if owner is None:
            return self
        with self._lock:
            if self._name not in vars(owner):  # from then on it is found there, without us
                vars(owner)[self._name] = self._make(owner)
            made: Made = vars(owner)[self._name]
            return made

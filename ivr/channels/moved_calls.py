"""Callers whom somebody takes out of the bot's hands, while their stream is open in this process."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

log = logging.getLogger(__name__)
LOOK_EVERY = 1.0  # seconds


class MovesOn(Protocol):
    """A caller's conversation."""

    async def moved_on(self) -> None: ...


class MovedCalls:
    """Looks once in `every` seconds, with one question for all streams, which calls are not the dialogue's any more.

    A conversation finds it out by itself at its next event; this spares the caller the wait for it.
    """

    def __init__(
        self, not_talking: Callable[[Sequence[str]], Awaitable[Sequence[str]]], every: float = LOOK_EVERY
    ) -> None:
        self._not_talking, self._every = not_talking, every
        self._open: dict[str, MovesOn] = {}

    @contextmanager
    def watched(self, sid: str, conversation: MovesOn) -> Iterator[None]:
        """While the stream of call `sid` is open."""
        self._open[sid] = conversation
        try:
            yield
        finally:
            if self._open.get(sid) is conversation:
                del self._open[sid]

    async def run(self) -> None:
        """For ever; a database that is away is asked again."""
        while True:
            await asyncio.sleep(self._every)
            await self.look()

    async def look(self) -> None:
        """Tell those who have moved on, each once."""
        if not self._open:
            return
        try:
            for sid in await self._not_talking(list(self._open)):
                if (conversation := self._open.pop(sid, None)) is not None:
                    await conversation.moved_on()
        except Exception:  # the next look, or the conversation's next event, makes up for it
            log.warning("could not see which callers were taken over", exc_info=True)

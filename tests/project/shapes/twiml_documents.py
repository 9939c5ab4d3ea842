"""The carrier's documents: which elements ours have, what each says of itself, and the names of parameters."""

import importlib
import inspect
import itertools
import pkgutil
from collections.abc import Callable, Iterator
from typing import Any, get_type_hints
from xml.etree import ElementTree as ET

import twiml
from ivr.desk.ringing import RingTimes

GIVEN, HOLDS = "(given)", "(holds)"
BY_TYPE: dict[Any, tuple[Any, ...]] = {str: (GIVEN,), int: (77,), dict[str, str]: ({GIVEN: GIVEN},)}
BY_NAME: dict[str, tuple[Any, ...]] = {
    "currency": ("USD",), "language": ("en", "es"), "enter": ((GIVEN,) * 4,), "says": ((GIVEN,),), "count": (77, None),
    "ring_seconds": (RingTimes().standby,),
}  # fmt: skip


def elements() -> dict[str, Any]:
    """Of every element its attributes, each with the values that we choose ourselves, and what stands in it."""
    found: dict[str, dict[str, set[str]]] = {}
    for document in _documents():
        for element in document.iter():
            if element.tag == "Parameter":
                found.setdefault("Parameter", {}).setdefault("name", set()).add(element.get("name", ""))
                continue
            told = found.setdefault(element.tag, {})
            for name, value in element.items():
                told.setdefault(name, set()).add(value)
            told.setdefault(HOLDS, set()).update(child.tag for child in element)
    return {tag: {name: _told(name, values) for name, values in told.items() if values} for tag, told in found.items()}


def _told(name: str, values: set[str]) -> list[str] | str:
    return sorted(values) if name == HOLDS else " | ".join(sorted(values))


def _documents() -> Iterator[ET.Element]:
    """Whatever `twiml` can make, of arguments that are told from what it adds itself."""
    for make in _makers():
        choices = [_choices(parameter, kind) for parameter, kind in _parameters(make)]
        for values in itertools.product(*choices):
            yield ET.fromstring(make(*values))


def _makers() -> Iterator[Callable[..., str]]:
    for module in pkgutil.iter_modules(twiml.__path__, "twiml."):
        for name, member in inspect.getmembers(importlib.import_module(module.name), inspect.isfunction):
            ours = member.__module__ == module.name and not name.startswith("_")
            if ours and get_type_hints(member).get("return") is str:
                yield member


def _parameters(make: Callable[..., str]) -> Iterator[tuple[inspect.Parameter, Any]]:
    hints = get_type_hints(make)
    for name, parameter in inspect.signature(make).parameters.items():
        yield parameter, hints[name]


def _choices(parameter: inspect.Parameter, kind: Any) -> tuple[Any, ...]:
    given = BY_NAME.get(parameter.name) or BY_TYPE.get(kind) or (GIVEN,)
    return given if parameter.default is inspect.Parameter.empty else (*given, parameter.default)

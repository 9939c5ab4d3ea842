"""The shape of JSON documents, from examples: which keys there are, and what stands under them."""

from collections.abc import Iterable
from typing import Any

TYPES = {str: "text", int: "number", float: "number", bool: "yes or no", type(None): "nothing"}


def shape_of(*examples: Any, maps: Iterable[str] = ()) -> Any:
    """One shape for all examples. A key that some lack ends in `?`; a scalar is a word for its types.

    `maps` are dotted paths of dictionaries whose keys are data: what stands in them is shown once, under `(any)`.
    """
    return _merged(examples, "", frozenset(maps))


def _merged(examples: Iterable[Any], path: str, maps: frozenset[str]) -> Any:
    examples = list(examples)
    dicts = [one for one in examples if isinstance(one, dict)]
    lists = [one for one in examples if isinstance(one, list | tuple)]
    words = {TYPES[type(one)] for one in examples if not isinstance(one, dict | list | tuple)}
    whole: list[Any] = [_of_dicts(dicts, path, maps)] if dicts else []
    if lists:
        items = [item for one in lists for item in one]
        whole.append([_merged(items, path, maps)] if items else [])
    if not whole:
        return " or ".join(sorted(words, key=_nothing_last))
    shape = whole[0] if len(whole) == 1 else {"either": whole}
    return {"nothing, or": shape} if words == {"nothing"} else {" or ".join(sorted(words)): shape} if words else shape


def _of_dicts(dicts: list[dict[str, Any]], path: str, maps: frozenset[str]) -> dict[str, Any]:
    if path in maps:
        return {"(any)": _merged([value for one in dicts for value in one.values()], f"{path}.*", maps)}
    names = sorted({name for one in dicts for name in one})
    return {
        name if all(name in one for one in dicts) else f"{name}?": _merged(
            [one[name] for one in dicts if name in one], f"{path}.{name}".removeprefix("."), maps
        )
        for name in names
    }


def _nothing_last(word: str) -> tuple[bool, str]:
    return word == "nothing", word

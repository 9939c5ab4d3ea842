"""Reads a script from YAML, JSON or plain data, and says where one is wrong and what to write instead."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from switch.phones.script import (
    KEYS,
    Answer,
    Code,
    Converse,
    Decline,
    HangUp,
    Keys,
    Noise,
    Pause,
    Quiet,
    Reply,
    Say,
    Script,
    ScriptError,
    Silence,
    Step,
    Wait,
    Wav,
)


def load_script(path: Path) -> Script:
    """Read a script file, YAML or JSON. WAV paths are relative to it. Raises ScriptError, or OSError."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ScriptError(
            f"{path}: not YAML or JSON: {str(error).splitlines()[0]}; write steps such as `- say: Hello`"
        ) from error
    return read_script(data, str(path), path.parent)


def read_script(data: Any, source: str = "script", folder: Path | None = None) -> Script:
    """A script from plain data: a list of steps, or a map with `steps` and `from`, `to`, `voice`, `noise`."""
    head = {"steps": data} if isinstance(data, list) else data
    if not isinstance(head, dict) or not isinstance(head.get("steps"), list) or not head["steps"]:
        raise ScriptError(f"{source}: no steps; write a list such as `- say: Hello`, or put it under `steps:`")
    reader = _Reader(source, folder or Path())
    if unknown := [str(key) for key in head if key not in ("steps", "from", "to", "voice", "noise")]:
        raise ScriptError(f"{source}: {unknown[0]!r} is not known; above the steps may stand from, to, voice, noise")
    fields: dict[str, Any] = {
        name: reader.text(head[key], key)
        for key, name in (("from", "from_"), ("to", "to"), ("voice", "voice"))
        if head.get(key) is not None
    }
    if "noise" in head:
        fields["noise"] = reader.noise(head["noise"], {})
    steps = tuple(reader.step(number, item) for number, item in enumerate(head["steps"], 1))
    for number, step in enumerate(steps, 1):
        if isinstance(step, Answer | Decline) and any(not isinstance(before, Pause) for before in steps[: number - 1]):
            raise ScriptError(f"{source}, step {number}: the phone rings first; nothing but pauses may stand before it")
    return Script(steps, **fields)


class _Reader:
    """Reads one script's values, and says where a wrong one stands."""

    def __init__(self, source: str, folder: Path) -> None:
        self._source, self._folder, self._where = source, folder, "heading"

    def step(self, number: int, item: Any) -> Step:
        self._where = f"step {number}"
        fields = {item: None} if isinstance(item, str) else item
        if not isinstance(fields, dict) or not fields:
            raise self._wrong(f"{item!r} is not a step; write one of {', '.join(_STEPS)}, such as `- say: Hello`")
        name, *others = fields
        if name not in _STEPS:
            raise self._wrong(f"{name!r} is not known; write one of {', '.join(_STEPS)}")
        if strange := [key for key in others if key not in _BESIDE.get(name, ())]:
            raise self._wrong(f"{strange[0]!r} does not go with {name!r}; put it in a step of its own")
        return _STEPS[name](self, fields[name], fields)

    def text(self, value: Any, name: str) -> str:
        if not isinstance(value, str) or not value.strip():
            raise self._wrong(f"{name} is {value!r}; write text, in quotes when it looks like a number")
        return value

    def seconds(self, value: Any, name: str) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 600:
            raise self._wrong(f"{name} is {value!r}; write seconds, more than 0 and at most 600")
        return float(value)

    def path(self, value: Any) -> Path:
        path = self._folder / self.text(value, "wav")
        if not path.is_file():
            raise self._wrong(f"there is no file {path}; give a WAV relative to the script")
        return path

    def keys(self, value: Any, _: dict[str, Any]) -> Keys:
        if not isinstance(value, str) or not value or set(value) - KEYS:
            raise self._wrong(f'keys are {value!r}; write 0-9, * and # in quotes, such as "1234#"')
        return Keys(value)

    def code(self, value: Any, fields: dict[str, Any]) -> Code:
        if value not in ("say", "keys"):
            raise self._wrong(f"code is {value!r}; write say or keys, how the code in a text message is given")
        return Code(value, self.seconds(fields.get("within", 20.0), "within"))

    def wait(self, value: Any, fields: dict[str, Any]) -> Wait:
        return Wait(self.text(value, "wait"), self.seconds(fields.get("within", 20.0), "within"))

    def quiet(self, value: Any, fields: dict[str, Any]) -> Quiet:
        return Quiet(self.seconds(value, "quiet"), self.seconds(fields.get("within", 20.0), "within"))

    def converse(self, value: Any, fields: dict[str, Any]) -> Converse:
        if not isinstance(value, list) or not value:
            raise self._wrong('converse has no replies; write a list such as `- {hears: PIN, keys: "2749"}`')
        where = self._where
        replies = tuple(self._reply(f"{where}, reply {number}", item) for number, item in enumerate(value, 1))
        self._where = where
        timing = {name: self.seconds(fields[name], name) for name in ("rest", "within") if name in fields}
        return Converse(replies, **timing)

    def _reply(self, where: str, item: Any) -> Reply:
        self._where = where
        does = {name: value for name, value in item.items() if name in _IN_REPLIES} if isinstance(item, dict) else {}
        if not does:
            raise self._wrong(f"{item!r} does nothing; write one of {', '.join(_IN_REPLIES)}, as in `say: Yes`")
        if strange := [key for key in item if key not in (*_IN_REPLIES, "hears", "given", "times", "over", "ends")]:
            raise self._wrong(
                f"{strange[0]!r} is not known; beside what is done may stand hears, given, times, over, ends"
            )
        if ("hears" in item) == ("over" in item):
            raise self._wrong("write what it hears, or how many seconds over the far side's speech it comes, not both")
        times = item.get("times")
        if times is not None and (isinstance(times, bool) or not isinstance(times, int) or times < 1):
            raise self._wrong(f"times is {times!r}; write how often it is given at most, 1 or more")
        return Reply(
            tuple(_STEPS[name](self, value, item) for name, value in does.items()),
            self._texts(item, "hears"),
            self._texts(item, "given"),
            times,
            self.seconds(item["over"], "over") if "over" in item else None,
            item.get("ends") is True,
        )

    def _texts(self, item: dict[str, Any], name: str) -> tuple[str, ...]:
        given = item.get(name, [])
        return tuple(self.text(one, name) for one in ([given] if isinstance(given, str) else given))

    def noise(self, value: Any, _: dict[str, Any]) -> Noise:
        fields = value if isinstance(value, dict) else {"level_db": value}
        if strange := [key for key in fields if key not in ("level_db", "seconds", "wav")]:
            raise self._wrong(f"{strange[0]!r} does not go with noise; write level_db, seconds, wav")
        level = fields.get("level_db")
        if isinstance(level, bool) or not isinstance(level, int | float) or not -90 <= level <= -5:
            raise self._wrong(f"noise level_db is {level!r}; write dBFS from -90 (hardly heard) to -5 (very loud)")
        seconds = None if fields.get("seconds") is None else self.seconds(fields["seconds"], "noise seconds")
        return Noise(float(level), seconds, None if fields.get("wav") is None else self.path(fields["wav"]))

    def decline(self, value: Any, _: dict[str, Any]) -> Decline:
        if value not in (None, "busy", "no-answer"):
            raise self._wrong(f"decline is {value!r}; write busy or no-answer")
        return Decline(value or "busy")

    def bare(self, value: Any, made: Step, name: str) -> Step:
        if value not in (None, True):
            raise self._wrong(f"{name} takes no value, not {value!r}; write `- {name}`")
        return made

    def _wrong(self, problem: str) -> ScriptError:
        return ScriptError(f"{self._source}, {self._where}: {problem}")


_STEPS: dict[str, Callable[[_Reader, Any, dict[str, Any]], Step]] = {
    "say": lambda reader, value, _: Say(reader.text(value, "say")),
    "wav": lambda reader, value, _: Wav(reader.path(value)),
    "keys": _Reader.keys,
    "code": _Reader.code,
    "wait": _Reader.wait,
    "quiet": _Reader.quiet,
    "pause": lambda reader, value, _: Pause(reader.seconds(value, "pause")),
    "silence": lambda reader, value, _: Silence(reader.seconds(value, "silence")),
    "converse": _Reader.converse,
    "noise": _Reader.noise,
    "answer": lambda reader, value, _: reader.bare(value, Answer(), "answer"),
    "decline": _Reader.decline,
    "hang_up": lambda reader, value, _: reader.bare(value, HangUp(), "hang_up"),
}
_BESIDE: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("code", "wait", "quiet"), ("within",)),
    "converse": ("rest", "within"),
}
_IN_REPLIES = ("pause", "say", "wav", "keys", "hang_up")

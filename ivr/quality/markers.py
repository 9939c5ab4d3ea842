"""The moments of a call that a reviewer wants to jump to, found in its rows. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol

from ivr.calls import stats

SILENT = 3.0  # seconds in which nobody speaks
TOGETHER = 1.0  # seconds in which two speak at once
DOUBTFUL = 0.6  # confidence of a turn, below which it was hardly heard

KINDS = {
    "person": "Asked for a person",
    "talking": "With a person",
    "hold": "On hold",
    "interrupted": "Bot cut off",
    "misheard": "Misheard",
    "unsure": "Hardly heard",
    "silence": "Silence",
    "talk-over": "Both at once",
    "mood": "Upset",
    "payment": "Payment",
    "unrecorded": "The caller did not want to be recorded",
}


class Spoken(stats.Spoken, Protocol):
    """A turn with what was thought of it."""

    @property
    def confidence(self) -> float | None: ...
    @property
    def why(self) -> dict[str, Any] | None: ...


@dataclass(frozen=True, slots=True)
class Marker:
    """From `start` to `end`, in seconds from the call's start, `kind` (one of KINDS) was so; `detail` in words."""

    kind: str
    start: float
    end: float
    detail: str = ""

    @property
    def words(self) -> str:
        return f"{KINDS[self.kind]}: {self.detail}" if self.detail else KINDS[self.kind]


@dataclass(frozen=True, slots=True)
class PersonSpell:
    """When a hand-off was asked for and led to a person, and when they held the caller; seconds, None: never."""

    asked: float
    reason: str
    met: float | None
    over: float | None
    holds: tuple[tuple[float, float], ...] = ()
    upset: bool = False


@dataclass(frozen=True, slots=True)
class Misheard:
    """A turn of the caller, in seconds from the call's start, of which the bot heard `wrong` of the `words` amiss."""

    start: float
    end: float
    wrong: int
    words: int


def find_markers(
    turns: Sequence[Spoken],
    spells: Sequence[PersonSpell] = (),
    until: float = 0.0,
    refused: float | None = None,
    misheard: Iterable[Misheard] = (),
) -> list[Marker]:
    """All moments in order; turns in any order. `until`: the call's end, at which what is open ends; `refused`: when
    the caller said that they are not to be recorded."""
    ordered = sorted(turns, key=lambda turn: turn.start)
    found = [*_of_turns(ordered), *_silences(ordered), *_together(ordered), *_of_people(spells, until)]
    found += [Marker("misheard", one.start, one.end, f"{one.wrong} of {one.words} words") for one in misheard]
    if refused is not None:
        found.append(Marker("unrecorded", refused, max(refused, until)))
    return sorted(found, key=lambda marker: (marker.start, list(KINDS).index(marker.kind)))


def _of_turns(turns: Sequence[Spoken]) -> Iterator[Marker]:
    for turn in turns:
        end = turn.end or turn.start
        why = turn.why or {}
        if turn.speaker == "bot" and turn.played is not None and turn.end is not None and 0 < turn.played < stats.WHOLE:
            yield Marker("interrupted", end, end, f"after {round(turn.played * 100)} %")
        if turn.speaker == "caller" and turn.confidence is not None and turn.confidence < DOUBTFUL:
            yield Marker("unsure", turn.start, end, f"with {round(turn.confidence * 100)} %")
        if "upset" in why.get("named", ()):
            yield Marker("mood", turn.start, end)
        if any(name in ("do Pay", "do TakeCard") for name in why.get("did", ())):
            yield Marker("payment", turn.start, end)


def _silences(turns: Sequence[Spoken]) -> Iterator[Marker]:
    heard = [turn for turn in turns if turn.speaker != "bot" or turn.end is not None]
    last = 0.0
    for before, after in pairwise(heard):
        last = max(last, before.end or before.start)
        if after.start - last > SILENT:
            yield Marker("silence", last, after.start, f"{after.start - last:.0f} s")


def _together(turns: Sequence[Spoken]) -> Iterator[Marker]:
    spoken = [turn for turn in turns if turn.via == "voice" and turn.end is not None]
    for before, after in pairwise(spoken):
        start, end = after.start, min(before.end or 0.0, after.end or 0.0)
        if (before.speaker == "caller") != (after.speaker == "caller") and end - start >= TOGETHER:
            yield Marker("talk-over", start, end, f"{end - start:.0f} s")


def _of_people(spells: Sequence[PersonSpell], until: float) -> Iterator[Marker]:
    for spell in spells:
        yield Marker("person", spell.asked, spell.met or spell.over or until, spell.reason)
        if spell.upset:
            yield Marker("mood", spell.asked, spell.asked)
        if spell.met is not None:
            yield Marker("talking", spell.met, spell.over or until)
        for start, end in spell.holds:
            yield Marker("hold", start, end, f"{end - start:.0f} s")

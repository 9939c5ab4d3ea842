"""Which calls are looked for, as the address of the list says it. Pure."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final, Protocol, TypeVar
from zoneinfo import ZoneInfo

from ivr.dialogue.prompts import TOPICS
from ivr.quality.flags import FLAGS
from ivr.quality.search.words import Typed, read

RANGES: Final = {"today": "Today", "this-week": "This week", "last-week": "Last week", "30-days": "Last 30 days"}
OUTCOMES: Final = ("resolved", "handed-off", "callback", "message", "abandoned", "failed")
INTENTS: Final = (*TOPICS, "human_agent")
RATINGS: Final = ("low", "1", "2", "3", "4", "5", "none")
SPEAKERS: Final = ("caller", "bot", "agent")
KEYS: Final = (
    "q", "speaker", "range", "from", "to", "agent", "intent", "outcome", "rating", "verified", "flag", "wait",
    "silence", "longer", "shorter", "reason",
)  # fmt: skip
LOW = 2  # stars
NAME: Final = re.compile(r"[a-z][a-z_-]{0,31}")
DAY = timedelta(days=1)
T = TypeVar("T")


class Asked(Protocol):
    """The words of an address, as a web framework gives them."""

    def getlist(self, key: str, /) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class Filters:
    """All of these hold. Times are half open; waits, silences and lengths are in seconds.

    `notes`: what could not be made sense of, and was passed over.
    """

    typed: Typed = field(default_factory=Typed)
    speaker: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    agent: int | None = None
    intent: str | None = None
    outcome: str | None = None
    rating: str | None = None
    verified: bool | None = None
    flags: tuple[str, ...] = ()
    wait: float | None = None
    silence: float | None = None
    longer: float | None = None
    shorter: float | None = None
    reason: str | None = None  # of the first request for a person
    notes: tuple[str, ...] = ()


def filters_of(asked: Asked, now: datetime, zone: ZoneInfo) -> Filters:
    """What `asked` looks for; days begin at midnight in `zone`."""
    notes: list[str] = []

    def one(key: str, make: Callable[[str], T]) -> T | None:
        text = next((value.strip() for value in asked.getlist(key) if value.strip()), "")
        return _made(key, text, make, notes) if text else None

    since, until = one("range", lambda name: _range(name, now.astimezone(zone).date())) or (None, None)
    since = one("from", date.fromisoformat) or since
    last = one("to", date.fromisoformat)
    until = last + DAY if last else until
    flags = [_made("flag", text, _among(FLAGS), notes) for text in dict.fromkeys(asked.getlist("flag")) if text]
    typed = one("q", read) or Typed()
    return Filters(
        typed=typed,
        speaker=one("speaker", _among(SPEAKERS)),
        since=_midnight(since, zone),
        until=_midnight(until, zone),
        agent=one("agent", int),
        intent=one("intent", _among(INTENTS)),
        outcome=one("outcome", _among(OUTCOMES)),
        rating=one("rating", _among(RATINGS)),
        verified=one("verified", lambda text: {"yes": True, "no": False}[text]),
        flags=tuple(flag for flag in flags if flag),
        wait=one("wait", _seconds),
        silence=one("silence", _seconds),
        longer=one("longer", _seconds),
        shorter=one("shorter", _seconds),
        reason=one("reason", _name),
        notes=(*typed.notes, *notes),
    )


def _made(key: str, text: str, make: Callable[[str], T], notes: list[str]) -> T | None:
    try:
        return make(text)
    except (ValueError, KeyError, OverflowError):
        notes.append(f"{key}={text[:40]} means nothing here and was passed over.")
        return None


def _among(names: Sequence[str] | dict[str, str] | object) -> Callable[[str], str]:
    def known(text: str) -> str:
        if text not in names:  # type: ignore[operator]
            raise ValueError(text)
        return text

    return known


def _name(text: str) -> str:
    if not NAME.fullmatch(text):
        raise ValueError(text)
    return text


def _seconds(text: str) -> float:
    """ "90", "1:30"."""
    minutes, _, seconds = text.rpartition(":")
    found = float(seconds) + 60 * float(minutes or 0)
    if not 0 <= found < 1e6:
        raise ValueError(text)
    return found


def _range(name: str, today: date) -> tuple[date, date]:
    monday = today - timedelta(days=today.weekday())
    return {
        "today": (today, today + DAY),
        "this-week": (monday, monday + 7 * DAY),
        "last-week": (monday - 7 * DAY, monday),
        "30-days": (today - 29 * DAY, today + DAY),
    }[name]


def _midnight(day: date | None, zone: ZoneInfo) -> datetime | None:
    return datetime.combine(day, time(), zone) if day else None

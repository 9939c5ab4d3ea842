"""How values look on a page: callers masked, lengths as minutes and seconds, words with their doubt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from babel.numbers import format_currency
from flask import Flask

from ivr.handoff.brief import UNSURE

OUTCOMES = {
    None: "In progress",
    "resolved": "Resolved",
    "handed-off": "Handed to a person",
    "message": "Message taken",
    "abandoned": "Caller left",
    "failed": "Failed",
}
SPEAKERS = {"caller": "Caller", "bot": "Bot", "agent": "Agent"}


@dataclass(frozen=True, slots=True)
class Word:
    """A piece of a turn as shown. Times in seconds from the call's start, where known."""

    text: str
    unsure: bool = False
    start: float | None = None
    end: float | None = None
    confidence: float | None = None


def words_of(text: str, words: Sequence[Mapping[str, Any]]) -> list[Word]:
    """`text` in words with their doubt; in one piece where the words do not add up to it (a secret was taken out)."""
    pieces = [
        Word(
            word["word"].strip(),
            (word.get("confidence") or 1.0) < UNSURE,
            word.get("start"),
            word.get("end"),
            word.get("confidence"),
        )
        for word in words
    ]
    same = "".join(piece.text for piece in pieces) == "".join(text.split())
    return pieces if pieces and same else [Word(text)]


def masked(number: str) -> str:
    """A caller's number with its last four digits only; a name ("client:ada", "anonymous") as it is."""
    digits = [sign for sign in number if sign.isdigit()]
    return f"••• {''.join(digits[-4:])}" if len(digits) > 4 else number.removeprefix("client:")


def length(seconds: float | None) -> str:
    """ "2:05", "1:02:05"; a dash where unknown."""
    if seconds is None:
        return "–"
    minutes, rest = divmod(round(max(0.0, seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def plain(name: str | None) -> str:
    """A name of ours ("due_date", "on-call") as words ("Due date", "On call")."""
    words = (name or "").replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]


def money(minor: int, currency: str = "USD") -> str:
    """Minor units for the eye: 12345 -> "$123.45"."""
    return str(format_currency(minor / 100, currency, locale="en_US"))


def percent(share: float | None) -> str:
    return "–" if share is None else f"{round(share * 100)} %"


def iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def show_values(app: Flask) -> None:
    """Give the templates these words."""
    for show in (words_of, masked, length, plain, money, percent, iso):
        app.jinja_env.filters[show.__name__] = show
    app.jinja_env.globals.update(OUTCOMES=OUTCOMES, SPEAKERS=SPEAKERS, UNSURE=UNSURE)

"""How values look on a page: callers masked, lengths as minutes and seconds, words with their doubt."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.numbers import format_currency
from flask import Flask, Response, abort

from ivr.calls.stats import WHOLE
from ivr.dialling.attestation import attestation
from ivr.dialogue import currencies
from ivr.handoff.brief import UNSURE
from ivr.redaction import holds_marker
from ivr.store.models import Turn
from languages import LANGUAGES

OUTCOMES = {
    None: "In progress",
    "resolved": "Resolved",
    "handed-off": "Handed to a person",
    "callback": "Call-back booked",
    "message": "Message taken",
    "abandoned": "Caller left",
    "failed": "Failed",
}
HOW_IT_ENDED = {
    "solved": "Solved",
    "follow-up": "We still owe the caller something",
    "passed-on": "Passed to another team",
    "not-solved": "Not solved",
    "cut-off": "Cut off, or nobody spoke",
}
LIVE_STATES = {  # of a call on the board
    "bot": "With the bot",
    "card": "Keys in a card",
    "accepted": "Agent is coming",
    "bridged": "Talking",
    "held": "On hold",
    "parting": "Agent has left",
    "unanswered": "Asked: call-back or message",
    "message": "Leaves a message",
    "goodbye": "Goodbye",
    "between": "One moment",
}
CARD_ENDS = {
    "charging": "Being charged",
    "success": "Paid",
    "declined": "Declined: nothing was charged",
    "cancelled": "Stopped: nothing was charged",
    "no-entry": "The card was not keyed in right: nothing was charged",
    "hung-up": "The call ended before it was keyed in: nothing was charged",
    "failed": "It could not be taken: nothing was charged",
    "doubtful": "It may have been charged: check with the card processor before you take it again",
}
DIGIT_GROUPS = re.compile(r"(?<![\w-])\d{1,3}(?:-\d{1,3}){2,}(?![\w-])")
CAPITAL = re.compile(r"(?=[A-Z])")
SPEAKERS = {"caller": "Caller", "bot": "Bot", "queue": "Queue", "agent": "Agent"}


@dataclass(frozen=True, slots=True)
class Word:
    """A piece of a turn as shown. Times in seconds from the call's start, where known."""

    text: str
    unsure: bool = False
    start: float | None = None
    end: float | None = None
    confidence: float | None = None


def said(turns: Iterable[Turn]) -> list[Turn]:
    """The turns of which the caller heard, or said, anything, in the order in which they were spoken."""
    return [turn for turn in turns if turn.speaker != "bot" or turn.played is None or turn.played > 0]


def secret(turn: Turn) -> bool:
    """Whether something that nobody may read was taken out of it."""
    return holds_marker(turn.text)


def meaning(turn: Turn) -> str | None:
    """What a caller's words ask for; keys and secrets ask for nothing."""
    return None if turn.speaker != "caller" or turn.via == "keys" or secret(turn) else turn.intent


def played(text: str, share: float | None) -> str:
    """What the caller heard of a prompt of the bot; the whole where nobody knows."""
    if share is None or share >= WHOLE:
        return text
    heard = round(share * len(text))
    whole = heard if text[heard : heard + 1] in ("", " ") else text.rfind(" ", 0, heard) + 1
    return f"{text[:whole].rstrip()} …".lstrip()


def words_of(text: str, words: Sequence[Mapping[str, Any]]) -> list[Word]:
    """`text` in words with their doubt; in one piece where the words do not add up to it (a secret was taken out).

    What the recogniser gave in pieces ("$42", ".10") is one word where the text has no space."""
    pieces = [
        Word(
            word["word"].strip(),
            (sure := word.get("confidence")) is not None and sure < UNSURE,
            word.get("start"),
            word.get("end"),
            sure,
        )
        for word in words
    ]
    same = "".join("".join(piece.text.split()) for piece in pieces) == "".join(text.split())
    whole = all(len(piece.text.split()) == 1 for piece in pieces)
    return list(_joined(text, pieces)) if pieces and same and whole else [Word(closed(text))]


def closed(text: str) -> str:
    """Digits that were said one by one, which the recogniser groups by hyphens as it likes ("9-10-128"), as a number.

    Telephone numbers and dates keep theirs."""
    return DIGIT_GROUPS.sub(lambda found: found[0].replace("-", ""), text)


def _joined(text: str, pieces: Sequence[Word]) -> Iterator[Word]:
    left = iter(pieces)
    for word in text.split():
        first = whole = next(left)
        while len(whole.text) < len(word):
            more = next(left)
            sure = min((one for one in (whole.confidence, more.confidence) if one is not None), default=None)
            whole = Word(whole.text + more.text, whole.unsure or more.unsure, first.start, more.end, sure)
        yield replace(whole, text=closed(whole.text))


def masked(number: str) -> str:
    """A caller's number with its last four digits only; a name ("client:ada", "anonymous") as it is."""
    digits = [sign for sign in number if sign.isdecimal()]
    return f"••• {''.join(digits[-4:])}" if len(digits) > 4 else number.removeprefix("client:")


def length(seconds: float | None) -> str:
    """ "2:05", "1:02:05"; a dash where unknown."""
    if seconds is None:
        return "–"
    minutes, rest = divmod(round(max(0.0, seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def hours(seconds: float) -> str:
    """A share of a day to the minute: "7 h 05", "12 min"; below one in seconds: "23 s"."""
    if round(seconds) < 60:
        return f"{round(seconds)} s"
    whole, minutes = divmod(round(seconds / 60), 60)
    return f"{whole} h {minutes:02}" if whole else f"{minutes} min"


def plain(name: str | None) -> str:
    """A name of ours ("due_date", "on-call") as words ("Due date", "On call")."""
    words = (name or "").replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]


def language_name(code: str) -> str:
    """A language in English ("es" as Spanish); the code itself where it is none of ours."""
    return LANGUAGES[code].name if code in LANGUAGES else code


def sentence(refused: Exception) -> str:
    """A service's refusal as a sentence of the page."""
    words = str(refused).strip()
    return words[:1].upper() + words[1:] + ("" if words.endswith((".", "!", "?")) else ".")


def midnight(now: datetime, zone: ZoneInfo) -> datetime:
    """When today began in `zone`."""
    return now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)


def moment(written: str, zone: ZoneInfo) -> datetime | None:
    """A form's time of day in the line's own zone; None when it was left empty. Anything else is a bad request."""
    if not written:
        return None
    try:
        return datetime.fromisoformat(written).replace(tzinfo=zone)
    except ValueError:
        abort(400, f"at {written!r} is not a time like 2026-03-02T14:30")


def as_csv(text: str, name: str) -> Response:
    """`text` as a file to keep."""
    return Response(text, mimetype="text/csv", headers={"Content-Disposition": f"attachment; filename={name}"})


def money(minor: int, currency: str = "USD") -> str:
    """Minor units for the eye: 12345 -> "$123.45"."""
    return str(format_currency(currencies.major(minor, currency), currency, locale="en_US"))


def percent(share: float | None) -> str:
    return "–" if share is None else f"{round(share * 100)} %"


def deed(name: str) -> str:
    """What the bot did, as `ivr.calls.reasons` names it, in words."""
    kind, _, what = name.partition(" ")
    match kind:
        case "say":
            return f"said “{what.partition('/')[0]}”"
        case "person":
            return f"asked for a person ({plain(what).lower()})"
        case _:
            return CAPITAL.sub(" ", what).strip().lower()


def score(percent_: float | None) -> str:
    """A scorecard's percent."""
    return "–" if percent_ is None else f"{round(percent_)} %"


def iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def show_values(app: Flask) -> None:
    """Give the templates these words."""
    for show in (
        attestation,
        said,
        secret,
        meaning,
        played,
        words_of,
        masked,
        length,
        hours,
        plain,
        language_name,
        money,
        percent,
        score,
        deed,
        iso,
    ):
        app.jinja_env.filters[show.__name__] = show
    app.jinja_env.globals.update(
        OUTCOMES=OUTCOMES,
        SPEAKERS=SPEAKERS,
        HOW_IT_ENDED=HOW_IT_ENDED,
        LIVE_STATES=LIVE_STATES,
        CARD_ENDS=CARD_ENDS,
        UNSURE=UNSURE,
        WHOLE=WHOLE,
    )

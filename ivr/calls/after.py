"""Where a caller goes when his stream is over: the call's stage says it."""

from dataclasses import dataclass
from datetime import datetime

from ivr.calls.cards import Card
from ivr.calls.tickets import StreamTicket
from ivr.store.models import Call

LOST = 3  # sockets lost before the bot gives up and a person comes
REFUSED = 2  # sockets that never opened
FAULTS = 3  # failed documents before a caller is asked for a message
REPEATED = 1.0  # seconds: a resume sooner than this after the last is the same one, delivered again


@dataclass(frozen=True, slots=True)
class Reconnect:
    """Back to the bot, after `pause` seconds."""

    token: str
    pause: int = 0


@dataclass(frozen=True, slots=True)
class ByTurns:
    """On with the bot without a media socket, turn by turn."""


@dataclass(frozen=True, slots=True)
class Park:
    """Into hand-off `handoff`'s conference, overheard with `token`."""

    handoff: int
    conference: str
    token: str


@dataclass(frozen=True, slots=True)
class TakeMessage:
    """Nobody came: take a message, asked for in the caller's language."""

    language: str = "en"


@dataclass(frozen=True, slots=True)
class Goodbye:
    """All is said; `thank`: by a person, whose last word may have been to hang up."""

    language: str = "en"
    thank: bool = False


Next = Reconnect | ByTurns | Card | Park | TakeMessage | Goodbye


def reconnect(call: Call, now: datetime) -> Reconnect | None:
    """Notes the lost or refused socket and issues a ticket; None when sockets fail too often to go on."""
    unused = call.stream_token is not None
    if unused and _since_ticket(call, now) < REPEATED:
        return Reconnect(StreamTicket.issue(call, now).token, pause=1)
    _note(call, "stream-refused" if unused else "stream-lost", now)
    if _count(call, "stream-lost") >= LOST or _count(call, "stream-refused") >= REFUSED:
        return None
    return Reconnect(StreamTicket.issue(call, now).token, pause=int(unused))


def note_fault(call: Call, problem: str, now: datetime) -> bool:
    """Notes that a document failed; True when too many have. The same one within a second is a repetition."""
    if not any((now - time).total_seconds() < REPEATED for time in _times(call, problem)):
        _note(call, problem, now)
    faults = [known for known in call.problems if known["what"].startswith("document")]
    return len(faults) >= FAULTS


def _note(call: Call, what: str, now: datetime) -> None:
    call.problems = [*call.problems, {"what": what, "at": now.isoformat()}]


def _count(call: Call, what: str) -> int:
    return len(_times(call, what))


def _since_ticket(call: Call, now: datetime) -> float:
    issued = [call.started_at, *_times(call, "stream-lost"), *_times(call, "stream-refused")]
    return (now - max(issued)).total_seconds()


def _times(call: Call, what: str) -> list[datetime]:
    return [datetime.fromisoformat(problem["at"]) for problem in call.problems if problem["what"] == what]

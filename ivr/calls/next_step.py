"""Where a caller goes when their stream is over: the call's stage says it."""

from dataclasses import dataclass
from datetime import datetime

from ivr.calls import problems
from ivr.payments.bot_cards import Card
from ivr.store.models import Call
from ivr.store.stream_tokens import StreamTicket

LOST = 3  # sockets lost within FADES before they are given up
REFUSED = 2  # sockets that never opened
FADES = 120.0  # seconds after which one is forgiven: a restart is no reason to do without for the rest of a call
AGAIN = 20.0  # seconds turn by turn before a socket is tried again; twice as long each time
FAULTS = 3  # failed documents before a caller is asked for a message
REPEATED = 1.0  # seconds: a resume sooner than this after the last is the same one, delivered again


CHANNEL = ("stream-lost", "stream-refused", "by-turns", "stream-again", "stream-back")


@dataclass(frozen=True, slots=True)
class Reconnect:
    """Back to the bot on a new media socket, after `pause` seconds."""

    token: str
    pause: int = 0


@dataclass(frozen=True, slots=True)
class WithoutSocket:
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
    """The call ends. `thank`: a person spoke last, and may have hung up without a word."""

    language: str = "en"
    thank: bool = False


Next = Reconnect | WithoutSocket | Card | Park | TakeMessage | Goodbye


def reconnect(call: Call, now: datetime) -> Reconnect | None:
    """Notes the lost or refused socket and issues a ticket; None when sockets fail too often to go on."""
    if back_on_purpose(call):
        problems.note(call, "stream-back", now)
        return Reconnect(StreamTicket.issue(call, now).token)
    unused = call.stream_token is not None
    if unused and _since_ticket(call, now) < REPEATED:
        return Reconnect(StreamTicket.issue(call, now).token, pause=1)
    problems.note(call, "stream-refused" if unused else "stream-lost", now)
    if _count(call, "stream-lost", now) >= LOST or _count(call, "stream-refused", now) >= REFUSED:
        return None
    return Reconnect(StreamTicket.issue(call, now).token, pause=int(unused))


def note_fault(call: Call, problem: str, now: datetime) -> bool:
    """Notes that a document failed; True when too many have. The same one within a second is a repetition."""
    if not any((now - time).total_seconds() < REPEATED for time in problems.times(call, problem)):
        problems.note(call, problem, now)
    return sum(kind.startswith("document") for kind in problems.kinds(call)) >= FAULTS


def without_socket(call: Call, now: datetime) -> WithoutSocket:
    """On without a socket: one that may still be open has nothing more to say, and its ticket opens none."""
    call.streams += 1
    call.stream_token = None
    problems.note(call, "by-turns", now)
    return WithoutSocket()


def worth_a_socket(call: Call, now: datetime) -> bool:
    """Whether a caller who goes on turn by turn may try a socket again; notes that they do."""
    if back_on_purpose(call):
        return True
    tried = problems.times(call, "by-turns")
    if not tried or (now - tried[-1]).total_seconds() < AGAIN * 2 ** (len(tried) - 1):
        return False
    problems.note(call, "stream-again", now)
    return True


def hand_over(call: Call, now: datetime) -> None:
    """The stream is about to be closed on purpose, for another to go on."""
    if not back_on_purpose(call):
        problems.note(call, "stream-again", now)


def back_on_purpose(call: Call) -> bool:
    """Whether the caller is on their way from recorded turns to a socket, where nothing was lost."""
    return _last(call) == "stream-again"


def back_on_a_socket(call: Call) -> bool:
    """Whether the present socket took over from recorded turns: the last turn's question stands as it was asked."""
    return _last(call) == "stream-back"


def _last(call: Call) -> str:
    notes = [kind for kind in problems.kinds(call) if kind in CHANNEL]
    return notes[-1] if notes else ""


def _count(call: Call, what: str, now: datetime) -> int:
    return sum((now - time).total_seconds() < FADES for time in problems.times(call, what))


def _since_ticket(call: Call, now: datetime) -> float:
    notes = ("stream-lost", "stream-refused", "stream-back")
    issued = [call.started_at, *(time for what in notes for time in problems.times(call, what))]
    return (now - max(issued)).total_seconds()

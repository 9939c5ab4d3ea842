"""Where a caller goes when his stream is over: the call's stage says it."""

from dataclasses import dataclass
from datetime import datetime

from ivr.calls.tickets import StreamTicket
from ivr.store.models import Call

LOST = 3  # sockets lost before the bot gives up and a person comes
REFUSED = 2  # sockets that never opened
REPEATED = 1.0  # seconds: a resume sooner than this after the last is the same one, delivered again


@dataclass(frozen=True, slots=True)
class Reconnect:
    """Back to the bot, after `pause` seconds."""

    token: str
    pause: int = 0


@dataclass(frozen=True, slots=True)
class Park:
    """Into the conference of hand-off `handoff`, overheard with `token`."""

    handoff: int
    round: int
    token: str


@dataclass(frozen=True, slots=True)
class TakeMessage:
    """Nobody came: take a message."""


@dataclass(frozen=True, slots=True)
class Goodbye:
    """All is said."""


Next = Reconnect | Park | TakeMessage | Goodbye


def reconnect(call: Call, now: datetime) -> Reconnect | None:
    """Notes the lost or refused socket and issues a ticket; None when sockets fail too often to go on."""
    unused = call.stream_token is not None
    if unused and _since_last(call, now) < REPEATED:
        return Reconnect(StreamTicket.issue(call).token, pause=1)
    _note(call, "stream-refused" if unused else "stream-lost", now)
    if _count(call, "stream-lost") >= LOST or _count(call, "stream-refused") >= REFUSED:
        return None
    return Reconnect(StreamTicket.issue(call).token, pause=int(unused))


def _note(call: Call, what: str, now: datetime) -> None:
    call.problems = [*call.problems, {"what": what, "at": now.isoformat()}]


def _count(call: Call, what: str) -> int:
    return sum(problem["what"] == what for problem in call.problems)


def _since_last(call: Call, now: datetime) -> float:
    times = [datetime.fromisoformat(problem["at"]) for problem in call.problems if "at" in problem]
    return (now - max([call.started_at, *times])).total_seconds()

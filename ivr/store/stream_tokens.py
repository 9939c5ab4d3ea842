"""One-time tokens that tie a media socket to its call; only their hashes are kept."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, Self

from ivr.dialogue.events import CardTaken
from ivr.store.models import Call

LIFE = timedelta(minutes=2)  # from a document's answer to its socket: a notice may be played in between

Use = Literal["talk", "listen"]


class BadTokenError(Exception):
    """The socket's token is unknown, used up, too old, for something else or not this call's."""


@dataclass(frozen=True, slots=True)
class StreamTicket:
    token: str

    @classmethod
    def issue(cls, call: Call, now: datetime, use: Use = "talk") -> Self:
        """A fresh token for the call and for one use, with a time limit; one issued before is void."""
        until = int((now + LIFE).timestamp())
        ticket = cls(f"{use}.{until}.{secrets.token_urlsafe(24)}")
        call.stream_token = _hash(ticket.token)
        return ticket

    @classmethod
    def void(cls) -> Self:
        """A token that opens nothing."""
        return cls(secrets.token_urlsafe(24))


@dataclass(frozen=True, slots=True)
class Connected:
    """A caller's socket was let in; `number` counts the call's streams from 1, `resumed` all but the first.

    Its clock starts `offset` seconds into the call."""

    number: int
    caller: str
    resumed: bool
    card: CardTaken | None = None  # what came of a card payment, still to be told
    offset: float = 0.0
    back: bool = False  # from talking turn by turn, in which nothing was lost


@dataclass(frozen=True, slots=True)
class Listening:
    """A listening socket was let in; its clock starts `offset` seconds into the call."""

    offset: float


def redeem(call: Call | None, token: str, now: datetime, use: Use, *stages: str) -> Call:
    """The call, its token used up. Raises BadTokenError unless `token` is the call's, for this use and of late, and the
    call stands in one of `stages`."""
    if call is None or call.stage not in stages or call.stream_token is None:
        raise BadTokenError
    if not hmac.compare_digest(call.stream_token, _hash(token)):
        raise BadTokenError
    if "." in token and not _serves(token, use, now):  # one of a process of the last release says neither
        raise BadTokenError
    call.stream_token = None
    return call


def _serves(token: str, use: Use, now: datetime) -> bool:
    """Whether a token, as it was issued, is for this use and still good."""
    given, until, _ = token.split(".", 2)
    return given == use and datetime.fromtimestamp(int(until), UTC) >= now


def superseded(call: Call, stream: Connected | None) -> bool:
    """Whether the caller has been heard on another stream, or by turns, since `stream` was let in."""
    return stream is not None and stream.number != call.streams


def since_start(call: Call, now: datetime) -> float:
    """Seconds from the call's start to `now`."""
    return (now - call.started_at).total_seconds()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

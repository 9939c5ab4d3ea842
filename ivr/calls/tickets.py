"""One-time tokens that tie a media socket to its call; only their hashes are kept."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from ivr.dialogue.events import CardTaken
from ivr.store.models import Call


class BadToken(Exception):
    """The socket's token is unknown, used up or not this call's."""


@dataclass(frozen=True, slots=True)
class StreamTicket:
    token: str

    @classmethod
    def issue(cls, call: Call) -> Self:
        """A fresh token for the call; one issued before is void."""
        ticket = cls(secrets.token_urlsafe(24))
        call.stream_token = _hash(ticket.token)
        return ticket


@dataclass(frozen=True, slots=True)
class Connected:
    """A caller's socket was let in; `number` counts the call's streams from 1, `resumed` all but the first.

    Its clock starts `offset` seconds into the call."""

    number: int
    caller: str
    resumed: bool
    card: CardTaken | None = None  # what came of a card payment, still to be told
    offset: float = 0.0


@dataclass(frozen=True, slots=True)
class Listening:
    """A listening socket was let in; its clock starts `offset` seconds into the call."""

    offset: float


def redeem(call: Call | None, token: str, *stages: str) -> Call:
    """The call, its token used up; raises BadToken unless `token` is the call's and it stands in one of `stages`."""
    if call is None or call.stage not in stages or call.stream_token is None:
        raise BadToken
    if not hmac.compare_digest(call.stream_token, _hash(token)):
        raise BadToken
    call.stream_token = None
    return call


def since_start(call: Call, now: datetime) -> float:
    """Seconds from the call's start to `now`."""
    return (now - call.started_at).total_seconds()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

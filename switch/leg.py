"""One leg of a call: its state, its status callbacks, its person's phone, and its sound every 20 ms."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Protocol

import httpx

from speech.audio import SILENCE
from switch.exchange import Exchange
from switch.ports import Phone
from switch.sids import new_sid, now, rfc2822

log = logging.getLogger(__name__)

FINAL = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
_GEO = ("City", "State", "Zip", "Country")


class Source(Protocol):
    def frame(self) -> bytes:
        """The next 20 ms: 160 bytes of mu-law."""


class Tap(Protocol):
    """Whoever listens on a leg: recorders and streams."""

    def tick(self, said: bytes, heard: bytes) -> None: ...


@dataclass(frozen=True)
class StatusCallbacks:
    """Where a leg's progress is reported, and which of initiated, ringing, answered, completed."""

    url: str
    method: str = "POST"
    events: frozenset[str] = frozenset({"completed"})


class Leg:
    """A call as the carrier sees it, and a `Line` as its phone sees it."""

    def __init__(
        self,
        exchange: Exchange,
        from_: str,
        to: str,
        direction: str,
        callbacks: StatusCallbacks | None = None,
        parent: "Leg | None" = None,
    ) -> None:
        self.exchange = exchange
        self.sid = new_sid("CA")
        self.from_ = from_
        self.to = to
        self.direction = direction
        self.parent = parent
        self.callbacks = callbacks
        self.status = "queued"
        self.fallback = ""
        self.created = now()
        self.began: datetime | None = None
        self.ended: datetime | None = None
        self.phone: Phone | None = None
        self.source: Source | None = None
        self.said = SILENCE
        self.taps: list[Tap] = []
        self.on_dtmf: list[Callable[[str], None]] = []
        self.on_end: list[Callable[[], None]] = []
        self.on_redirect: list[Callable[[], None]] = []
        self.forks: dict[str, Callable[[], None]] = {}
        self.answered = asyncio.Event()
        self.over = asyncio.Event()
        self.cookies = httpx.Cookies()
        self.session: asyncio.Task[None] | None = None
        self._sequence = count()
        exchange.legs[self.sid] = self

    # what the phone does

    def answer(self) -> None:
        """Pick up. Only a leg that the switch dialled can be picked up by its phone."""
        if self.status == "ringing" and self.direction != "inbound":
            self.begin()

    def decline(self, reason: str = "busy") -> None:
        if self.status == "ringing" and self.direction != "inbound":
            self.finish("no-answer" if reason == "no-answer" else "busy")

    def press(self, digit: str) -> None:
        if self.status != "in-progress":
            return
        self.exchange.trace.add("key", call=self.sid)
        for listener in tuple(self.on_dtmf):
            listener(digit)

    def hang_up(self) -> None:
        if self.status == "in-progress":
            self.finish("completed")
        elif self.direction == "inbound":
            self.finish("no-answer")
        else:
            self.decline()

    # what the carrier does

    @property
    def phone_address(self) -> str:
        """The address of the phone that is on this leg."""
        return self.from_ if self.direction == "inbound" else self.to

    @property
    def duration(self) -> int:
        """Whole seconds since it was answered; 0 for a call that never was."""
        if self.began is None:
            return 0
        return round(((self.ended or now()) - self.began).total_seconds())

    def ring(self, phone: Phone) -> None:
        self.phone = phone
        self._become("ringing")
        self.notify("ringing")
        phone.ring(self)

    def initiate(self) -> None:
        self._become("initiated")
        self.notify("initiated")

    def begin(self) -> None:
        """The call is answered: sound flows from now on."""
        if self.status in FINAL or self.began is not None:
            return
        self.began = now()
        self._become("in-progress")
        self.exchange.live[self.sid] = self
        self.notify("answered")
        self.answered.set()
        if self.phone is not None:
            self.phone.connected()

    def finish(self, status: str) -> None:
        """End the leg; everything that listens to its end is told once."""
        if self.status in FINAL:
            return
        self.ended = now()
        self._become(status)
        self.exchange.live.pop(self.sid, None)
        for listener in tuple(self.on_end):
            listener()
        if self.session is not None and self.session is not asyncio.current_task():
            self.session.cancel()
        self.over.set()
        self.notify("completed")
        if self.phone is not None:
            self.phone.ended(status)

    def redirected(self) -> None:
        """The leg gets a new document: whoever holds it lets go."""
        listeners, self.on_redirect = self.on_redirect, []
        for listener in listeners:
            listener()
        self.source = None

    def _become(self, status: str) -> None:
        self.status = status
        self.exchange.trace.add("call", call=self.sid, status=status, direction=self.direction)

    # sound

    def take_frame(self) -> None:
        """Take the next 20 ms of what the person says."""
        if self.phone is not None:
            self.said = self.phone.say()

    def tick(self) -> None:
        """Give the person the next 20 ms, and everyone who listens both sides."""
        heard = self.source.frame() if self.source is not None else SILENCE
        if self.phone is not None:
            self.phone.hear(heard)
        for tap in tuple(self.taps):
            tap.tick(self.said, heard)

    # what is told to the customer's server

    def params(self) -> dict[str, str]:
        """The standard parameters of every webhook, empty ones and legacy names included."""
        params = {
            "CallSid": self.sid,
            "AccountSid": self.exchange.config.account_sid,
            "ApiVersion": "2010-04-01",
            "CallStatus": "ringing" if self.status == "initiated" else self.status,
            "Direction": self.direction,
        }
        for modern, legacy, address in (("From", "Caller", self.from_), ("To", "Called", self.to)):
            params |= {modern: address, legacy: address}
            params |= {side + part: "" for side in (modern, legacy) for part in _GEO}
        if self.direction == "inbound":
            params["StirVerstat"] = "TN-Validation-Passed-A"
        if self.parent is not None:
            params["ParentCallSid"] = self.parent.sid
        return params

    def notify(self, event: str) -> None:
        """Report progress, as far as it was asked for."""
        if self.callbacks is None or event not in self.callbacks.events:
            return
        params = self.params() | self._progress(event)
        self.exchange.spawn(self.exchange.webhooks.notify(self.callbacks.url, self.callbacks.method, params))

    def _progress(self, event: str) -> dict[str, str]:
        progress = {
            "Timestamp": rfc2822(now()) or "",
            "CallbackSource": "call-progress-events",
            "SequenceNumber": str(next(self._sequence)),
        }
        if event == "initiated":
            progress["CallStatus"] = "initiated"
        if event == "completed":
            progress["CallDuration"] = str(self.duration)
            progress["Duration"] = str(-(-self.duration // 60))
        return progress

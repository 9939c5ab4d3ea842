"""Runs TwiML documents on a leg: verb after verb, document after document, until nothing is left to do."""

import asyncio
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from urllib.parse import urljoin, urlsplit

from switch.document import Document, DocumentError, read, warnings
from switch.exchange import Exchange
from switch.flow import HangUp
from switch.leg import FINAL, Leg
from switch.media.sources import Outlet, Playback
from switch.verbs import VERBS
from switch.verbs.sound import to_mulaw
from switch.webhooks import Request

WHISPER = frozenset({"Say", "Play", "Gather", "Pause", "Redirect", "Hangup"})
WAITING = frozenset({"Say", "Play", "Pause", "Redirect"})
_UNANSWERED = frozenset({"Reject", "Pause", "Redirect"})
_APOLOGY = "We are sorry, an application error has occurred. Goodbye."


class Ending(Enum):
    """Why a program is over: its document ran out, or it hung up."""

    RAN_OUT = "ran out"
    HUNG_UP = "hung up"


def apology() -> Document:
    spoken = ET.Element("Say")
    spoken.text = _APOLOGY
    return Document("", [spoken])


class Program:
    """One run of documents. `outlet` is where its sound goes: the leg itself, or a place in a conference.

    `leaving` is set by a verb that wants its action requested even when the person hangs up.
    """

    def __init__(
        self,
        exchange: Exchange,
        leg: Leg,
        *,
        outlet: Outlet | None = None,
        allowed: frozenset[str] = frozenset(VERBS),
        extra: Mapping[str, str] | None = None,
        apologises: bool = True,
    ) -> None:
        self.exchange = exchange
        self.leg = leg
        self.outlet: Outlet = leg if outlet is None else outlet
        self.leaving: Callable[[], Request | None] | None = None
        self.status = "completed"
        self._allowed = allowed
        self._extra = dict(extra or {})
        self._apologises = apologises
        self._url = ""
        self._recovering = 0

    @property
    def waiting(self) -> bool:
        """Whether the sound goes to a place in a conference instead of the leg."""
        return self.outlet is not self.leg

    async def run(self, first: Request | Document) -> Ending:
        """Run documents until one ends. Raises CancelledError when the leg is taken away."""
        step: Request | Document | None = first
        try:
            while step is not None:
                step = await self._step(step)
        except HangUp as ending:
            self.status = ending.status
            return Ending.HUNG_UP
        return Ending.RAN_OUT

    async def _step(self, step: Request | Document) -> Request | Document | None:
        self._url = step.url
        try:
            document = await self._fetch(step) if isinstance(step, Request) else step
            self._url = document.url
            self.exchange.trace.add(
                "document", call=self.leg.sid, url=document.url, verbs=[v.tag for v in document.verbs]
            )
            return await self._execute(document)
        except DocumentError as error:
            self.exchange.trace.problem(error.code, str(error), call=self.leg.sid)
            return self._recover(error)

    async def _fetch(self, request: Request) -> Document:
        params = self.leg.params() | self._extra
        answer = await self.exchange.webhooks.fetch(request, params, self.leg.cookies)
        document = read(answer.url, answer.content_type, answer.body)
        if request.url != self.leg.fallback:
            self._recovering = 0
        return document

    def _recover(self, error: DocumentError) -> Request | Document:
        self._recovering += 1
        if self._recovering == 1 and self.leg.fallback:
            return Request(self.leg.fallback, params={"ErrorCode": str(error.code), "ErrorUrl": self._url})
        if self._recovering > 2 or not self._apologises:
            raise HangUp
        self._recovering = 2
        return apology()

    async def _execute(self, document: Document) -> Request | None:
        if document.audio:
            self._answer()
            await self.play(to_mulaw(self._url, document.audio_type, document.audio), loop=0 if self.waiting else 1)
            return None
        if not document.verbs:
            self._answer()
        return await self.perform(document.verbs)

    async def perform(self, verbs: Iterable[ET.Element]) -> Request | None:
        """Run verbs in order; the first that names a next document ends the run."""
        for verb in verbs:
            for text in warnings(verb):
                self.exchange.trace.problem(12200, text, call=self.leg.sid)
            if verb.tag not in self._allowed:
                continue
            if verb.tag not in _UNANSWERED and verb.get("answerOnBridge") != "true":
                self._answer()
            self.exchange.trace.add("verb", call=self.leg.sid, verb=verb.tag)
            following = await VERBS[verb.tag](self, verb)
            self.leaving = None
            if following is not None:
                return following
        return None

    def _answer(self) -> None:
        if not self.waiting and self.leg.direction == "inbound":
            self.leg.begin()

    async def play(self, audio: bytes, loop: int = 1) -> None:
        """Play to the end, in real time."""
        playback = Playback(audio, loop)
        self.outlet.source = playback
        try:
            await playback.done
        finally:
            if self.outlet.source is playback:
                self.outlet.source = None

    def resolve(self, url: str) -> str:
        """An address of a document, made absolute. Raises DocumentError 11100 when there is nothing to hold it to."""
        absolute = urljoin(self._url, url) if self._url else url
        if not urlsplit(absolute).netloc:
            raise DocumentError(11100, f"{url!r} is relative, but the document came without an address")
        return absolute

    def action(self, verb: ET.Element, params: Mapping[str, str], *, always: bool = False) -> Request | None:
        """The request for a verb's `action`; with `always` the document itself stands in for a missing one."""
        url = verb.get("action")
        if not url and not always:
            return None
        return Request(self.resolve(url or ""), verb.get("method", "POST"), params)

    def abandoned(self) -> None:
        """The person hung up: the verb's action is still requested; its answer cannot be run."""
        following = self.leaving() if self.leaving else None
        if following is not None:
            params = self.leg.params() | self._extra | dict(following.params)
            self.exchange.spawn(self.exchange.webhooks.notify(following.url, following.method, params))


async def serve(leg: Leg, first: Request | Document) -> None:
    """The whole life of an answered or ringing leg under its documents."""
    program = Program(leg.exchange, leg)
    leg.on_end.append(program.abandoned)
    try:
        await program.run(first)
        program.leaving = None
        unanswered = leg.began is None and program.status == "completed"
        leg.finish("no-answer" if unanswered else program.status)
    except Exception:  # a fault of the switch's own must not leave a person on a silent line
        leg.finish("failed")
        raise
    finally:
        leg.on_end.remove(program.abandoned)


def start(leg: Leg, first: Request | Document) -> None:
    leg.program = leg.exchange.spawn(serve(leg, first))


async def redirect(leg: Leg, first: Request | Document) -> None:
    """A new document for a live leg: the verb under way is abandoned."""
    old = leg.program
    if old is not None:
        old.cancel()
        await asyncio.wait({old})
    leg.moved()
    if leg.status not in FINAL:
        start(leg, first)

"""Runs TwiML documents on a leg: verb after verb, document after document, until nothing is left to do."""

import xml.etree.ElementTree as ET
from collections.abc import Awaitable, Callable, Iterable, Mapping
from enum import Enum
from urllib.parse import urljoin, urlsplit

from switch.document import Document, DocumentError, read, warnings
from switch.leg import Leg
from switch.media.audio import AudioError, wav_to_mulaw
from switch.media.sources import Outlet, Playback
from switch.webhooks import Request

_UNANSWERED = frozenset({"Reject", "Pause", "Redirect"})
_MULAW_TYPES = ("audio/basic", "audio/ulaw", "audio/x-mulaw", "audio/mulaw")
_APOLOGY = "We are sorry, an application error has occurred. Goodbye."

Verb = Callable[["Interpreter", ET.Element], Awaitable[Request | None]]


class HangUpError(Exception):
    """The document ends the call; `status` is the final one of a call that was never answered."""

    def __init__(self, status: str = "completed") -> None:
        super().__init__(status)
        self.status = status


class DocumentEnd(Enum):
    """Why a run is over: its document ran out of verbs, or it hung up."""

    RAN_OUT = "ran out"
    HUNG_UP = "hung up"


class Interpreter:
    """One run of documents with the verbs it knows; any other element is passed over.

    A verb does what its element says and returns the request for the next document, or None to go on.
    `outlet` is where the sound goes: the leg itself, or a place in a conference. `extra` goes with every
    webhook. Without `apologises` a document that fails ends in silence. A verb sets `action_on_hang_up` when
    its action is to be requested even though the person hangs up.
    """

    def __init__(
        self,
        leg: Leg,
        verbs: Mapping[str, Verb],
        *,
        outlet: Outlet | None = None,
        extra: Mapping[str, str] | None = None,
        apologises: bool = True,
    ) -> None:
        self.exchange = leg.exchange
        self.leg = leg
        self.action_on_hang_up: Callable[[], Request | None] | None = None
        self.status = "completed"
        self._verbs = verbs
        self._outlet: Outlet = leg if outlet is None else outlet
        self._extra = dict(extra or {})
        self._apologises = apologises
        self._url = ""
        self._recovering = 0

    async def run(self, first: Request | Document) -> DocumentEnd:
        """Run documents until one ends. Raises CancelledError when the leg is taken away."""
        step: Request | Document | None = first
        try:
            while step is not None:
                step = await self._step(step)
        except HangUpError as ending:
            self.status = ending.status
            return DocumentEnd.HUNG_UP
        return DocumentEnd.RAN_OUT

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
            self.problem(error.code, str(error))
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
            raise HangUpError
        self._recovering = 2
        return _apology()

    async def _execute(self, document: Document) -> Request | None:
        if document.audio:
            self._answer()
            loop = 0 if self._beside_the_call else 1
            await self.play_file(self._url, document.audio_type, document.audio, loop)
            return None
        if not document.verbs:
            self._answer()
        return await self.perform(document.verbs)

    async def perform(self, verbs: Iterable[ET.Element]) -> Request | None:
        """Run verbs in order; the first that names a next document ends the run."""
        action_of_the_verb_around = self.action_on_hang_up
        for verb in verbs:
            for text in warnings(verb):
                self.problem(12200, text)
            if verb.tag not in self._verbs:
                continue
            if verb.tag not in _UNANSWERED and verb.get("answerOnBridge") != "true":
                self._answer()
            self.exchange.trace.add("verb", call=self.leg.sid, verb=verb.tag)
            following = await self._verbs[verb.tag](self, verb)
            self.action_on_hang_up = action_of_the_verb_around
            if following is not None:
                return following
        return None

    @property
    def _beside_the_call(self) -> bool:
        """Whether the sound goes to a place in a conference instead of the leg."""
        return self._outlet is not self.leg

    def _answer(self) -> None:
        if not self._beside_the_call and self.leg.direction == "inbound":
            self.leg.begin()

    # what verbs use

    def problem(self, code: int, text: str) -> None:
        """Note what the carrier's debugger would list of this call, with its error code."""
        self.exchange.trace.problem(code, text, call=self.leg.sid)

    async def play(self, audio: bytes, loop: int = 1) -> None:
        """Play mu-law to its end, in real time, `loop` times (0: until the run is cancelled)."""
        playback = Playback(audio, loop)
        self._outlet.source = playback
        try:
            await playback.done
        finally:
            if self._outlet.source is playback:
                self._outlet.source = None

    async def play_file(self, url: str, content_type: str, data: bytes, loop: int = 1) -> None:
        """Play a fetched WAV or raw mu-law. Raises DocumentError 12300 for one that cannot be played."""
        await self.play(_to_mulaw(url, content_type, data), loop)

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

    def hung_up(self) -> None:
        """The person hung up: the verb's action is still requested; its answer cannot be run."""
        following = self.action_on_hang_up() if self.action_on_hang_up else None
        if following is not None:
            params = self.leg.params() | self._extra | dict(following.params)
            self.exchange.spawn(self.exchange.webhooks.notify(following.url, following.method, params))


def _apology() -> Document:
    spoken = ET.Element("Say")
    spoken.text = _APOLOGY
    return Document("", [spoken])


def _to_mulaw(url: str, content_type: str, data: bytes) -> bytes:
    if content_type in _MULAW_TYPES:
        return data
    try:
        return wav_to_mulaw(data)
    except AudioError as error:
        raise DocumentError(12300, f"cannot play {url}: {error}; serve WAV or mu-law") from error

"""Dial: ring numbers and clients, whisper to whoever answers, bridge; or enter a conference."""

import asyncio
import xml.etree.ElementTree as ET
from contextlib import suppress

from switch.dialling import ring_out
from switch.document import flag, number, text_of
from switch.interpreter import Interpreter
from switch.leg import FINAL, Leg, StatusCallbacks
from switch.media.audio import ringing
from switch.media.recording import begin_recording
from switch.media.sources import Bridge, Playback
from switch.verbs.conference import take_part
from switch.verbs.recording import recording_options
from switch.verbs.whisper import agrees
from switch.webhooks import Request

_RINGING = ringing()


async def dial(interpreter: Interpreter, verb: ET.Element) -> Request | None:
    noun = verb.find("Conference")
    if noun is not None:
        return await take_part(interpreter, verb, noun)
    nouns = [child for child in verb if child.tag in ("Number", "Client")]
    if text := (verb.text or "").strip():
        nouns.append(ET.Element("Number"))
        nouns[-1].text = text
    return await _Attempt(interpreter, verb, nouns).run()


class _Attempt:
    """One Dial: the children it rings, and the one that is bridged."""

    def __init__(self, interpreter: Interpreter, verb: ET.Element, nouns: list[ET.Element]) -> None:
        self._interpreter = interpreter
        self._verb = verb
        self._nouns = nouns
        self._children: list[Leg] = []
        self._chosen: Leg | None = None
        self._bridged = False

    async def run(self) -> Request | None:
        self._interpreter.action_on_hang_up = self._action
        try:
            if await self._ring():
                await self._talk()
        finally:
            self._release()
        return self._action()

    async def _ring(self) -> bool:
        """Ring everyone; True when one has answered and agreed."""
        leg = self._interpreter.leg
        if leg.began is not None:
            leg.source = Playback(_RINGING, loop=0)
        seconds = number(self._verb.get("timeout"), 30) + self._interpreter.exchange.config.ring_grace
        pending = {asyncio.create_task(self._try(noun, seconds)) for noun in self._nouns}
        try:
            while pending and self._chosen is None:
                done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
                self._chosen = next((task.result() for task in done if task.result() is not None), None)
        finally:
            for task in pending:
                task.cancel()
            await asyncio.gather(*pending, return_exceptions=True)
        return self._chosen is not None

    async def _try(self, noun: ET.Element, seconds: float) -> Leg | None:
        child = self._child(noun)
        self._children.append(child)
        try:
            answered = await ring_out(child, seconds) and await agrees(self._interpreter, child, noun)
        except asyncio.CancelledError:
            child.finish("completed" if child.began else "canceled")
            raise
        return child if answered else None

    def _child(self, noun: ET.Element) -> Leg:
        address = text_of(noun)
        if noun.tag == "Client":
            identity = noun.find("Identity")
            address = "client:" + (address if identity is None else text_of(identity))
        url = noun.get("statusCallback", "")
        callbacks = StatusCallbacks(
            self._interpreter.resolve(url) if url else "",
            noun.get("statusCallbackMethod", "POST"),
            frozenset(noun.get("statusCallbackEvent", "completed").split()),
        )
        parent = self._interpreter.leg
        caller = self._verb.get("callerId") or (parent.from_ if parent.direction == "inbound" else parent.to)
        return Leg(self._interpreter.exchange, caller, address, "outbound-dial", callbacks if url else None, parent)

    async def _talk(self) -> None:
        """Bridge until one side is gone."""
        parent, child = self._interpreter.leg, self._chosen
        assert child is not None  # noqa: S101 - chosen by _ring
        parent.begin()
        gone = asyncio.Event()
        child.on_end.append(gone.set)
        child.on_redirect.append(gone.set)
        if flag(self._verb.get("hangupOnStar")):
            parent.on_dtmf.append(self._star)
        self._bridged = True
        self._record()
        parent.source, child.source = Bridge(child), Bridge(parent)
        with suppress(TimeoutError):
            await asyncio.wait_for(gone.wait(), number(self._verb.get("timeLimit"), 14400))

    def _star(self, digit: str) -> None:
        if digit == "*" and self._chosen is not None:
            self._chosen.finish("completed")

    def _record(self) -> None:
        asked = self._verb.get("record", "do-not-record")
        if asked in ("do-not-record", "false"):
            return
        options = recording_options(
            self._interpreter,
            self._verb,
            source="DialVerb",
            channels=2 if asked.endswith("dual") else 1,
            track=self._verb.get("recordingTrack", "both"),
            trimmed=False,
        )
        begin_recording(self._interpreter.leg, options)

    def _release(self) -> None:
        """Let the parent go on; a child that has not been redirected elsewhere is hung up."""
        parent = self._interpreter.leg
        parent.source = None
        if self._star in parent.on_dtmf:
            parent.on_dtmf.remove(self._star)
        for child in self._children:
            if child.session is None:
                child.finish("completed" if child.began else "canceled")

    def _action(self) -> Request | None:
        child = self._chosen or (self._children[-1] if self._children else None)
        status = child.status if child is not None and child.status in FINAL else "completed"
        params = {"DialCallStatus": status, "DialBridged": "true" if self._bridged else "false"}
        if child is not None:
            params["DialCallSid"] = child.sid
            if child.session is None:
                params["DialCallDuration"] = str(child.duration)
        return self._interpreter.action(self._verb, params)

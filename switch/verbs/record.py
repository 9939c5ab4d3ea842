"""Record: a beep, then what the person says, until silence, a key, the limit or the end of the call."""

import asyncio
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

from switch.document import flag, number
from switch.leg import Leg
from switch.media.audio import loudness, tone
from switch.media.recording import Recording, RecordingOptions, begin_recording
from switch.webhooks import Request

if TYPE_CHECKING:
    from switch.interpreter import Program

_QUIET = 200.0
_BEEP = tone((1000,), 0.25)


class _Ear:
    """Notices when the person has been quiet for `timeout` seconds (0: never), or has spoken for `longest`."""

    def __init__(self, timeout: float, longest: float, finish: str) -> None:
        self.digits: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._allowed = round(timeout * 50)
        self._left = round(longest * 50)
        self._finish = finish
        self._quiet = 0

    def tick(self, said: bytes, heard: bytes) -> None:
        self._left -= 1
        self._quiet = 0 if loudness(said) > _QUIET else self._quiet + 1
        if self._left <= 0 or (self._allowed and self._quiet >= self._allowed):
            self._end("")

    def key(self, digit: str) -> None:
        if digit in self._finish:
            self._end(digit)

    def _end(self, digits: str) -> None:
        if not self.digits.done():
            self.digits.set_result(digits)


async def record(program: "Program", verb: ET.Element) -> Request | None:
    """An empty recording falls through to the next verb, any other goes to the action."""
    if flag(verb.get("playBeep"), default=True):
        await program.play(_BEEP)
    ear = _Ear(
        number(verb.get("timeout"), 5), number(verb.get("maxLength"), 3600), verb.get("finishOnKey", "1234567890*#")
    )
    recording = begin_recording(program.leg, _options(program, verb))
    program.leaving = lambda: _action(program, verb, recording, "hangup")
    digits = await _listen(program.leg, ear, recording)
    return _action(program, verb, recording, digits) if recording.spoken else None


async def _listen(leg: Leg, ear: _Ear, recording: Recording) -> str:
    leg.taps.append(ear)
    leg.on_key.append(ear.key)
    try:
        return await ear.digits
    finally:
        leg.taps.remove(ear)
        leg.on_key.remove(ear.key)
        recording.stop()


def _action(program: "Program", verb: ET.Element, recording: Recording, digits: str) -> Request | None:
    params = {
        "RecordingUrl": recording.url,
        "RecordingSid": recording.sid,
        "RecordingDuration": str(round(recording.seconds)),
        "Digits": digits,
    }
    return program.action(verb, params, always=True)


def _options(program: "Program", verb: ET.Element) -> RecordingOptions:
    callback = verb.get("recordingStatusCallback", "")
    return RecordingOptions(
        track="inbound",
        source="RecordVerb",
        trim=verb.get("trim", "trim-silence") == "trim-silence",
        callback=program.resolve(callback) if callback else "",
        method=verb.get("recordingStatusCallbackMethod", "POST"),
        events=frozenset(verb.get("recordingStatusCallbackEvent", "completed").split()),
    )

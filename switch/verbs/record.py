"""Record: a beep, then what the person says, until silence, a key, the limit or the end of the call."""

import asyncio
import xml.etree.ElementTree as ET

from switch.document import flag, number
from switch.interpreter import Interpreter
from switch.leg import Leg
from switch.media.audio import loudness, tone
from switch.media.recording import Recording, begin_recording
from switch.verbs.recording import recording_options
from switch.webhooks import Request

_QUIET = 200.0
_BEEP = tone((1000,), 0.25)


class _EndDetector:
    """Sets `digits` when the person has been quiet for `timeout` seconds (0: never), or has spoken for `longest`.

    They are empty then, or hold the key in `finish` that the person pressed.
    """

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


async def record(interpreter: Interpreter, verb: ET.Element) -> Request | None:
    """An empty recording falls through to the next verb, any other goes to the action."""
    if flag(verb.get("playBeep"), default=True):
        await interpreter.play(_BEEP)
    detector = _EndDetector(
        number(verb.get("timeout"), 5), number(verb.get("maxLength"), 3600), verb.get("finishOnKey", "1234567890*#")
    )
    options = recording_options(interpreter, verb, source="RecordVerb", track="inbound")
    recording = begin_recording(interpreter.leg, options)
    interpreter.action_on_hang_up = lambda: _action(interpreter, verb, recording, "hangup")
    digits = await _until_the_end(interpreter.leg, detector, recording)
    return _action(interpreter, verb, recording, digits) if recording.has_speech else None


async def _until_the_end(leg: Leg, detector: _EndDetector, recording: Recording) -> str:
    leg.taps.append(detector)
    leg.on_dtmf.append(detector.key)
    try:
        return await detector.digits
    finally:
        leg.taps.remove(detector)
        leg.on_dtmf.remove(detector.key)
        recording.stop()


def _action(interpreter: Interpreter, verb: ET.Element, recording: Recording, digits: str) -> Request | None:
    params = {
        "RecordingUrl": recording.url,
        "RecordingSid": recording.sid,
        "RecordingDuration": str(round(recording.seconds)),
        "Digits": digits,
    }
    return interpreter.action(verb, params, always=True)

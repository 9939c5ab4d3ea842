"""How a call is to be recorded, from the attributes that Record, Dial and the noun Recording have in common."""

import xml.etree.ElementTree as ET

from switch.interpreter import Interpreter
from switch.media.recording import RecordingOptions


def recording_options(
    interpreter: Interpreter,
    element: ET.Element,
    *,
    source: str,
    channels: int = 1,
    track: str = "both",
    trimmed: bool = True,
) -> RecordingOptions:
    """`trimmed`: whether silence at both ends is cut off, unless the element's `trim` says otherwise."""
    callback = element.get("recordingStatusCallback", "")
    return RecordingOptions(
        channels=channels,
        track=track,
        source=source,
        trim=element.get("trim", "trim-silence" if trimmed else "") == "trim-silence",
        callback=interpreter.resolve(callback) if callback else "",
        method=element.get("recordingStatusCallbackMethod", "POST"),
        events=frozenset(element.get("recordingStatusCallbackEvent", "completed").split()),
    )

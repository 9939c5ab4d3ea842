"""Start: streams and recordings that run beside the call while its document goes on."""

import xml.etree.ElementTree as ET

from switch.interpreter import Interpreter
from switch.media.recording import begin_recording
from switch.media.stream import fork
from switch.verbs.recording import recording_options
from switch.verbs.stream import open_stream
from switch.webhooks import Request


async def start(interpreter: Interpreter, verb: ET.Element) -> Request | None:
    for noun in verb:
        if noun.tag == "Stream":
            if (stream := open_stream(interpreter, noun, two_way=False)) is not None:
                fork(stream, interpreter.leg)
        elif noun.tag == "Recording":
            options = recording_options(
                interpreter,
                noun,
                source="StartCallRecordingAPI",
                channels=1 if noun.get("channels") == "mono" else 2,
                track=noun.get("track", "both"),
            )
            begin_recording(interpreter.leg, options)
    return None

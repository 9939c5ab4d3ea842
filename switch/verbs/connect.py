"""Connect, Start and Stop: streams and recordings."""

import asyncio
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

from switch.document import DocumentError
from switch.media.recording import RecordingOptions, begin_recording
from switch.media.stream import MediaStream, fork, options
from switch.webhooks import Request

if TYPE_CHECKING:
    from switch.interpreter import Program


def _stream(program: "Program", noun: ET.Element, *, two_way: bool) -> MediaStream | None:
    try:
        asked = options(noun, _absolute(program, noun.get("url", "")), two_way=two_way)
    except DocumentError as error:
        program.exchange.trace.problem(error.code, str(error), call=program.leg.sid)
        return None
    return MediaStream(program.leg, asked)


def _absolute(program: "Program", url: str) -> str:
    if "://" in url:
        return url
    base = program.resolve(url)
    return "ws" + base.removeprefix("http")


async def connect(program: "Program", verb: ET.Element) -> Request | None:
    """Stay on a two-way stream until it ends, however it ends; then the action, or the next verb."""
    noun = verb.find("Stream")
    if noun is None:
        program.exchange.trace.problem(12200, "<Connect> without <Stream>", call=program.leg.sid)
        return None
    stream = _stream(program, noun, two_way=True)
    program.leaving = lambda: program.action(verb, {})
    if stream is not None:
        running = program.exchange.spawn(stream.run())
        try:
            await asyncio.shield(running)
        finally:
            stream.stop()
    return program.action(verb, {"StreamSid": stream.sid} if stream else {})


async def start(program: "Program", verb: ET.Element) -> Request | None:
    for noun in verb:
        if noun.tag == "Stream":
            _fork(program, noun)
        elif noun.tag == "Recording":
            begin_recording(program.leg, _recording(program, noun))
    return None


def _fork(program: "Program", noun: ET.Element) -> None:
    stream = _stream(program, noun, two_way=False)
    if stream is not None:
        fork(stream, program.leg)


def _recording(program: "Program", noun: ET.Element) -> RecordingOptions:
    callback = noun.get("recordingStatusCallback", "")
    return RecordingOptions(
        channels=1 if noun.get("channels") == "mono" else 2,
        track=noun.get("track", "both"),
        trim=noun.get("trim", "trim-silence") == "trim-silence",
        callback=program.resolve(callback) if callback else "",
        method=noun.get("recordingStatusCallbackMethod", "POST"),
        events=frozenset(noun.get("recordingStatusCallbackEvent", "completed").split()),
    )


async def stop(program: "Program", verb: ET.Element) -> Request | None:
    for noun in verb.iter("Stream"):
        end = program.leg.forks.pop(noun.get("name", ""), None)
        if end is not None:
            end()
    return None

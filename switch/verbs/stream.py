"""Stream, as a noun of Connect and Start: where a call's sound is sent."""

import xml.etree.ElementTree as ET

from switch.document import DocumentError
from switch.interpreter import Interpreter
from switch.media.stream import MediaStream
from switch.media.stream_options import TRACKS, StreamOptions, socket_url


def open_stream(interpreter: Interpreter, noun: ET.Element, *, two_way: bool) -> MediaStream | None:
    """The stream that the noun asks for, not yet running; None when it asks for what cannot be, which is noted."""
    try:
        options = _options(noun, _absolute(interpreter, noun.get("url", "")), two_way=two_way)
    except DocumentError as error:
        interpreter.problem(error.code, str(error))
        return None
    return MediaStream(interpreter.leg, options)


def _absolute(interpreter: Interpreter, url: str) -> str:
    if "://" in url:
        return url
    return "ws" + interpreter.resolve(url).removeprefix("http")


def _options(noun: ET.Element, url: str, *, two_way: bool) -> StreamOptions:
    """Raises DocumentError 31922, 31923 or 31941."""
    track = noun.get("track", "inbound_track")
    if track not in TRACKS or (two_way and track != "inbound_track"):
        raise DocumentError(31941, f"track {track!r} cannot be used here")
    return StreamOptions(
        url=socket_url(url),
        two_way=two_way,
        tracks=TRACKS[track],
        name=noun.get("name", ""),
        parameters={p.get("name", ""): p.get("value", "") for p in noun.findall("Parameter")},
        status_url=noun.get("statusCallback", ""),
        status_method=noun.get("statusCallbackMethod", "POST"),
    )

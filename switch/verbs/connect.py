"""Connect: the call's sound goes to a two-way stream, and comes from it."""

import asyncio
import xml.etree.ElementTree as ET

from switch.interpreter import Interpreter
from switch.verbs.stream import open_stream
from switch.webhooks import Request


async def connect(interpreter: Interpreter, verb: ET.Element) -> Request | None:
    """Stay on the stream until it ends, however it ends; then the action, or the next verb."""
    noun = verb.find("Stream")
    if noun is None:
        interpreter.problem(12200, "<Connect> without <Stream>")
        return None
    stream = open_stream(interpreter, noun, two_way=True)
    interpreter.action_on_hang_up = lambda: interpreter.action(verb, {})
    if stream is not None:
        running = interpreter.exchange.spawn(stream.run())
        try:
            await asyncio.shield(running)
        finally:
            stream.stop()
    return interpreter.action(verb, {"StreamSid": stream.sid} if stream else {})

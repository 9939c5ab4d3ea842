"""Stop: end a stream that Start began, by its name."""

import xml.etree.ElementTree as ET

from switch.interpreter import Interpreter
from switch.webhooks import Request


async def stop(interpreter: Interpreter, verb: ET.Element) -> Request | None:
    for noun in verb.iter("Stream"):
        end = interpreter.leg.forks.pop(noun.get("name", ""), None)
        if end is not None:
            end()
    return None

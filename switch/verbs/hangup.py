"""Hangup: end the call."""

import xml.etree.ElementTree as ET

from switch.interpreter import HangUpError, Interpreter
from switch.webhooks import Request


async def hangup(interpreter: Interpreter, verb: ET.Element) -> Request | None:
    raise HangUpError

"""Redirect: the call goes on with another document."""

import xml.etree.ElementTree as ET

from switch.document import text_of
from switch.interpreter import Interpreter
from switch.webhooks import Request


async def redirect(interpreter: Interpreter, verb: ET.Element) -> Request | None:
    return Request(interpreter.resolve(text_of(verb)), verb.get("method", "POST"))

"""Pause: wait for some seconds, or for one."""

import asyncio
import xml.etree.ElementTree as ET

from switch.document import number
from switch.interpreter import Interpreter
from switch.webhooks import Request


async def pause(interpreter: Interpreter, verb: ET.Element) -> Request | None:
    await asyncio.sleep(number(verb.get("length"), 1))
    return None

"""Reject: refuse a call that was not answered yet, as busy or as not answered."""

import xml.etree.ElementTree as ET

from switch.interpreter import HangUpError, Interpreter
from switch.webhooks import Request


async def reject(interpreter: Interpreter, verb: ET.Element) -> Request | None:
    if interpreter.leg.began is not None:
        interpreter.problem(12200, "<Reject> after the call was answered")
        raise HangUpError
    raise HangUpError("busy" if verb.get("reason") == "busy" else "no-answer")

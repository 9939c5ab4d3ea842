"""Verbs without sound: wait, go elsewhere, refuse, end."""

import asyncio
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

from switch.document import number, text_of
from switch.flow import HangUp
from switch.webhooks import Request

if TYPE_CHECKING:
    from switch.interpreter import Program


async def pause(program: "Program", verb: ET.Element) -> Request | None:
    await asyncio.sleep(number(verb.get("length"), 1))
    return None


async def redirect(program: "Program", verb: ET.Element) -> Request | None:
    return Request(program.resolve(text_of(verb)), verb.get("method", "POST"))


async def reject(program: "Program", verb: ET.Element) -> Request | None:
    if program.leg.began is not None:
        program.exchange.trace.problem(12200, "<Reject> after the call was answered", call=program.leg.sid)
        raise HangUp
    raise HangUp("busy" if verb.get("reason") == "busy" else "no-answer")


async def hangup(program: "Program", verb: ET.Element) -> Request | None:
    raise HangUp

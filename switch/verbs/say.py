"""Say: speak a text, in the language it asks for."""

import xml.etree.ElementTree as ET

from switch.document import number, text_of
from switch.interpreter import Interpreter
from switch.webhooks import Request


async def say(interpreter: Interpreter, verb: ET.Element) -> Request | None:
    text = text_of(verb)
    if text:
        exchange = interpreter.exchange
        exchange.trace.add("say", call=interpreter.leg.sid, characters=len(text))
        spoken = await exchange.speak(text, verb.get("language", ""))
        await interpreter.play(spoken, int(number(verb.get("loop"), 1)))
    return None

"""Play: a sound file, or keys as they sound."""

import xml.etree.ElementTree as ET

from switch.document import number, text_of
from switch.interpreter import Interpreter
from switch.media.audio import dtmf_tones
from switch.webhooks import Request


async def play(interpreter: Interpreter, verb: ET.Element) -> Request | None:
    if (digits := verb.get("digits")) is not None:
        await interpreter.play(dtmf_tones(digits))
        return None
    url = interpreter.resolve(text_of(verb))
    content_type, data = await interpreter.exchange.webhooks.media(url)
    await interpreter.play_file(url, content_type, data, int(number(verb.get("loop"), 1)))
    return None

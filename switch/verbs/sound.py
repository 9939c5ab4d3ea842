"""Say and Play."""

import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

from switch.document import DocumentError, number, text_of
from switch.media.audio import AudioError, keys, wav_to_mulaw
from switch.webhooks import Request

if TYPE_CHECKING:
    from switch.interpreter import Program

_RAW = ("audio/basic", "audio/ulaw", "audio/x-mulaw", "audio/mulaw")


def to_mulaw(url: str, kind: str, data: bytes) -> bytes:
    """A fetched sound as mu-law. Raises DocumentError 12300 for one that cannot be played."""
    if kind in _RAW:
        return data
    try:
        return wav_to_mulaw(data)
    except AudioError as error:
        raise DocumentError(12300, f"cannot play {url}: {error}; serve WAV or mu-law") from error


async def say(program: "Program", verb: ET.Element) -> Request | None:
    text = text_of(verb)
    if text:
        program.exchange.trace.add("say", call=program.leg.sid, characters=len(text))
        await program.play(
            await program.exchange.speak(text, verb.get("language", "")), int(number(verb.get("loop"), 1))
        )
    return None


async def play(program: "Program", verb: ET.Element) -> Request | None:
    if (digits := verb.get("digits")) is not None:
        await program.play(keys(digits))
        return None
    url = program.resolve(text_of(verb))
    kind, data = await program.exchange.webhooks.media(url)
    await program.play(to_mulaw(url, kind, data), int(number(verb.get("loop"), 1)))
    return None

"""Speech through the codecs of mobile and internet telephones, with packets lost on the way."""

import random
from dataclasses import dataclass
from typing import Literal

import av
import numpy as np

from speech.audio import RATE, Samples

LOST = (0.0, 0.0, 0.01, 0.03, 0.06)  # shares of packets that never come
FADE = 0.5  # a lost packet's place is filled with the one before, fainter each time


@dataclass(frozen=True, slots=True)
class Codec:
    """A codec as FFmpeg names it, the samples of its packets, and its rates in bits a second."""

    encoder: str
    decoder: str
    packet: int
    rates: tuple[int, ...]


CODECS = (
    Codec("libopencore_amrnb", "libopencore_amrnb", 160, (4750, 5900, 7400, 12200)),  # mobile telephones
    Codec("g723_1", "g723_1", 240, (6300,)),  # narrow internet lines, of the kind of G.729
)


def through(codec: Codec, rate: int, lost: float, sound: Samples, chance: random.Random) -> Samples:
    """What comes out at the far end, as long as `sound`; `lost` is the share of packets that do not."""
    encoder, decoder = _context(codec.encoder, "w"), _context(codec.decoder, "r")
    encoder.bit_rate = rate
    padded = np.pad(sound, (0, -len(sound) % codec.packet))
    heard = [np.zeros(codec.packet, np.int16)]
    for start in range(0, len(padded), codec.packet):
        frame = av.AudioFrame.from_ndarray(padded[None, start : start + codec.packet], format="s16", layout="mono")
        frame.sample_rate = RATE
        for packet in encoder.encode(frame):
            decoded = [part.to_ndarray().ravel() for part in decoder.decode(packet)]
            gone = chance.random() < lost or not decoded
            heard.append((heard[-1] * FADE).astype(np.int16) if gone else np.concatenate(decoded).astype(np.int16))
    whole = np.concatenate(heard[1:])[: len(sound)]
    return np.pad(whole, (0, len(sound) - len(whole)))


def any_line(sound: Samples, chance: random.Random) -> Samples:
    """Through a codec and a loss drawn by `chance`."""
    codec = chance.choice(CODECS)
    return through(codec, chance.choice(codec.rates), chance.choice(LOST), sound, chance)


def _context(name: str, mode: Literal["r", "w"]) -> av.AudioCodecContext:
    context = av.CodecContext.create(av.Codec(name, mode), mode)
    assert isinstance(context, av.AudioCodecContext)
    context.sample_rate, context.layout = RATE, "mono"
    if mode == "w":
        context.format = "s16"
    return context

"""Telephone sound: mu-law at 8 kHz, frames of 20 ms, mixing, WAV files and tones."""

import io
import struct
import wave
from collections.abc import Iterable, Iterator

import numpy as np

from speech.audio import FRAME, RATE, SILENCE, Samples, decode, encode, resample

__all__ = [
    "FRAME", "RATE", "SILENCE", "AudioError", "Samples", "decode", "dtmf_tones", "encode", "frames", "loudness", "mix",
    "music", "ringing", "silence", "tone", "wav_to_mulaw", "write_wav",
]  # fmt: skip

_DTMF = {
    key: (low, high)
    for low, row in zip((697, 770, 852, 941), ("123A", "456B", "789C", "*0#D"), strict=True)
    for high, key in zip((1209, 1336, 1477, 1633), row, strict=True)
}


class AudioError(ValueError):
    """Sound that cannot be read; the message says why."""


_LOUDNESS = np.abs(decode(bytes(range(256))).astype(np.int32))


def mix(frames: Iterable[bytes]) -> bytes:
    """The sum of equally long pieces of mu-law, clipped to 16 bits."""
    total = np.sum([decode(frame) for frame in frames], axis=0, dtype=np.int32)
    return encode(np.clip(total, -32768, 32767).astype(np.int16))


def loudness(mulaw: bytes) -> float:
    """Mean magnitude, 0 to 32124."""
    return float(_LOUDNESS[np.frombuffer(mulaw, np.uint8)].mean()) if mulaw else 0.0


def frames(mulaw: bytes) -> Iterator[bytes]:
    """Pieces of 20 ms; the last one is filled up with silence."""
    for start in range(0, len(mulaw), FRAME):
        yield mulaw[start : start + FRAME].ljust(FRAME, b"\xff")


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    position = 12
    while position + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, position)
        yield name, data[position + 8 : position + 8 + size]
        position += 8 + size + size % 2


def wav_to_mulaw(data: bytes) -> bytes:
    """Any mono or stereo WAV of 16-bit PCM or mu-law as 8 kHz mono mu-law. Raises AudioError."""
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise AudioError("not a WAV file")
    parts = dict(_chunks(data))
    if len(parts.get(b"fmt ", b"")) < 16 or b"data" not in parts:
        raise AudioError("a WAV file without format or samples")
    kind, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", parts[b"fmt "])
    if kind == 7:
        samples = decode(parts[b"data"])
    elif kind in (1, 0xFFFE) and bits == 16:
        samples = np.frombuffer(parts[b"data"][: len(parts[b"data"]) // 2 * 2], "<i2")
    else:
        raise AudioError(f"a WAV file of kind {kind} with {bits} bits; wanted 16-bit PCM or mu-law")
    return encode(_to_telephone(samples, channels, rate))


def _to_telephone(samples: Samples, channels: int, rate: int) -> Samples:
    mono = samples[: len(samples) // channels * channels].reshape(-1, channels).mean(axis=1)
    resampled = resample(mono, rate, RATE)
    return np.asarray(np.clip(np.rint(resampled), -32768, 32767), np.int16)


def write_wav(channels: list[bytes]) -> bytes:
    """A WAV file of 8 kHz 16-bit PCM from one piece of mu-law a channel, equally long."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(len(channels))
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.stack([decode(channel) for channel in channels], axis=1).astype("<i2").tobytes())
    return out.getvalue()


def tone(frequencies: tuple[float, ...], seconds: float, level: float = 0.2) -> bytes:
    """Sine waves together, as mu-law."""
    time = np.arange(int(RATE * seconds)) / RATE
    waves = sum((np.sin(2 * np.pi * frequency * time) for frequency in frequencies), np.zeros_like(time))
    return encode((waves * level * 32767 / len(frequencies)).astype(np.int16))


def silence(seconds: float) -> bytes:
    return b"\xff" * int(RATE * seconds)


def dtmf_tones(digits: str) -> bytes:
    """Keys as they sound; `w` is half a second of silence, `W` a second."""
    pauses = {"w": silence(0.5), "W": silence(1)}
    return b"".join(
        pauses[key] if key in pauses else tone(_DTMF[key], 0.1) + silence(0.1)
        for key in digits
        if key in pauses or key in _DTMF
    )


def ringing() -> bytes:
    """What a caller hears while the far side rings: two seconds of tone, four of silence."""
    return tone((440, 480), 2.0, 0.1) + silence(4.0)


def music() -> bytes:
    """The hold music of a conference without a `waitUrl`: a slow, soft run of chords."""
    chords = ((262, 330, 392), (294, 349, 440), (247, 294, 392), (262, 330, 523))
    return b"".join(tone(chord, 1.5, 0.06) + silence(0.1) for chord in chords)

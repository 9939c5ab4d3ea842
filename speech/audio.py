"""Telephone sound: mu-law, frames, resampling, levels and WAV files.

Samples are int16 at 8 kHz unless said otherwise, [n] or [channels, n]; a frame is 160 of them, 20 ms, as 160 bytes of
mu-law.
"""

import os
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import soxr
from numpy.typing import NDArray

Samples = NDArray[np.int16]

RATE = 8000  # samples in a second
FRAME = 160  # samples: 20 ms
SILENCE = b"\xff" * FRAME
VOICE_DBFS = -20.0  # a usual level of speech on the telephone network: clear, and far from clipping
PEAK_DBFS = -1.0


class UnreadableAudioError(ValueError):
    """The file is not there, not a sound file, or holds no sound; the message says which."""


def _encoding() -> NDArray[np.uint8]:
    sample = np.arange(65536, dtype=np.uint16).view(np.int16).astype(np.int32) >> 2
    magnitude = np.minimum(np.abs(sample), 8159) + 33
    segment = np.floor(np.log2(magnitude)).astype(np.int32) - 5
    code = np.where(segment >= 8, 0x7F, (segment << 4) | ((magnitude >> (segment + 1)) & 0x0F))
    return (code ^ np.where(sample < 0, 0x7F, 0xFF)).astype(np.uint8)


def _decoding() -> Samples:
    code = ~np.arange(256, dtype=np.uint8)
    magnitude = (((code & 0x0F).astype(np.int32) << 3) + 0x84) << ((code & 0x70) >> 4)
    return np.where(code & 0x80, 0x84 - magnitude, magnitude - 0x84).astype(np.int16)


_ENCODE, _DECODE = _encoding(), _decoding()


def encode(samples: Samples) -> bytes:
    """16-bit samples to G.711 mu-law, one byte each."""
    return _ENCODE[samples.view(np.uint16)].tobytes()


def decode(data: bytes) -> Samples:
    """G.711 mu-law to 16-bit samples."""
    return _DECODE[np.frombuffer(data, np.uint8)]


def frames(samples: Samples) -> Iterator[bytes]:
    """Mu-law frames of 20 ms; the last one is filled up with silence."""
    data = encode(samples)
    for start in range(0, len(data), FRAME):
        yield data[start : start + FRAME].ljust(FRAME, b"\xff")


def resample(samples: NDArray[Any], from_rate: int, to_rate: int) -> NDArray[Any]:
    """The same sound [n] at another rate, in the same sample type."""
    if from_rate == to_rate or not len(samples):
        return samples
    return np.asarray(soxr.resample(samples, from_rate, to_rate), dtype=samples.dtype)


def to_float(samples: Samples) -> NDArray[np.float32]:
    return samples.astype(np.float32) / 32768.0


def to_int(sound: NDArray[np.float32]) -> Samples:
    return np.clip(np.round(sound * 32768.0), -32768, 32767).astype(np.int16)


def telephone(samples: Samples, rate: int) -> Samples:
    """What is left of a sound after the telephone: 8 kHz, mu-law and back."""
    return decode(encode(resample(samples, rate, RATE)))


def power(samples: Samples) -> float:
    """The mean square of int16 samples, at least one; 1 is full scale."""
    sound = to_float(samples)
    return float(sound @ sound) / len(sound)


def loudness(samples: Samples) -> float:
    """dBFS of the parts that sound (20 ms blocks within 30 dB of the loudest); -inf for silence."""
    whole = len(samples) // FRAME * FRAME
    blocks = to_float(samples[:whole] if whole else samples).reshape(-1, FRAME if whole else max(1, len(samples)))
    power = np.mean(blocks**2, axis=1) if blocks.size else np.zeros(1)
    top = float(power.max())
    return float(10 * np.log10(power[power > top / 1000].mean())) if top > 0 else float("-inf")


def normalise(samples: Samples, dbfs: float = VOICE_DBFS) -> Samples:
    """Bring speech to `dbfs`, less where a peak would pass -1 dBFS. Silence stays silence."""
    level = loudness(samples)
    if level == float("-inf"):
        return samples
    peak = 20 * np.log10(np.abs(to_float(samples)).max())
    gain = min(dbfs - level, PEAK_DBFS - peak)
    return to_int(to_float(samples) * np.float32(10 ** (gain / 20)))


def read_sound(path: Path) -> tuple[Samples, int]:
    """Samples [channels, n] and rate of a sound file (WAV, MP3, Ogg, ...). Raises UnreadableAudioError."""
    try:
        with av.open(os.fspath(path)) as container:
            stream = container.streams.audio[0]
            to_planes = av.AudioResampler(format="s16p", layout=stream.layout, rate=stream.rate)
            frames = [part for frame in container.decode(stream) for part in to_planes.resample(frame)]
            parts = [frame.to_ndarray() for frame in (*frames, *to_planes.resample(None))]
            rate = stream.rate
    except (av.FFmpegError, OSError, IndexError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no sound in it"
        raise UnreadableAudioError(f"{path}: cannot be read as sound ({reason}); give a WAV file") from error
    if not parts or not sum(part.shape[1] for part in parts):
        raise UnreadableAudioError(f"{path}: the file holds no sound")
    return np.ascontiguousarray(np.concatenate(parts, axis=1)), rate


def read_mono(path: Path, rate: int = RATE) -> Samples:
    """A sound file as one channel [n] at `rate`. Raises UnreadableAudioError."""
    samples, source = read_sound(path)
    mono = samples[0] if len(samples) == 1 else samples.mean(axis=0).astype(np.int16)
    return np.ascontiguousarray(resample(mono, source, rate))


def write_wav(path: Path, samples: Samples, rate: int = RATE) -> None:
    """Write [n] or [channels, n] as 16-bit WAV; the file appears whole or not at all."""
    rows = np.atleast_2d(samples)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    with wave.open(os.fspath(part), "wb") as file:
        file.setparams((len(rows), 2, rate, 0, "NONE", ""))
        file.writeframes(np.ascontiguousarray(rows.T).astype("<i2").tobytes())
    part.replace(path)

"""Sound in files, made up."""

import io
import wave

import numpy as np


def sound(seconds: float = 1.0, channels: int = 2) -> bytes:
    """A WAV whose n-th channel is as loud as its number."""
    frames = np.tile(np.arange(1, channels + 1, dtype="<i2") * 1000, int(8000 * seconds))
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(frames.tobytes())
    return buffer.getvalue()

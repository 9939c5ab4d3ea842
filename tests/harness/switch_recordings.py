"""Recordings of the switch, asked for and fetched; and card numbers of the field's test sets."""

import io
import wave

import httpx
import numpy as np
import numpy.typing as npt

from switch.media.audio import decode
from tests.harness.switch_world import ACCOUNT, TOKEN

RECORD = (
    '<Start><Recording channels="dual" trim="do-not-trim" recordingStatusCallback="/recording" '
    'recordingStatusCallbackEvent="in-progress completed absent"/></Start>'
)


def channels(data: bytes) -> npt.NDArray[np.int16]:
    with wave.open(io.BytesIO(data)) as file:
        assert (file.getframerate(), file.getsampwidth()) == (8000, 2)
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        return samples.reshape(-1, file.getnchannels())


async def fetch(url: str, **params: str) -> httpx.Response:

    async with httpx.AsyncClient(auth=(ACCOUNT, TOKEN)) as web:
        return await web.get(url, params=params)


def power(sound: bytes, frequency: int) -> float:
    samples = decode(sound).astype(float)
    phase = 2j * np.pi * frequency * np.arange(len(samples)) / 8000
    return float(abs(np.exp(-phase) @ samples)) / max(len(samples), 1)

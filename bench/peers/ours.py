"""A bot on our own speech: answers every turn with the same sentence, and writes down what it heard.

    python -m bench.peers.ours PORT WEIGHTS REPLY_FOLDER HEARD.jsonl ours|plain

`plain` hears each utterance with `WhisperModel.transcribe` as it comes; all else is the same.
"""

import json
import os
import sys

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy: its threads would spin both cores

import time
from collections.abc import AsyncIterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import uvicorn
from faster_whisper import WhisperModel
from numpy.typing import NDArray
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from speech.audio import RATE, resample, to_float
from speech.events import Command, Event, Expectation, Listen, Speak, UserTurn
from speech.inference_queue import Priority
from speech.media_streams import read_start
from speech.model_files import ModelFiles, find_vad
from speech.session import Session
from speech.stt import ANYTHING, SpeechToText, Transcript, WhisperSpeechToText
from speech.tts import TextToSpeech
from speech.vad import SileroModel
from speech.voices import make_voice

REPLY = "Thank you, I have noted that."


class PlainWhisper:
    """`WhisperModel.transcribe` with its own defaults, one utterance at a time."""

    def __init__(self, path: Path) -> None:
        self._model = WhisperModel(str(path), device="cpu", compute_type="int8")
        self._thread = ThreadPoolExecutor(1)

    def transcribe(
        self, sound: NDArray[Any], expect: Expectation = ANYTHING, priority: Priority = Priority.TURN
    ) -> "Future[Transcript]":
        return self._thread.submit(self._hear, sound)

    @property
    def free(self) -> bool:
        return False

    def _hear(self, sound: NDArray[Any]) -> Transcript:
        began = time.perf_counter()
        segments, _ = self._model.transcribe(
            np.asarray(resample(to_float(sound), RATE, 16000), np.float32), language="en"
        )
        text = " ".join(segment.text.strip() for segment in segments)
        return Transcript(text, 1.0, (), len(sound) / RATE, time.perf_counter() - began, 0.0)


def make_app(recogniser: SpeechToText, speaker: TextToSpeech, vad: SileroModel, heard: Path) -> Starlette:
    """`WS /media` and `GET /health`."""

    async def media(socket: WebSocket) -> None:
        await socket.accept()
        texts = _texts(socket)
        session = Session(await read_start(texts, 5.0), recogniser, speaker, vad.stream)
        await session.run(texts, socket.send_text, _answering(heard), [Listen(Expectation(), no_input_timeout=3600.0)])

    async def health(_request: Request) -> JSONResponse:
        return JSONResponse({"ok": True})

    return Starlette(routes=[WebSocketRoute("/media", media), Route("/health", health)])


def _answering(heard: Path) -> Any:
    count = 0

    async def answer(event: Event) -> list[Command]:
        nonlocal count
        if not isinstance(event, UserTurn):
            return []
        count += 1
        with heard.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"text": event.text}) + "\n")
        return [Speak(str(count), REPLY), Listen(Expectation(), no_input_timeout=3600.0)]

    return answer


async def _texts(socket: WebSocket) -> AsyncIterator[str]:
    try:
        while True:
            yield await socket.receive_text()
    except WebSocketDisconnect:
        return


def main() -> None:
    port, weights, folder, heard, kind = sys.argv[1:]
    vad = SileroModel(find_vad())
    path = Path(weights)
    hears: SpeechToText = (
        PlainWhisper(path) if kind == "plain" else WhisperSpeechToText(ModelFiles(path, "path", ""), 1, vad=vad.stream)
    )
    speaker = TextToSpeech(make_voice("heart"), Path(folder))
    speaker.prepare([REPLY])
    uvicorn.run(make_app(hears, speaker, vad, Path(heard)), port=int(port), log_level="warning")


if __name__ == "__main__":
    main()

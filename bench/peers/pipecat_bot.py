# mypy: ignore-errors
# Runs in an environment of its own (requirements.txt beside it), where the project's packages are not.
"""A bot built on pipecat as its users build it: its Whisper, Silero, turn detection and Twilio serializer.

python bench/peers/pipecat_bot.py PORT WEIGHTS REPLY.wav HEARD.jsonl
"""

import json
import sys
import time
import wave
from pathlib import Path

import uvicorn
from fastapi import FastAPI, WebSocket
from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.frames.frames import (
    TranscriptionFrame,
    TTSAudioRawFrame,
    TTSStartedFrame,
    TTSStoppedFrame,
    UserStartedSpeakingFrame,
    UserStoppedSpeakingFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.audio.vad_processor import VADProcessor
from pipecat.processors.frame_processor import FrameProcessor
from pipecat.serializers.twilio import TwilioFrameSerializer
from pipecat.services.whisper.stt import WhisperSTTService
from pipecat.transports.websocket.fastapi import FastAPIWebsocketParams, FastAPIWebsocketTransport
from pipecat.turns.user_turn_processor import UserTurnProcessor
from pipecat.workers.runner import WorkerRunner

HEARING_RATE, SPEAKING_RATE = 16000, 8000  # its Whisper service takes the sound as 16 kHz


class Responder(FrameProcessor):
    """Answers every turn with the same sound, and writes down what was heard."""

    def __init__(self, reply: bytes, heard: str) -> None:
        super().__init__()
        self._reply, self._heard = reply, Path(heard)
        self._text, self._over = "", False

    async def process_frame(self, frame, direction) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, TranscriptionFrame):
            self._text += frame.text.strip()
            with self._heard.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"text": frame.text.strip()}) + "\n")
        self._over = self._over or isinstance(frame, UserStoppedSpeakingFrame)
        await self.push_frame(frame, direction)
        if self._over and self._text:  # a model would be asked now; without words there is nothing to ask it
            self._text, self._over = "", False
            await self._answer()
        if isinstance(frame, UserStartedSpeakingFrame):
            self._over = False

    async def _answer(self) -> None:
        context = str(time.time())
        await self.push_frame(TTSStartedFrame(context_id=context))
        await self.push_frame(
            TTSAudioRawFrame(audio=self._reply, sample_rate=SPEAKING_RATE, num_channels=1, context_id=context)
        )
        await self.push_frame(TTSStoppedFrame(context_id=context))


def main() -> None:
    port, weights, reply_file, heard = sys.argv[1:]
    with wave.open(reply_file) as file:
        reply = file.readframes(file.getnframes())
    stt = WhisperSTTService(device="cpu", compute_type="int8", settings=WhisperSTTService.Settings(model=weights))
    app = FastAPI()

    @app.get("/health")
    async def health() -> dict:
        return {"ok": True}

    @app.websocket("/media")
    async def media(socket: WebSocket) -> None:
        await socket.accept()
        while True:
            message = json.loads(await socket.receive_text())
            if message["event"] == "start":
                break
        serializer = TwilioFrameSerializer(
            message["start"]["streamSid"], params=TwilioFrameSerializer.InputParams(auto_hang_up=False)
        )
        transport = FastAPIWebsocketTransport(
            socket,
            FastAPIWebsocketParams(audio_in_enabled=True, audio_out_enabled=True, serializer=serializer),
        )
        pipeline = Pipeline(
            [
                transport.input(),
                VADProcessor(vad_analyzer=SileroVADAnalyzer()),
                stt,
                UserTurnProcessor(),
                Responder(reply, heard),
                transport.output(),
            ]
        )
        worker = PipelineWorker(
            pipeline,
            params=PipelineParams(audio_in_sample_rate=HEARING_RATE, audio_out_sample_rate=SPEAKING_RATE),
            idle_timeout_secs=None,
        )
        runner = WorkerRunner(handle_sigint=False)
        await runner.run(worker)

    uvicorn.run(app, port=int(port), log_level="warning")


if __name__ == "__main__":
    main()

"""A speech session between a carrier and a caller in memory, in time moved by hand."""

import asyncio
import base64
import json
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from speech.audio import FRAME, SILENCE, encode
from speech.events import Command, Event
from speech.media_streams import Start
from speech.session import Session
from speech.tts import TextToSpeech
from speech.vad import Vad
from tests.fakes.fake_clock import FakeMonotonicClock
from tests.fakes.fake_speech import FakeInterruptionDetector, FakeRecogniser, FakeVoice, loud

START = Start("MZ1", "CA1", "AC1", ("inbound",), {})


VOICED = encode(np.full(FRAME, 8000, np.int16))
FAINT = encode(np.tile(np.array([1400, 1400, -1400, -1400], np.int16), FRAME // 4))  # 15 dB below, no echo of the bot


TICK = 0.02


@dataclass
class SessionLine:
    """A carrier that plays what it is sent, and a caller who does as the test says, in time moved by hand."""

    folder: Path
    recogniser: FakeRecogniser
    answers: Callable[[Event], list[Command]] = lambda event: []
    clock: FakeMonotonicClock = field(default_factory=FakeMonotonicClock)
    events: list[Event] = field(default_factory=list)
    cleared: int = 0
    marks: bool = True  # whether they come back
    heard: list[float] = field(default_factory=list)  # when sound was played to the caller
    messages: list[float] = field(default_factory=list)  # how long each message's sound was

    def __post_init__(self) -> None:
        self.voice = FakeVoice()
        self.speaker = TextToSpeech(self.voice, self.folder)
        self._in: asyncio.Queue[str | None] = asyncio.Queue()
        self._buffer: deque[bytes | str] = deque()
        self._count = 0

    async def __aenter__(self) -> "SessionLine":
        return self

    async def __aexit__(self, *_: object) -> None:
        if not self.task.done():
            await self.hang_up()

    async def call(self, *opening: Command) -> None:
        """The stream begins; prompts are in the cache, as they are in the house."""
        self.session = Session(
            START,
            self.recogniser,
            self.speaker,
            lambda: loud,
            clock=self.clock,
            filler="One moment.",
            interruption_detector=self._judging,
        )
        self.task = asyncio.create_task(self.session.run(self._receive(), self._send, self._handle, opening))
        await self._settle()

    def _judging(self, vad: Vad) -> FakeInterruptionDetector:
        self.judge = FakeInterruptionDetector(vad)
        return self.judge

    def cache(self, *texts: str) -> None:
        self.speaker.prepare(texts)

    async def silence(self, seconds: float) -> None:
        await self._frames(SILENCE, seconds)

    async def speech(self, seconds: float, *, faint: bool = False) -> None:
        await self._frames(FAINT if faint else VOICED, seconds)

    async def say(self, seconds: float, text: str, *, faint: bool = False) -> None:
        """Speak for `seconds`; the recogniser will hear `text`."""
        self.recogniser.texts = [text]
        await self.speech(seconds, faint=faint)

    async def key(self, *digits: str) -> None:
        for digit in digits:
            await self._put({"event": "dtmf", "dtmf": {"track": "inbound_track", "digit": digit}})

    async def hang_up(self) -> None:
        await self._put({"event": "stop", "stop": {}})
        await asyncio.wait_for(self.task, 5)

    async def lose(self) -> None:
        self._in.put_nowait(None)
        await asyncio.wait_for(self.task, 5)

    def of(self, kind: type[Any]) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]

    async def _frames(self, frame: bytes, seconds: float) -> None:
        for _ in range(round(seconds / TICK)):
            self._count += 1
            self._play()
            self.clock.time += TICK
            payload = base64.b64encode(frame).decode()
            at = str(round((self.clock.time - TICK) * 1000))
            await self._put({"event": "media", "media": {"track": "inbound", "timestamp": at, "payload": payload}})

    def _play(self) -> None:
        """20 ms of what is buffered, with the marks on the way."""
        self._echo()
        if self._buffer:
            self._buffer.popleft()
            self.heard.append(self.clock.time)
        self._echo()

    def _echo(self) -> None:
        while self._buffer and isinstance(name := self._buffer[0], str):
            self._buffer.popleft()
            if self.marks:
                self._in.put_nowait(json.dumps({"event": "mark", "mark": {"name": name}}))

    async def _send(self, text: str) -> None:
        message = json.loads(text)
        assert message["streamSid"] == START.stream_sid
        match message["event"]:
            case "media":
                sound = base64.b64decode(message["media"]["payload"])
                self.messages.append(len(sound) / 8000)
                self._buffer.extend(sound[start : start + FRAME] for start in range(0, len(sound), FRAME))
            case "mark":
                self._buffer.append(message["mark"]["name"])
            case "clear":
                self.cleared += 1
                self._buffer = deque(item for item in self._buffer if isinstance(item, str))
                self._echo()

    async def _receive(self) -> AsyncIterator[str]:
        while (text := await self._in.get()) is not None:
            yield text

    async def _handle(self, event: Event) -> list[Command]:
        self.events.append(event)
        return self.answers(event)

    async def _put(self, message: dict[str, Any]) -> None:
        self._in.put_nowait(json.dumps(message))
        await self._settle()

    async def _settle(self) -> None:
        for _ in range(12):
            await asyncio.sleep(0)

    @property
    def buffered(self) -> float:
        """Seconds of sound that the carrier holds."""
        return sum(isinstance(item, bytes) for item in self._buffer) * TICK

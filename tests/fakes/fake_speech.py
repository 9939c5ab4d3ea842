"""Twins of what a session talks to: a clock moved by hand, a carrier, a recogniser and a voice in memory."""

import asyncio
import base64
import json
from collections import deque
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from speech.audio import FRAME, SILENCE, Samples, encode
from speech.events import Command, Event, Expectation
from speech.inference_queue import Priority
from speech.media_streams import Start
from speech.session import Session
from speech.stt import Transcript
from speech.tts import TextToSpeech
from speech.vad import STATE_SIZE, Vad

START = Start("MZ1", "CA1", "AC1", ("inbound",), {})
VOICED = encode(np.full(FRAME, 8000, np.int16))
TICK = 0.02
ANYTHING = Expectation()


class HandClock:
    def __init__(self) -> None:
        self.time = 0.0

    def __call__(self) -> float:
        return self.time


class Loud:
    """A detector for which whatever is loud is speech."""

    hidden_state = np.zeros(STATE_SIZE, np.float32)

    def __call__(self, window: Samples) -> float:
        return 1.0 if np.abs(window).max() > 1000 else 0.0

    def reset(self) -> None:
        pass


loud = Loud()


class Interrupting:
    """A judge for whom all speech over the bot may be an interruption, and so stops it once it is no cough."""

    interruption = 0.7

    def __init__(self, vad: Vad) -> None:
        self._vad = vad

    def __call__(self, window: Samples) -> float:
        return self._vad(window)

    def reset(self) -> None:
        self._vad.reset()


class ScriptedRecogniser:
    """Hears what it is told to, turn by turn; an early hearing of the same turn hears the same."""

    def __init__(self, *texts: str) -> None:
        self.texts = list(texts)
        self.asked: list[tuple[float, Expectation, Priority]] = []
        self.held: list[tuple[Future[Transcript], Transcript]] | None = None

    def transcribe(
        self, sound: NDArray[Any], expect: Expectation = ANYTHING, priority: Priority = Priority.TURN
    ) -> Future[Transcript]:
        self.asked.append((len(sound) / 8000, expect, priority))
        text = self.texts[0] if self.texts else ""
        future: Future[Transcript] = Future()
        said = Transcript(text, 0.9 if text else 0.0, (), len(sound) / 8000, 0.0, 0.0)
        if self.held is not None:
            self.held.append((future, said))
        else:
            future.set_running_or_notify_cancel()
            future.set_result(said)
        return future


class Beep:
    """A voice that takes 60 ms of tone for each character."""

    name = "beep"

    def __init__(self) -> None:
        self.spoken: list[str] = []

    def speak(self, text: str) -> Samples:
        self.spoken.append(text)
        return np.full(len(text) * 480, 3000, np.int16)


@dataclass
class Line:
    """A carrier that plays what it is sent, and a caller who does as the test says, in time moved by hand."""

    folder: Path
    recogniser: ScriptedRecogniser
    answers: Callable[[Event], list[Command]] = lambda event: []
    clock: HandClock = field(default_factory=HandClock)
    events: list[Event] = field(default_factory=list)
    cleared: int = 0
    marks: bool = True  # whether they come back
    heard: list[float] = field(default_factory=list)  # when sound was played to the caller
    messages: list[float] = field(default_factory=list)  # how long each message's sound was

    def __post_init__(self) -> None:
        self.voice = Beep()
        self.speaker = TextToSpeech(self.voice, self.folder)
        self._in: asyncio.Queue[str | None] = asyncio.Queue()
        self._buffer: deque[bytes | str] = deque()
        self._count = 0

    async def __aenter__(self) -> "Line":
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
            interruption_detector=Interrupting,
        )
        self.task = asyncio.create_task(self.session.run(self._receive(), self._send, self._handle, opening))
        await self._settle()

    def cache(self, *texts: str) -> None:
        self.speaker.prepare(texts)

    async def silence(self, seconds: float) -> None:
        await self._frames(SILENCE, seconds)

    async def speech(self, seconds: float) -> None:
        await self._frames(VOICED, seconds)

    async def say(self, seconds: float, text: str) -> None:
        """Speak for `seconds`; the recogniser will hear `text`."""
        self.recogniser.texts = [text]
        await self.speech(seconds)

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

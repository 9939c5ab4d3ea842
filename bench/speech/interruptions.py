"""What stops the bot: interruptions and noises at random times, in virtual time (--data).

    warmline bench bargein --data DIR [--many N]

Interruptions are people's clips. Coughs, hums and knocks are made up (bench/tools/noises.py). The voice detector, the
session, the bot's voice and the recogniser are real ones; a hearing is there `LISTEN` seconds after it is asked for.
"""

import asyncio
import base64
import json
import random
import tempfile
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.speech.endpointing import LISTEN
from bench.tools.echoes import Returning, Room
from bench.tools.line import Tell
from bench.tools.machine import machine
from bench.tools.noises import noises
from bench.tools.recorded_speech import over_the_line, rest, rows
from ivr.settings import Settings
from speech.audio import FRAME, RATE, Samples, encode, normalise, read_mono, to_float
from speech.events import Command, Event, Expectation, Interrupted, Listen, Speak, Spoken
from speech.inference_queue import Priority
from speech.media_streams import Start
from speech.model_files import find_vad, find_whisper
from speech.session import Session
from speech.stt import SpeechToText, Transcript, WhisperSpeechToText
from speech.tts import TextToSpeech
from speech.vad import SileroModel
from speech.voices import make_voice

TEXT = (
    "Thank you for calling. I can tell you your balance, when your next payment is due, and take a payment. "
    "You can also speak with a person at any time, just say so, or press zero on your telephone. How can I help you?"
)
TICK = FRAME / RATE
LOWEST = 250  # Hz: below it telephones carry little, and clips hold rumble
STAYS = 3 * FRAME  # samples for which a voice stays: a click does not
WITHIN = 0.25  # seconds in which a real interruption must stop the bot
LEARNT = ("fsdd", "picovoice-speech-to-intent-benchmark")  # whose clips the interruption detector was trained on
AFTER = 6.0  # seconds watched after the sound
ANYTHING = Expectation()


class Later:
    """A recogniser in virtual time: what it heard is told once that time has passed."""

    def __init__(self, recogniser: SpeechToText, clock: Callable[[], float]) -> None:
        self._recogniser, self._clock = recogniser, clock
        self._due: list[tuple[float, Future[Transcript], Transcript]] = []

    def transcribe(
        self, sound: NDArray[Any], expect: Expectation = ANYTHING, priority: Priority = Priority.TURN
    ) -> Future[Transcript]:
        future: Future[Transcript] = Future()
        said = self._recogniser.transcribe(sound, expect, priority).result()
        self._due.append((self._clock() + LISTEN["open"], future, said))
        return future

    @property
    def free(self) -> bool:
        return False

    def tell(self, *, all_of_it: bool = False) -> None:
        ready = [item for item in self._due if all_of_it or item[0] <= self._clock()]
        self._due = [item for item in self._due if item not in ready]
        for _, future, said in ready:
            if future.set_running_or_notify_cancel():
                future.set_result(said)


@dataclass
class Line:
    """A caller's line to one session: frames in, the bot's frames and clears out, in time moved by hand."""

    time: float = 0.0
    cleared: list[float] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    buffered: list[str | bytes] = field(default_factory=list)  # marks' names, and frames
    speaking: bool = False  # the bot, at the end of what was watched
    incoming: "asyncio.Queue[str | None]" = field(default_factory=asyncio.Queue)

    async def receive(self) -> AsyncIterator[str]:
        while (text := await self.incoming.get()) is not None:
            yield text

    async def send(self, text: str) -> None:
        message = json.loads(text)
        if message["event"] == "clear":
            self.cleared.append(self.time)
            self._back([name for name in self.buffered if isinstance(name, str)])
            self.buffered.clear()
        elif message["event"] == "mark":
            self.buffered.append(message["mark"]["name"])
        else:
            sound = base64.b64decode(message["media"]["payload"])
            self.buffered += [sound[start : start + FRAME] for start in range(0, len(sound), FRAME)]

    async def handle(self, event: Event) -> list[Command]:
        self.events.append(event)
        return []

    def play(self) -> bytes | None:
        """Twenty milliseconds of what is buffered."""
        self._marks()
        played = self.buffered.pop(0) if self.buffered else None
        self._marks()
        assert not isinstance(played, str)
        return played

    def _marks(self) -> None:
        while self.buffered and isinstance(name := self.buffered[0], str):
            self.buffered.pop(0)
            self._back([name])

    def _back(self, names: list[str]) -> None:
        for name in names:
            self.incoming.put_nowait(json.dumps({"event": "mark", "mark": {"name": name}}))


async def one(sound: Samples, at: float, recogniser: SpeechToText, vad: SileroModel, speaker: TextToSpeech) -> Line:
    """A call in which `sound` comes in `at` seconds after the bot began to speak."""
    return await call(over_the_line(np.concatenate([rest(at), sound, rest(AFTER)])), recogniser, vad, speaker)


async def call(
    said: Samples, recogniser: SpeechToText, vad: SileroModel, speaker: TextToSpeech, room: Room | None = None
) -> Line:
    """A call in which `said` comes in while the bot speaks, and in a `room` what the bot says as well."""
    line = Line()
    later = Later(recogniser, lambda: line.time)
    start = Start("MZ1", "CA1", "AC1", ("inbound",), {})
    session = Session(start, later, speaker, vad.stream, clock=lambda: line.time)
    opening: list[Command] = [Speak("text", TEXT), Listen(ANYTHING, 60.0)]
    task = asyncio.create_task(session.run(line.receive(), line.send, line.handle, opening))
    back = None if room is None else Returning(room)
    for begin in range(0, len(said) - FRAME, FRAME):
        frame, played = said[begin : begin + FRAME], line.play()
        payload = base64.b64encode(encode(frame) if back is None else back.frame(played, frame)).decode()
        line.time += TICK
        media = {"track": "inbound", "timestamp": str(round((line.time - TICK) * 1000)), "payload": payload}
        line.incoming.put_nowait(json.dumps({"event": "media", "media": media}))
        later.tell()
        for _ in range(6):
            await asyncio.sleep(0)
    line.speaking = bool(line.buffered)
    line.incoming.put_nowait(None)
    while not task.done():
        later.tell(all_of_it=True)
        await asyncio.sleep(0.001)
    await task
    return line


def run(settings: Settings, data: Path, *, many: int = 50, tell: Tell = print) -> dict[str, Any]:
    """`many` interruptions and `many` noises. Raises NoDataError, MissingModelError."""
    vad = SileroModel(find_vad())
    recogniser = WhisperSpeechToText(find_whisper(settings.whisper_model, settings.data_dir), 1, vad=vad.stream)
    voice = make_voice("heart")
    chance = random.Random(4)
    sounds = [("interruption", sound) for sound in interruptions(data, many)] + list(noises(many, voice))
    table = []
    try:
        with tempfile.TemporaryDirectory() as cache:
            speaker = TextToSpeech(voice, Path(cache))
            speaker.prepare([TEXT])
            for number, (kind, sound) in enumerate(sounds, 1):
                at = chance.uniform(0.5, 6.0)
                line = asyncio.run(one(sound, at, recogniser, vad, speaker))
                table.append(_row(kind, sound, at, line))
                if number % 25 == 0:
                    tell(f"{number} of {len(sounds)} calls")
    finally:
        recogniser.close()
    return {"bench": "bargein", "machine": machine(), "figures": _figures(table), "table": table}


def interruptions(data: Path, many: int) -> list[Samples]:
    """What people said, from the first sound on."""
    said = [row for row in rows(data, "speech.jsonl") if row["kind"] in ("sentence", "command") and row["seconds"] < 8]
    said = [row for row in said if row["source"] not in LEARNT]
    chosen = random.Random(6).sample(said, min(many, len(said)))
    return [from_onset(normalise(read_mono(data / row["file"]))) for row in chosen]


def from_onset(sound: Samples) -> Samples:
    """From where the voice stands out of the clip's own noise, in what a telephone carries, and stays.

    Many clips begin with half a second of noise, and some with a thump or a breath.
    """
    spectrum = np.fft.rfft(to_float(sound))
    spectrum[np.fft.rfftfreq(len(sound), 1 / RATE) < LOWEST] = 0
    level = _mean(np.fft.irfft(spectrum, len(sound)) ** 2, FRAME)
    threshold = min(max(level.max() / 300, 10 * float(np.percentile(level, 10))), level.max() / 10)
    loud = np.append(level > threshold, np.zeros(STAYS, bool))
    staying = np.lib.stride_tricks.sliding_window_view(loud, STAYS).mean(axis=1)[: len(level)] >= 0.9
    begins = np.flatnonzero(loud[: len(level)] & staying)
    begins = begins if len(begins) else np.flatnonzero(loud)
    return sound[max(0, int(begins[0]) - FRAME // 2) :]


def _mean(power: NDArray[Any], over: int) -> NDArray[Any]:
    return np.convolve(power, np.ones(over) / over, "same")


def _row(kind: str, sound: Samples, at: float, line: Line) -> dict[str, Any]:
    stopped = next((time - at for time in line.cleared if time >= at), None)
    finished = any(isinstance(event, Spoken) for event in line.events)
    went_on = finished or line.speaking
    row = {"kind": kind, "seconds": round(len(sound) / RATE, 2), "at": round(at, 2), "went_on": int(went_on)}
    row["stopped_ms"] = None if stopped is None else round(1000 * stopped)
    return row | {"interrupted": sum(isinstance(event, Interrupted) for event in line.events)}


def _figures(table: list[dict[str, Any]]) -> dict[str, float]:
    real = [row for row in table if row["kind"] == "interruption"]
    false = [row for row in table if row["kind"] != "interruption"]
    stops = sorted(row["stopped_ms"] for row in real if row["stopped_ms"] is not None)
    halted = [row for row in false if row["stopped_ms"] is not None]
    within = sum(stop <= 1000 * WITHIN for stop in stops)
    figures = {"stopped within 250 ms %": 100 * within / len(real), "stopped %": 100 * len(stops) / len(real)}
    figures |= {"stop p50 ms": stops[len(stops) // 2], "stop p95 ms": stops[int(0.95 * len(stops))]} if stops else {}
    figures["falsely stopped %"] = 100 * len(halted) / len(false)
    for kind in ("cough", "hum", "knock"):
        these = [row for row in false if row["kind"] == kind]
        stopped = sum(row["stopped_ms"] is not None for row in these)
        figures[f"falsely stopped %: {kind}"] = 100 * stopped / max(1, len(these))
    figures["went on after a false stop %"] = 100 * sum(row["went_on"] for row in halted) / max(1, len(halted))
    return {name: round(value, 1) for name, value in figures.items()}

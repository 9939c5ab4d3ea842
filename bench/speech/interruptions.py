"""What stops the bot, and what it speaks on through: interruptions and other sounds, in virtual time (--data).

    warmline bench bargein --data DIR [--many N]

Interruptions are people's clips. Coughs, hums, laughs, knocks and what sounds around a caller are made up
(bench/tools/noises.py); people nearby are other clips, fainter and from a room, after the caller has said something.
Where the folder has sounds/KIND/*.wav (8 kHz), those are measured as well: a KIND that begins with `interruption` must
stop the bot, any other must not. The voice detector, the session, the bot's voice and the recogniser are real ones; a
hearing is there `LISTEN` seconds after it is asked for.

An interruption is stopped in time when the bot is silent `WITHIN` seconds after it began, and stays so while it lasts.
The bot spoke on when it was never silent for longer than `HALTED` seconds, and said all. The same calls are told by the
definitions of the τ-voice leaderboard (bench/speech/interaction.py).
"""

import asyncio
import base64
import json
import random
import tempfile
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.speech.endpointing import LISTEN
from bench.speech.interaction import WINDOWS, panel, signal_of, yielded_after
from bench.tools.echoes import Returning, Room
from bench.tools.line import Tell
from bench.tools.machine import machine
from bench.tools.noises import around, noises
from bench.tools.recorded_speech import over_the_line, rest, rows
from ivr.settings import Settings
from speech.audio import FRAME, RATE, Samples, encode, normalise, read_mono, to_float, to_int
from speech.events import Command, Event, Expectation, Interrupted, Listen, Speak, Spoken, UserTurn
from speech.inference_queue import Priority
from speech.media_streams import Start
from speech.model_files import find_vad, find_whisper
from speech.session import Session
from speech.stt import SpeechToText, Transcript, WhisperSpeechToText
from speech.tts import TextToSpeech
from speech.vad import SileroModel
from speech.voices import make_voice
from speech.voices.voice import Voice

TEXT = (
    "Thank you for calling. I can tell you your balance, when your next payment is due, and take a payment. "
    "You can also speak with a person at any time, just say so, or press zero on your telephone. How can I help you?"
)
TICK = FRAME / RATE
LOWEST = 250  # Hz: below it telephones carry little, and clips hold rumble
STAYS = 3 * FRAME  # samples for which a voice stays: a click does not
WITHIN = 0.3  # seconds in which a real interruption must stop the bot
HALTED = 0.5  # seconds of the bot's silence that are no longer speaking on
LEARNT = ("fsdd", "picovoice-speech-to-intent-benchmark")  # all of whose clips the judges of interruptions learnt from
AFTER = 2.5  # seconds watched after the sound: its hearing is there by then
BEGUN = (0.5, 2.0)  # seconds after which it comes in, of the bot's twelve
SETTLED = 3.0  # seconds between what the caller said first and the bot's answer
NEARBY = (-24, -15)  # dB against the caller, of people who talk nearby
ECHOES = 0.3  # seconds in which their room fades by 60 dB
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
    played: list[float] = field(default_factory=list)  # when each frame was played
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
        if played is not None:
            self.played.append(self.time)
        return played

    def silent(self, begin: float) -> list[tuple[float, float]]:
        """From when to when the bot was silent after `begin`, before it went on."""
        heard = [time for time in self.played if time >= begin - 2 * TICK]
        return [(one, other) for one, other in pairwise(heard) if other - one > 2 * TICK]

    def _marks(self) -> None:
        while self.buffered and isinstance(name := self.buffered[0], str):
            self.buffered.pop(0)
            self._back([name])

    def _back(self, names: list[str]) -> None:
        for name in names:
            self.incoming.put_nowait(json.dumps({"event": "mark", "mark": {"name": name}}))


async def one(
    sound: Samples,
    at: float,
    recogniser: SpeechToText,
    vad: SileroModel,
    speaker: TextToSpeech,
    before: Samples | None = None,
) -> Line:
    """A call in which `sound` comes in `at` seconds after the bot began to speak; `before` that the caller spoke."""
    first = rest(0) if before is None else np.concatenate([before, rest(SETTLED)])
    said = over_the_line(np.concatenate([first, rest(at), sound, rest(AFTER)]))
    return await call(said, recogniser, vad, speaker, asked_after=len(first))


async def call(
    said: Samples,
    recogniser: SpeechToText,
    vad: SileroModel,
    speaker: TextToSpeech,
    room: Room | None = None,
    asked_after: int = 0,
) -> Line:
    """A call in which `said` comes in while the bot speaks, and in a `room` what the bot says as well.

    The bot begins after so many samples.
    """
    line = Line()
    later = Later(recogniser, lambda: line.time)
    start = Start("MZ1", "CA1", "AC1", ("inbound",), {})
    session = Session(start, later, speaker, vad.stream, clock=lambda: line.time)
    opening: list[Command] = [Speak("text", TEXT), Listen(ANYTHING, 60.0)]
    task = asyncio.create_task(session.run(line.receive(), line.send, line.handle, [] if asked_after else opening))
    back = None if room is None else Returning(room)
    for begin in range(0, len(said) - FRAME, FRAME):
        if 0 <= asked_after - begin < FRAME and asked_after:
            session.tell(opening)
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
    sounds = [*measured(data, many, voice)]
    caller = interruptions(data, 1)[0]
    table = []
    try:
        with tempfile.TemporaryDirectory() as cache:
            speaker = TextToSpeech(voice, Path(cache))
            speaker.prepare([TEXT])
            for number, (kind, sound) in enumerate(sounds, 1):
                at = chance.uniform(*BEGUN)
                before = caller if kind == "people nearby" else None
                line = asyncio.run(one(sound, at, recogniser, vad, speaker, before))
                began = at if before is None else at + len(before) / RATE + SETTLED
                table.append(_row(kind, sound, began, line))
                if number % 25 == 0:
                    tell(f"{number} of {len(sounds)} calls")
    finally:
        recogniser.close()
    return {"bench": "bargein", "machine": machine(), "figures": _figures(table), "table": table}


def measured(data: Path, many: int, voice: Voice) -> Iterator[tuple[str, Samples]]:
    """What comes in, with its kind: `many` interruptions, `many` noises of each sort, and the folder's own sounds."""
    said = interruptions(data, 2 * many)
    yield from (("interruption", sound) for sound in said[:many])
    yield from noises(many, voice)
    yield from around(many)
    chance = random.Random(8)
    yield from (("people nearby", nearby(sound, chance)) for sound in said[many:])
    for kind, paths in groupby(sorted((data / "sounds").glob("*/*.wav")), key=lambda path: path.parent.name):
        files = list(paths)
        for path in random.Random(5).sample(files, min(many, len(files))):
            yield kind, from_onset(normalise(read_mono(path)))


def nearby(sound: Samples, chance: random.Random) -> Samples:
    """Someone else in the caller's room."""
    time = np.arange(int(ECHOES * RATE)) / RATE
    echoes = np.random.default_rng(chance.randrange(1 << 30)).normal(0, 1, len(time)) * 10 ** (-3 * time / ECHOES)
    echoes[0] += 3.0
    fainter = np.convolve(to_float(sound), echoes / np.sqrt((echoes**2).sum()))[: len(sound)]
    return to_int((fainter * 10 ** (chance.uniform(*NEARBY) / 20)).astype(np.float32))


def interruptions(data: Path, many: int) -> list[Samples]:
    """What people said, from the first sound on."""
    said = [row for row in rows(data, "speech.jsonl") if row["kind"] != "call" and row["seconds"] < 8]
    said = [row for row in said if not learnt(row)]
    chosen = random.Random(6).sample(said, min(many, len(said)))
    return [from_onset(normalise(read_mono(data / row["file"]))) for row in chosen]


def learnt(row: dict[str, Any]) -> bool:
    """Whether the clip was learnt from: of Speech Commands every second speaker's, by the sum of their name."""
    if row["source"].startswith("speech_commands"):
        return zlib.crc32(row["speaker"].encode()) % 2 == 0
    return row["source"] in LEARNT


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
    ends = at + len(sound) / RATE
    went_on = any(isinstance(event, Spoken) for event in line.events) or line.speaking
    gaps = line.silent(at)
    signal = signal_of(kind)
    row = {"kind": kind, "seconds": round(len(sound) / RATE, 2), "at": round(at, 2), "went_on": int(went_on)}
    row["stopped_ms"] = None if stopped is None else round(1000 * stopped)
    row["yielded_s"] = None if signal is None else yielded_after(line.played, at, WINDOWS[signal])
    row["silent_ms"] = round(1000 * max((end - begin for begin, end in gaps), default=0.0))
    row["spoke_during_ms"] = round(1000 * sum(at + WITHIN < time < ends for time in line.played) * TICK)
    row["heard"] = int(any(isinstance(event, UserTurn) for event in line.events if not _earlier(event, at)))
    return row | {"interrupted": sum(isinstance(event, Interrupted) for event in line.events)}


def _earlier(event: Event, at: float) -> bool:
    return isinstance(event, UserTurn) and event.end < at


def _figures(table: list[dict[str, Any]]) -> dict[str, float]:
    """Of each kind of interruption how many were stopped, of each other kind how many were spoken through."""
    figures: dict[str, float] = {}
    for kind in dict.fromkeys(row["kind"] for row in table):
        of_kind = [row for row in table if row["kind"] == kind]
        figures |= _stopped(kind, of_kind) if kind.startswith("interruption") else _spoken_on(kind, of_kind)
    signals = [(signal, row["yielded_s"]) for row in table if (signal := signal_of(row["kind"]))]
    return {name: round(value, 1) for name, value in (figures | panel(signals)).items()}


def _stopped(kind: str, these: list[dict[str, Any]]) -> dict[str, float]:
    stops = sorted(row["stopped_ms"] for row in these if row["stopped_ms"] is not None)
    soon = [row for row in these if row["stopped_ms"] is not None and row["stopped_ms"] <= 1000 * WITHIN]
    figures = {f"{kind} ({len(these)}): stopped in time %": _share(soon, these)}
    figures[f"{kind}: and stayed so %"] = _share([row for row in soon if row["spoke_during_ms"] <= 40], these)
    figures[f"{kind}: stopped at all %"] = _share(stops, these)
    return figures | ({f"{kind}: p95 ms": stops[int(0.95 * len(stops))]} if stops else {})


def _spoken_on(kind: str, these: list[dict[str, Any]]) -> dict[str, float]:
    on = [row for row in these if row["went_on"]]
    return {
        f"{kind} ({len(these)}): spoke on %": _share([row for row in on if row["silent_ms"] <= 1000 * HALTED], these),
        f"{kind}: not even paused %": _share([row for row in these if row["stopped_ms"] is None], these),
        f"{kind}: went on in the end %": _share(on, these),
    }


def _share(some: list[Any], of: list[Any]) -> float:
    return 100 * len(some) / len(of)

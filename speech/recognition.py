"""One voice on a stream: samples in, finished turns out, each transcribed as early as it can be.

The samples are cut into windows of 32 ms for the voice detector; its probabilities drive a turn detector; the sound of
a turn goes to the recogniser at its first pause already, so that the transcript is mostly there when the turn ends.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field

import numpy as np

from speech.audio import RATE, Samples, power
from speech.caller_level import FAINTEST, level_of
from speech.endpointing.early_transcription import missing_rest
from speech.endpointing.turn_detector import LEAD, ONSET, Signal, TurnDetector
from speech.events import Expectation, UserTurn, Word
from speech.inference_queue import Priority
from speech.stt import SpeechToText, Transcript
from speech.vad import WINDOW, WINDOW_SECONDS, Vad, WindowCutter

log = logging.getLogger(__name__)

SUSPECTED = 0.2  # chance of a voice from which it is worth asking whose it is: well before a turn begins


@dataclass(slots=True)
class _Turn:
    """A turn from its first sound until it is reported; times in seconds from the stream's start."""

    start: float
    end: float = 0.0
    sound: list[Samples] = field(default_factory=list)
    offset: float = 0.0  # where `sound` begins
    transcription: "Future[Transcript] | None" = None
    voiced: int = 0  # windows of `sound` up to its last sound
    last_sound: float = 0.0  # by the clock
    level: float = FAINTEST  # dBFS of its loudest window
    ended: float = 0.0  # by the clock: when the silence after it was long enough

    def within(self, at: float) -> float:
        """A time in the sound as a time in the stream; no word is said outside of its turn."""
        return round(min(max(at + self.offset, self.start), self.end), 2)


class Recognition:
    """Listens to one track. `on_turn` gets each turn in order, or None for a turn in which nobody said anything.

    Runs in an event loop; every method is called there. `clock` gives seconds; `priority` is the place of its finished
    turns in the inference queue. `on_early` gets what was heard at a pause of a turn that is not over yet: its text,
    how sure that is (0..1), and the seconds from the turn's first sound to its last.
    """

    def __init__(
        self,
        stt: SpeechToText,
        vad: Vad,
        on_turn: Callable[[UserTurn | None], None],
        *,
        clock: Callable[[], float],
        priority: Priority = Priority.TURN,
        on_early: Callable[[str, float, float], None] = lambda text, confidence, seconds: None,
    ) -> None:
        self._stt, self._vad, self._on_turn, self._clock = stt, vad, on_turn, clock
        self._on_early = on_early
        self._priority = priority
        self._detector = TurnDetector()
        self._windows = WindowCutter()
        self._voice = 0.0  # chance that the last window was one
        self._lead: deque[Samples] = deque(maxlen=max(1, round(LEAD / WINDOW_SECONDS)))
        self._turn: _Turn | None = None
        self._waiting: deque[_Turn] = deque()
        self.reported_level = FAINTEST  # dBFS of the turn that was reported last, in its loudest window
        self._done = asyncio.Event()
        self._done.set()

    @property
    def busy(self) -> bool:
        """Someone speaks, or what they said is still being transcribed."""
        return self._turn is not None or bool(self._waiting)

    @property
    def speaking(self) -> bool:
        """A turn goes on."""
        return self._turn is not None

    @property
    def transcribing_since(self) -> float | None:
        """When the caller ended what is still being transcribed; None if there is nothing."""
        return self._waiting[0].last_sound if self._waiting else None

    @property
    def voiced(self) -> float:
        """Seconds of speech in the turn that is going on."""
        return self._detector.voiced if self._detector.active else 0.0

    @property
    def silence(self) -> float:
        """Seconds since the last sound of that turn."""
        return self._detector.silence

    @property
    def level(self) -> float:
        """dBFS of the loudest window of that turn."""
        return FAINTEST if self._turn is None else self._turn.level

    @property
    def suspects_voice(self) -> bool:
        """What came last may be a voice."""
        return self._voice >= SUSPECTED

    def expect(self, expect: Expectation) -> None:
        self._detector.expect = expect

    def push(self, samples: Samples, at: float) -> None:
        """The next samples (int16, 8 kHz); `at` is when they began, in seconds from the stream's start."""
        end = at + len(samples) / RATE
        for window in self._windows.add(samples):
            self._voice = self._vad(window)
            signal = self._detector.window(self._voice, free=self._stt.free, level=power(window))
            self._lead.append(window)
            if self._turn is not None:
                self._turn.sound.append(window)
                self._turn.level = max(self._turn.level, level_of(window))
                if not self._detector.silence and signal is not Signal.ENDED:
                    self._turn.end, self._turn.last_sound = end, self._clock()
                    self._turn.voiced = len(self._turn.sound)
            self._follow(signal, end)

    def replace(self, samples: Samples, at: float) -> None:
        """What came since `at` was not what it seemed: these `samples` stand in its place.

        A turn that began before goes on.
        """
        count = len(samples) // WINDOW
        if self._turn is not None and self._turn.start < at:
            del self._turn.sound[-count:]
        else:
            self._drop_turn()
        for _ in range(min(count, len(self._lead))):
            self._lead.pop()
        self._windows = WindowCutter()
        self._vad.reset()
        for index in range(count):
            self.push(samples[index * WINDOW : (index + 1) * WINDOW], at + index * WINDOW_SECONDS)

    def end_turn(self) -> None:
        """Nothing more comes of the turn that goes on: transcribe what was said of it."""
        if self._turn is not None:
            self._detector.stop()
            self._finish_turn()

    async def finish(self, seconds: float = 10.0) -> None:
        """The stream is over: transcribe and report what was being said, within `seconds`."""
        self.end_turn()
        try:
            async with asyncio.timeout(seconds):
                await self._done.wait()
        except TimeoutError:
            log.warning("the last words were not heard within %s seconds", seconds)

    def _follow(self, signal: Signal | None, end: float) -> None:
        match signal:
            case Signal.STARTED:
                sound = list(self._lead)
                offset = end - len(sound) * WINDOW_SECONDS
                start = max(offset, end - ONSET)
                level = max(map(level_of, sound[-2:]))
                self._turn = _Turn(start, end, sound=sound, offset=offset, last_sound=self._clock(), level=level)
            case Signal.PAUSED if self._turn is not None:
                self._transcribe_early(self._turn)
            case Signal.RESUMED if self._turn is not None and self._turn.transcription is not None:
                self._turn.transcription.cancel()
                self._turn.transcription = None
            case Signal.ENDED:
                self._finish_turn()
            case _:
                pass

    def _drop_turn(self) -> None:
        if self._turn is not None and self._turn.transcription is not None:
            self._turn.transcription.cancel()
        self._turn = None
        self._detector.stop()

    def _transcribe_early(self, turn: _Turn) -> None:
        missing = missing_rest(self._detector.expect, self._detector.silence)
        rest = np.zeros(round(missing * RATE), np.int16)
        if turn.transcription is not None:
            turn.transcription.cancel()
        turn.transcription = self._submit([*turn.sound, rest], max(self._priority, Priority.EARLY))
        self._when_done(turn.transcription, lambda future: self._take_early(turn, future))

    def _take_early(self, turn: _Turn, future: "Future[Transcript]") -> None:
        if turn is not self._turn or future is not turn.transcription:  # the turn went on, or is over
            return
        if not future.cancelled() and future.exception() is None:
            said = future.result()
            self._on_early(said.text, said.confidence, turn.end - turn.start)
            self._follow(self._detector.take_early_transcript(said.text, said.confidence, said.end_of_turn), turn.end)

    def _finish_turn(self) -> None:
        turn, self._turn = self._turn, None
        if turn is None:
            return
        turn.ended = self._clock()
        for _ in range(len(self._lead) - (len(turn.sound) - turn.voiced)):  # no turn holds the words of the one before
            self._lead.popleft()
        if turn.transcription is None:  # one that waits has the better place: it was asked for before the turn was over
            turn.transcription = self._submit(turn.sound, self._priority)
        self._waiting.append(turn)
        self._done.clear()
        self._when_done(turn.transcription, lambda _: self._flush())

    def _submit(self, sound: list[Samples], priority: Priority) -> "Future[Transcript]":
        return self._stt.transcribe(np.concatenate(sound), self._detector.expect, priority)

    def _when_done(self, future: "Future[Transcript]", then: Callable[["Future[Transcript]"], None]) -> None:
        loop = asyncio.get_running_loop()

        def back(done: "Future[Transcript]") -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(then, done)

        future.add_done_callback(back)

    def _flush(self) -> None:
        """Report the turns that are transcribed, in the order in which they were spoken."""
        while self._waiting and (future := self._waiting[0].transcription) is not None and future.done():
            turn = self._waiting.popleft()
            self.reported_level = turn.level
            self._on_turn(self._user_turn(turn, future))
        if not self._waiting:
            self._done.set()

    def _user_turn(self, turn: _Turn, future: "Future[Transcript]") -> UserTurn | None:
        if future.cancelled():
            return None
        if (error := future.exception()) is not None:
            log.error("an utterance was not heard: %s", type(error).__name__)
            return None
        said = future.result()
        if not said.text:
            return None
        latency = {"wait": 1000 * (turn.ended - turn.last_sound), "listen": 1000 * (self._clock() - turn.ended)}
        words = tuple(
            Word(word.word, turn.within(word.start), turn.within(word.end), word.confidence) for word in said.words
        )
        return UserTurn(said.text, said.confidence, words, turn.start, turn.end, latency)

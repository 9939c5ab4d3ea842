"""The bot's sound on its way out: paced, marked, and accounted for when it is cut off."""

import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from speech.audio import FRAME, RATE, SILENCE, Samples, frames
from speech.events import Interrupted, Speak, Spoken
from speech.tts import SENTENCE_PAUSE, sentences

log = logging.getLogger(__name__)

AHEAD = 1.0  # seconds sent before they are heard: rides out a stall of ours, and the carrier's buffer stays small
LATE_MARK = 3.0  # seconds past the reckoned end after which a missing mark is given up: a lost one must not mute a call
FRAME_SECONDS = FRAME / RATE
PIECE = 5  # frames to a message: the carrier takes any length, and messages cost more than their sound
PAUSE_FRAMES = round(SENTENCE_PAUSE / FRAME_SECONDS)


@dataclass(slots=True, eq=False)
class QueuedSpeech:
    """One Speak on its way: its sentences' sounds (None: not rendered yet), and when each was begun to be heard."""

    speak: Speak
    texts: list[str]
    queued_at: float
    caller_ended: float | None  # when the caller ended what this answers
    sounds: list[Samples | None] = field(default_factory=list)
    next: int = 0  # the next sentence to be sent
    first_audio: float | None = None
    begun: dict[int, float] = field(default_factory=dict)
    started: float | None = None
    rested: bool = False  # the pause before its next sentence is sent
    failed: bool = False


@dataclass(frozen=True, slots=True)
class _Point:
    utterance: QueuedSpeech
    sentence: int | None  # None: the end of the Speak
    due: float


class Playout:
    """Sends what is to be said, at most a second ahead. No IO of its own: it is given where to send, and is pumped."""

    def __init__(self, sound: Callable[[bytes], None], mark: Callable[[str], None], clear: Callable[[], None]) -> None:
        self._send_sound, self._send_mark, self._send_clear = sound, mark, clear
        self._said: deque[QueuedSpeech] = deque()  # the first one is being heard
        self._frames: deque[bytes] = deque()
        self._points: dict[str, _Point] = {}
        self._count = 0
        self._buffered_until = 0.0

    @property
    def busy(self) -> bool:
        """Something is being said or waits to be."""
        return bool(self._said)

    @property
    def queued(self) -> int:
        """How many Speaks are being said or wait to be."""
        return len(self._said)

    @property
    def interruptible(self) -> bool:
        return bool(self._said) and self._said[0].speak.interruptible

    def add(self, speak: Speak, now: float, caller_ended: float | None = None) -> QueuedSpeech:
        """Queue a Speak; its sounds are given with `supply`. `answers` is when the caller ended what it answers."""
        texts = sentences(speak.text)
        said = QueuedSpeech(speak, texts, now, caller_ended, [None] * len(texts))
        self._said.append(said)
        return said

    def supply(self, said: QueuedSpeech, index: int, samples: Samples) -> None:
        said.sounds[index] = samples

    def pump(self, now: float) -> None:
        """Send what is due."""
        while self._buffered_until + PIECE * FRAME_SECONDS - now <= AHEAD:
            if not self._frames and not self._load(now):
                return
            if self._frames:
                piece = [self._frames.popleft() for _ in range(min(PIECE, len(self._frames)))]
                self._send_sound(b"".join(piece))
                self._buffered_until = max(self._buffered_until, now) + len(piece) * FRAME_SECONDS

    def marked(self, name: str, now: float) -> Spoken | None:
        """The carrier played up to a mark: a Spoken where that was a Speak's end."""
        point = self._points.pop(name, None)
        return None if point is None else self._reached(point, now)

    def overdue(self, now: float, late_mark: float) -> list[Spoken]:
        """Ends whose marks never came back, by `late_mark` seconds after they were due."""
        late = [name for name, point in self._points.items() if now > point.due + late_mark]
        if late:
            log.warning("%d marks did not come back", len(late))
        return [spoken for name in late if (spoken := self.marked(name, now)) is not None]

    def interrupt(self, now: float) -> tuple[Interrupted, list[QueuedSpeech]] | None:
        """Stop at once: what was heard of the Speak cut off, and what of all that was queued is still unsaid."""
        if not self._said:
            return None
        self._frames.clear()
        self._points.clear()  # `clear` sends the marks back too: they prove nothing any more
        self._buffered_until = now
        self._send_clear()
        cut, *rest = self._said
        self._said.clear()
        done, heard = _played(cut, now)
        share = len(heard) / len(cut.speak.text) if cut.speak.text else 0.0
        for said in (cut, *rest):
            said.next = done if said is cut else 0
        return Interrupted(cut.speak.id, heard, min(1.0, share), now), [cut, *rest]

    def resume(self, rest: list[QueuedSpeech]) -> None:
        """Say what an interruption left unsaid, from the beginning of the sentence that was cut."""
        self._said.extendleft(reversed(rest))

    def _load(self, now: float) -> bool:
        """Take the next sentence that is ready; whether there was one."""
        said = next((one for one in self._said if one.next <= len(one.texts)), None)
        if said is None:
            return False
        if said.next == len(said.texts) or said.failed:
            said.next = len(said.texts) + 1
            self._mark(said, None, now)
            return True
        sound = said.sounds[said.next]
        if sound is None:
            return False
        if self._buffered_until > now and not said.rested:  # joined to what is still being heard
            said.rested = True
            self._frames.extend([SILENCE] * PAUSE_FRAMES)
            return True
        said.rested = False
        self._mark(said, said.next, now)
        self._frames.extend(frames(sound))
        if said.first_audio is None:
            said.first_audio = now
        said.next += 1
        return True

    def _mark(self, said: QueuedSpeech, sentence: int | None, now: float) -> None:
        self._count += 1
        name = f"{self._count}"
        self._points[name] = _Point(said, sentence, max(now, self._buffered_until))
        self._send_mark(name)

    def _reached(self, point: _Point, now: float) -> Spoken | None:
        said = point.utterance
        if said.started is None:
            said.started = now
        if point.sentence is not None:
            said.begun[point.sentence] = now
            return None
        if said in self._said:
            self._said.remove(said)
        return Spoken(said.speak.id, said.started, now, _latency(said))


def _latency(said: QueuedSpeech) -> dict[str, float]:
    if said.first_audio is None:
        return {}
    since = {"first_audio": said.queued_at} | ({} if said.caller_ended is None else {"response": said.caller_ended})
    return {name: 1000 * (said.first_audio - moment) for name, moment in since.items()}


def _played(said: QueuedSpeech, now: float) -> tuple[int, str]:
    """Which sentence was being heard, and the text up to the last word of it that was."""
    if not said.begun:
        return 0, ""
    index = max(said.begun)
    sound = said.sounds[index]
    seconds = len(sound) / RATE if sound is not None else 0.0
    part = min(1.0, (now - said.begun[index]) / seconds) if seconds else 0.0
    text = said.texts[index]
    cut = text[: round(part * len(text))]
    whole = cut if part >= 1.0 else cut[: cut.rfind(" ") + 1]
    return index, " ".join([*said.texts[:index], whole]).strip()

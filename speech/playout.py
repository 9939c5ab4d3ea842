"""Playout: the bot's sound on its way out, paced, marked, and accounted for when it is cut off.

The carrier plays what it is sent in order and sends each mark back when it has played so far. So the marks tell what
the caller heard, and the seconds since the last one how far into a sentence they are.
"""

import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from speech.audio import FRAME, RATE, SILENCE, Samples, frames
from speech.events import Interrupted, Speak, Spoken
from speech.tts import SENTENCE_PAUSE, sentences

log = logging.getLogger(__name__)

AHEAD = 1.0  # seconds sent before they are played: rides out a stall of ours, and the carrier's buffer stays small
LATE_MARK = 3.0  # seconds past the reckoned end after which a missing mark is given up: a lost one must not mute a call
FRAME_SECONDS = FRAME / RATE
BACK = 0.3  # seconds said again after an interruption that was none: the word that was cut, and the way into it
PIECE = 5  # frames to a message: the carrier takes any length, and messages cost more than their sound
PAUSE_FRAMES = round(SENTENCE_PAUSE / FRAME_SECONDS)


@dataclass(slots=True, eq=False)
class QueuedSpeech:
    """One Speak on its way: its sentences' sounds (None: not there yet), and when the caller began to hear each."""

    speak: Speak
    texts: list[str]
    queued_at: float
    caller_ended: float | None  # when the caller ended what this answers
    sounds: list[Samples | None] = field(default_factory=list)
    next: int = 0  # the next sentence to be sent
    skip: int = 0  # samples of it that the caller has heard
    first_audio: float | None = None
    begun: dict[int, float] = field(default_factory=dict)
    started: float | None = None
    paused: bool = False  # the pause before its next sentence is sent
    failed: bool = False


@dataclass(frozen=True, slots=True)
class _SentMark:
    queued: QueuedSpeech
    sentence: int | None  # None: the end of the Speak
    due: float
    skipped: float = 0.0  # seconds of the sentence that were not sent again


class Playout:
    """Sends what is to be said, at most a second ahead. No IO of its own: it is given where to send, and is pumped."""

    def __init__(self, sound: Callable[[bytes], None], mark: Callable[[str], None], clear: Callable[[], None]) -> None:
        self._send_sound, self._send_mark, self._send_clear = sound, mark, clear
        self._queue: deque[QueuedSpeech] = deque()  # the first one is being played
        self._frames: deque[bytes] = deque()
        self._sent_marks: dict[str, _SentMark] = {}
        self._count = 0
        self._buffered_until = 0.0

    @property
    def busy(self) -> bool:
        """Something is being said or waits to be."""
        return bool(self._queue)

    @property
    def queued(self) -> int:
        """How many Speaks are being said or wait to be."""
        return len(self._queue)

    @property
    def interruptible(self) -> bool:
        return bool(self._queue) and self._queue[0].speak.interruptible

    def add(self, speak: Speak, now: float, caller_ended: float | None = None) -> QueuedSpeech:
        """Queue a Speak; its sounds are given with `supply`. `caller_ended` is when they ended what it answers."""
        texts = sentences(speak.text)
        queued = QueuedSpeech(speak, texts, now, caller_ended, [None] * len(texts))
        self._queue.append(queued)
        return queued

    def supply(self, queued: QueuedSpeech, index: int, samples: Samples) -> None:
        queued.sounds[index] = samples

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
        sent = self._sent_marks.pop(name, None)
        return None if sent is None else self._reached(sent, now)

    def overdue(self, now: float, late_mark: float) -> list[Spoken]:
        """Ends whose marks never came back, by `late_mark` seconds after they were due."""
        late = [name for name, sent in self._sent_marks.items() if now > sent.due + late_mark]
        if late:
            log.warning("%d marks did not come back", len(late))
        return [spoken for name in late if (spoken := self.marked(name, now)) is not None]

    def interrupt(self, now: float) -> tuple[Interrupted, list[QueuedSpeech]] | None:
        """Stop at once: what was played of the Speak cut off, and what of all that was queued is still unsaid."""
        if not self._queue:
            return None
        self._frames.clear()
        self._sent_marks.clear()  # `clear` sends the marks back too: they prove nothing any more
        self._buffered_until = now
        self._send_clear()
        cut, *rest = self._queue
        self._queue.clear()
        cut.next, seconds, played = _played(cut, now)
        cut.skip = max(0, round((seconds - BACK) * RATE))
        share = len(played) / len(cut.speak.text) if cut.speak.text else 0.0
        for queued in rest:
            queued.next = queued.skip = 0
        return Interrupted(cut.speak.id, played, min(1.0, share), now, cut.started), [cut, *rest]

    def resume(self, rest: list[QueuedSpeech]) -> None:
        """Say what an interruption left unsaid, from the word that was cut."""
        self._queue.extendleft(reversed(rest))

    def _load(self, now: float) -> bool:
        """Take the next sentence that is ready; whether there was one."""
        queued = next((one for one in self._queue if one.next <= len(one.texts)), None)
        if queued is None:
            return False
        if queued.next == len(queued.texts) or queued.failed:
            queued.next = len(queued.texts) + 1
            self._mark(queued, None, now)
            return True
        sound = queued.sounds[queued.next]
        if sound is None:
            return False
        if self._buffered_until > now and not queued.paused:  # joined to what is still being played
            queued.paused = True
            self._frames.extend([SILENCE] * PAUSE_FRAMES)
            return True
        queued.paused = False
        self._mark(queued, queued.next, now)
        self._frames.extend(frames(sound[queued.skip :]))
        if queued.first_audio is None:
            queued.first_audio = now
        queued.next, queued.skip = queued.next + 1, 0
        return True

    def _mark(self, queued: QueuedSpeech, sentence: int | None, now: float) -> None:
        self._count += 1
        name = f"{self._count}"
        self._sent_marks[name] = _SentMark(queued, sentence, max(now, self._buffered_until), queued.skip / RATE)
        self._send_mark(name)

    def _reached(self, sent: _SentMark, now: float) -> Spoken | None:
        queued = sent.queued
        if queued.started is None:
            queued.started = now
        if sent.sentence is not None:
            queued.begun[sent.sentence] = now - sent.skipped
            return None
        if queued in self._queue:
            self._queue.remove(queued)
        return Spoken(queued.speak.id, queued.started, now, _latency(queued))


def _latency(queued: QueuedSpeech) -> dict[str, float]:
    if queued.first_audio is None:
        return {}
    since = {"first_audio": queued.queued_at} | (
        {} if queued.caller_ended is None else {"response": queued.caller_ended}
    )
    return {name: 1000 * (queued.first_audio - moment) for name, moment in since.items()}


def _played(queued: QueuedSpeech, now: float) -> tuple[int, float, str]:
    """The sentence to go on with, the seconds of it that were played, and the text up to the last whole word."""
    if not queued.begun:
        return 0, 0.0, ""
    index = max(queued.begun)
    sound = queued.sounds[index]
    length = len(sound) / RATE if sound is not None else 0.0
    seconds = min(length, now - queued.begun[index])
    text = queued.texts[index]
    if seconds >= length:
        return index + 1, 0.0, " ".join(queued.texts[: index + 1])
    cut = text[: round(seconds / length * len(text))]
    whole = cut[: cut.rfind(" ") + 1]
    return index, seconds, " ".join([*queued.texts[:index], whole]).strip()

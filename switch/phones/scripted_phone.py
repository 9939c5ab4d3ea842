"""A phone that follows a script: says, keys, waits for words, and keeps a record of the call."""

import asyncio
import re
from collections.abc import Callable, Iterator
from typing import Any

from switch.media.audio import SILENCE, Samples, decode
from switch.phones.call_record import CallRecord, Heard, Said
from switch.phones.conversation import Conversation
from switch.phones.playout import Playout
from switch.phones.recognition import Recognition
from switch.phones.recorded_lines import normalised
from switch.phones.script import (
    Answer,
    Code,
    Converse,
    Decline,
    HangUp,
    Keys,
    Noise,
    Pause,
    Quiet,
    Say,
    Script,
    Silence,
    Step,
    Wait,
    Wav,
)
from switch.phones.script_audio import ScriptAudio
from switch.phones.segmenter import FRAME_SECONDS
from switch.ports import Line, SpeechToText

Report = Callable[[dict[str, Any]], None]
_BETWEEN_KEYS = 0.2
_TAIL = 0.3  # what the far side still says after it was spoken to is no answer
_LINGER = 60.0
_CODE = re.compile(r"(?<!\d)\d{4,8}(?!\d)")


class ScriptedPhone:
    """Follows `script`, one look every 20 ms. Its clock is the audio itself: seconds of sound since the answer.

    `stt` turns an utterance (int16, 8 kHz) into words; `report` is told of each event as it happens.
    """

    def __init__(self, script: Script, audio: ScriptAudio, stt: SpeechToText, report: Report = lambda _: None) -> None:
        self.record = CallRecord()
        self._script, self._audio, self._report = script, audio, report
        self._playout = Playout()
        self._recognition = Recognition(stt, self.record, self._heard)
        self._line: Line | None = None
        self._frames = 0
        self._step = 0
        self._live = False
        self._code: str | None = None
        self._course = self._follow()
        self._over = asyncio.Event()
        self._pending: asyncio.TimerHandle | None = None

    async def result(self) -> dict[str, Any]:
        """Waits for the end of the call and of all recognition, then says what happened."""
        await self._over.wait()
        await self._recognition.finished()
        return self.record.to_dict()

    def leave(self) -> None:
        """Hang up before the script's end, because nobody waits for its result any more."""
        if self._line is not None and not self._over.is_set():
            self._line.hang_up()

    # --- what the switch calls ---

    def ring(self, line: Line) -> None:
        self._line = line
        self.record.call = line.sid
        self._tell("ringing")
        wait = 0.0
        for step in self._script.steps:
            match step:
                case Pause(seconds=seconds):
                    wait += seconds
                case Answer():
                    self._later(wait, line.answer)
                    return
                case Decline(reason=reason):
                    self._later(wait, lambda: line.decline(reason))
                    return
                case _:
                    return

    def connected(self) -> None:
        self._live = True
        if self._script.noise:
            self._begin_noise(self._script.noise)
        self._tell("connected")

    def say(self) -> bytes:
        if not self._live:
            return SILENCE
        next(self._course, None)
        self._frames += 1
        return self._playout.frame()

    def hear(self, frame: bytes) -> None:
        if not self._live:
            return
        before = self._recognition.started
        self._recognition.feed(frame)
        if before is None and self._recognition.started is not None:
            self._far_side_began(self._recognition.started)

    def text(self, body: str) -> None:
        if found := _CODE.search(body):
            self._code = found[0]

    def ended(self, status: str) -> None:
        if self._over.is_set():
            return
        self._live = False
        if self._pending is not None:
            self._pending.cancel()
        self._recognition.close()
        self.record.status, self.record.seconds = status, self._now
        self._note_unfinished(status)
        self._tell("ended", status)
        self._over.set()

    # --- the script ---

    @property
    def _now(self) -> float:
        return self._frames * FRAME_SECONDS

    def _follow(self) -> Iterator[None]:
        steps = self._script.steps
        self._step = steps.index(Answer()) + 1 if Answer() in steps else 0
        while self._step < len(steps):
            yield from self._perform(steps[self._step])
            self._step += 1
        yield from self._frames_of(_LINGER)
        yield from self._fail(f"the far side had not hung up {_LINGER:.0f} s after the script's end")

    def _perform(self, step: Step) -> Iterator[None]:
        match step:
            case Say() | Wav():
                yield from self._speak(step, self._audio.speech[step])
            case Code():
                yield from self._give_code(step)
            case Keys(keys=keys):
                yield from self._press(keys)
            case Wait():
                yield from self._wait(step)
            case Quiet():
                yield from self._quiet(step)
            case Converse():
                yield from self._converse(step)
            case Pause(seconds=seconds):
                yield from self._frames_of(seconds)
            case Silence(seconds=seconds):
                self._playout.muted = True
                yield from self._frames_of(seconds)
                self._playout.muted = False
            case Noise():
                self._begin_noise(step)
            case HangUp():
                yield from self._hang_up()
            case Answer() | Decline():
                self.record.problems.append(f"step {self._step + 1}: the phone was not ringing; leave it out")

    def _speak(self, step: Say | Wav, sound: Samples) -> Iterator[None]:
        text = step.text if isinstance(step, Say) else step.path.name
        said = Said("text" if isinstance(step, Say) else "wav", text, self._now)
        if self._recognition.hearing and self._now - self._recognition.last_audible < _TAIL:
            self.record.interruptions.append({"by": "us", "at": round(self._now, 2), "text": text})
        self.record.said.append(said)
        self._tell("said", text)
        self._playout.speak(sound)
        while self._playout.speaking:
            yield
        said.end = self._now

    def _press(self, keys: str) -> Iterator[None]:
        said = Said("keys", keys, self._now)
        self.record.said.append(said)
        self._tell("keys", keys)
        for key in keys:
            if self._line is not None:
                self._line.press(key)
            said.end = self._now
            yield from self._frames_of(_BETWEEN_KEYS)

    def _give_code(self, step: Code) -> Iterator[None]:
        """The code of the last text message; each is given once."""
        until = self._now + step.within
        while self._code is None:
            if self._now >= until:
                yield from self._fail(f"step {self._step + 1}: no code came by text within {step.within:g} s")
            yield
        code, self._code = self._code, None
        if step.how == "keys":
            yield from self._press(code)
            return
        spoken = Say(normalised(code))
        sound = asyncio.ensure_future(asyncio.to_thread(self._audio.tts, spoken.text))
        while not sound.done():
            yield
        yield from self._speak(spoken, decode(sound.result()))

    def _wait(self, step: Wait) -> Iterator[None]:
        until = self._now + step.within
        while not self._recognition.has_heard(step.words):
            if self._now >= until:
                yield from self._fail(f"step {self._step + 1}: did not hear {step.words!r} within {step.within:g} s")
            yield

    def _quiet(self, step: Quiet) -> Iterator[None]:
        began = self.record.said[-1].end if self.record.said else None
        since = -0.5 if began is None else began + _TAIL
        until = self._now + step.within
        while not self._recognition.last_audible > since or self._now - self._recognition.last_audible < step.seconds:
            if self._now >= until:
                problem = f"the far side was not heard and then quiet within {step.within:g} s"
                yield from self._fail(f"step {self._step + 1}: {problem}")
            yield

    def _converse(self, step: Converse) -> Iterator[None]:
        conversation, until = Conversation(step.replies), self._now + step.within
        answered, cut_into = self._last_words, -1.0
        while self._now < until:
            reply, began = None, self._recognition.started
            if began is not None and began > cut_into:
                reply = conversation.interruption(self._now - began)
                cut_into = began if reply else cut_into
            elif began is None and self._now - max(self._recognition.last_audible, answered) >= step.rest:
                reply = conversation.answer(self._recognition.said_since(answered) or "")
            if reply is None:
                yield
                continue
            for inner in reply.does:
                yield from self._perform(inner)
            if reply.over is None:
                answered = self._now
            if reply.ends:
                return
        yield from self._fail(f"step {self._step + 1}: the conversation was not over within {step.within:g} s")

    @property
    def _last_words(self) -> float:
        return (self.record.said[-1].end or self._now) if self.record.said else -1.0

    def _frames_of(self, seconds: float) -> Iterator[None]:
        for _ in range(round(seconds / FRAME_SECONDS)):
            yield

    def _begin_noise(self, noise: Noise) -> None:
        frames = None if noise.seconds is None else round(noise.seconds / FRAME_SECONDS)
        self._playout.background(self._audio.noise[noise], frames)

    # --- the record ---

    def _far_side_began(self, at: float) -> None:
        last = self.record.said[-1] if self.record.said else None
        if last is not None and last.end is None:
            self.record.interruptions.append({"by": "them", "at": round(at, 2), "text": last.text})
        self.record.answered_at(at)

    def _heard(self, entry: Heard) -> None:
        self._tell("heard", entry.text, entry.start)

    def _fail(self, problem: str) -> Iterator[None]:
        self.record.problems.append(problem)
        yield from self._hang_up()

    def _hang_up(self) -> Iterator[None]:
        self._step = len(self._script.steps)
        if self._line is not None:
            self._line.hang_up()
        while True:  # nothing more is done on a line that was hung up
            yield

    def _note_unfinished(self, status: str) -> None:
        left = self._script.steps[self._step :]
        if any(isinstance(step, Say | Wav | Keys | Code | Wait) for step in left) and not self.record.problems:
            self.record.problems.append(
                f"the call ended ({status}) at step {self._step + 1} of {len(self._script.steps)}"
            )

    def _later(self, seconds: float, act: Callable[[], None]) -> None:
        self._pending = asyncio.get_running_loop().call_later(seconds, act)

    def _tell(self, event: str, text: str = "", at: float | None = None) -> None:
        self._report(
            {"event": event, "call": self.record.call, "at": round(self._now if at is None else at, 2), "text": text}
        )

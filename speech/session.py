"""The duplex loop over one media socket: messages to events, commands to messages. Knows no transport.

It holds the parts together and decides what they cannot alone: who has the turn. What comes from the caller goes
through the echo canceller to recognition, keys to the DTMF collector; what the bot says goes from synthesis to playout.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

from speech.audio import RATE, Samples
from speech.backchannel import is_backchannel, is_wordless
from speech.caller_level import CallerLevel, calls_for_someone
from speech.dtmf import PAUSE, DtmfCollector
from speech.echo import EchoCanceller
from speech.events import (
    Close,
    Closed,
    Command,
    DtmfDigits,
    Event,
    Interrupted,
    Listen,
    NoInput,
    Speak,
    Spoken,
    UserTurn,
)
from speech.filler import Filler, is_filler
from speech.interruption import Interruption, InterruptionVad
from speech.interruption_detector import InterruptionDetector
from speech.media_streams import Dtmf, Mark, Media, Start, Stop, parse
from speech.outgoing import Outgoing, Send
from speech.playout import LATE_MARK, Playout, QueuedSpeech
from speech.recognition import Recognition
from speech.stalls import DEAD, STALLED_LATE_MARK, STALLED_NO_INPUT_TIMEOUT, StallWatch
from speech.stt import SpeechToText
from speech.synthesis import Synthesis
from speech.tap import Tap, deaf
from speech.tts import TextToSpeech
from speech.vad import StatefulVad

log = logging.getLogger(__name__)

TICK = 0.05  # seconds: keeps speaking while no frames come
HANDOVER_PAUSE = 1.0  # seconds in which neither side says anything: a pause in which the stream may change hands
SHORTEST_PAUSE = 0.2  # and one that will do where two talk so briskly that none is longer: to be cut off is worse
BRISK = 8.0  # seconds that it takes from the one to the other

Handle = Callable[[Event], Awaitable[list[Command]]]


class Session:
    """One call's stream, after its start message. `run` it once, in an event loop.

    `vad` makes a voice detector for this stream, and `interruption_detector` one of it that also tells an interruption
    from a hum. `clock` gives seconds. `filler` is said where an answer takes long; empty: nothing is. `tap` is given
    both sides as they sound; without one nobody listens in.
    """

    def __init__(
        self,
        start: Start,
        stt: SpeechToText,
        tts: TextToSpeech,
        vad: Callable[[], StatefulVad],
        *,
        clock: Callable[[], float] = time.monotonic,
        filler: str = "",
        interruption_detector: Callable[[StatefulVad], InterruptionVad] = InterruptionDetector,
        tap: Tap | None = None,
    ) -> None:
        self.start, self._tap = start, tap or deaf()
        self._time, self._began = clock, clock()
        self._voice = interruption_detector(vad())
        self._recognition = Recognition(stt, self._voice, self._on_turn, clock=self._now, on_early=self._on_early)
        self._dtmf, self._filler, self._echo_canceller = DtmfCollector(), Filler(filler), EchoCanceller()
        self._outgoing = Outgoing(start.stream_sid, self._echo_canceller, self._tap)
        self._playout = Playout(self._outgoing.sound, self._outgoing.mark, self._outgoing.clear)
        self._synthesis = Synthesis(tts, self._playout, self._advance)
        self._stalls = StallWatch()
        self._events: asyncio.Queue[Event] = asyncio.Queue()
        self._over = asyncio.Event()
        self._by_us = False
        self._listen: Listen | None = None
        self._closing = False
        self._interruption, self._caller_level = Interruption(), CallerLevel()
        self._unsaid: list[QueuedSpeech] = []  # what a pause left unsaid, until it is known to be an interruption
        self._cut: Interrupted | None = None  # and what is told of it then
        self._idle_since = 0.0
        self._caller_ended: float | None = None
        self._handling = False
        self._may_leave: Callable[[], bool] | None = None
        self._leaving_since = 0.0
        self._left = False

    async def run(
        self, receive: AsyncIterator[str], send: Send, handle: Handle, opening: Sequence[Command] = ()
    ) -> None:
        """Until Closed was handled. `opening` is done first; `receive` ends with the socket.

        Events go through `handle` one at a time, in order; what it raises comes out of here.
        """
        self._began = self._time()
        self._carry_out(opening)
        handler = asyncio.create_task(self._handle_all(handle))
        others = [asyncio.create_task(work) for work in (self._read(receive), self._send_all(send), self._keep_time())]
        over = asyncio.create_task(self._over.wait())
        try:
            await asyncio.wait([handler, over], return_when=asyncio.FIRST_COMPLETED)
            if not handler.done():
                for task in others:
                    task.cancel()
                await self._wind_up()
            await handler
        finally:
            tasks: list[asyncio.Task[Any]] = [handler, over, *others]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, self._synthesis.close(), return_exceptions=True)

    def tell(self, commands: Sequence[Command]) -> None:
        """Carry out `commands` now: what an owner has to say outside of `handle`. From the loop that runs us."""
        self._carry_out(commands)

    @property
    def left(self) -> bool:
        """Whether it ended in a pause, as `leave` asked for."""
        return self._left

    def leave(self, ready: Callable[[], bool]) -> None:
        """End at the next pause in which `ready` says that nothing is under way; nothing said is lost by it.

        The longer there is none, the shorter a pause will do."""
        self._may_leave, self._leaving_since = ready, self._now()

    async def _read(self, receive: AsyncIterator[str]) -> None:
        try:
            async for text in receive:
                if self._over.is_set() or self._receive(text):
                    break
        except Exception as error:  # a socket may be lost in many ways; the call goes on without it
            log.warning("the media socket failed: %s", type(error).__name__)
        self._over.set()

    def _receive(self, text: str) -> bool:
        """One message; whether it was the last."""
        now = self._now()
        match parse(text):
            case Media(track="inbound", at=at, samples=samples):
                self._stalls.frame(len(samples) / RATE)
                self._tap.came(samples)
                self._on_sound(samples, at)
            case Mark(name=name):
                self._echo_canceller.marked(name)
                self._on_spoken([self._playout.marked(name, now)])
            case Dtmf(digit=digit):
                self._on_key(digit, now)
            case Stop():
                return True
            case _:
                pass
        self._advance()
        return False

    def _on_sound(self, samples: Samples, at: float) -> None:
        """What came from the caller, but for the bot's own sound in it."""
        self._recognition.push(self._echo_canceller.cancel(samples, at), at)
        if self._recognition.suspects_voice and (again := self._echo_canceller.search()) is not None:
            self._recognition.replace(again, at + (len(samples) - len(again)) / RATE)

    async def _keep_time(self) -> None:
        before = self._now()
        while True:
            await asyncio.sleep(TICK)
            now = self._now()
            self._stalls.passed(min(now - before, 2 * TICK))  # while the loop itself hung, frames may wait to be read
            before = now
            self._notice_stall()
            self._advance()

    def _notice_stall(self) -> None:
        if self._stalls.stalled and self._recognition.speaking:
            log.warning("no sound comes: a turn ends by the clock")
            self._recognition.end_turn()
        if self._stalls.dead:
            log.warning("no sound has come for %s seconds: the stream is given up", DEAD)
            self._over.set()

    def _advance(self) -> None:
        """All that depends on the time: speaking, being interrupted, no input, the end."""
        if self._over.is_set():
            return
        now = self._now()
        self._judge(now)
        late = STALLED_LATE_MARK if self._stalls.stalled else LATE_MARK
        self._on_spoken(self._playout.overdue(now, late))
        self._fill(now)
        self._playout.pump(now)
        self._on_digits(self._dtmf.tick(now, self._keys_ahead(now)), now)
        if self._playout.busy:
            self._idle_since = now
        elif self._closing and not self._unsaid:
            self._by_us = True
            self._over.set()
        elif self._can_leave(now):
            self._left = self._by_us = True
            self._over.set()
        self._notice_no_input(now)

    def _judge(self, now: float) -> None:
        """Pause the bot for a voice over it; let it go on where that proves to be none."""
        paused = self._interruption.paused
        if not paused and not self._playout.interruptible:
            self._interruption.settle()
            return
        heard = self._recognition
        if not paused and not self._caller_level.is_near(heard.level):
            return
        self._interruption.hear(heard.voiced, heard.silence, self._voice, hum_answers=self._hum_answers())
        if self._interruption.paused and not paused:
            self._interrupt(now, for_certain=False)
        elif paused and not self._interruption.paused:
            self._resume()

    def _can_leave(self, now: float) -> bool:
        if self._may_leave is None:
            return False
        left = max(0.0, 1 - (now - self._leaving_since) / BRISK)
        pause = SHORTEST_PAUSE + (HANDOVER_PAUSE - SHORTEST_PAUSE) * left
        return now - self._idle_since >= pause and self._resting() and self._may_leave()

    def _fill(self, now: float) -> None:
        """The caller waits while their turn is being transcribed, or its answer found."""
        if self._playout.busy or self._recognition.speaking:
            return
        since = self._recognition.transcribing_since or (self._caller_ended if self._handling else None)
        if (speak := self._filler.due(since, now)) is not None:
            self._synthesis.start(self._playout.add(speak, now))

    def _notice_no_input(self, now: float) -> None:
        if self._listen is None or not self._resting():
            return
        timeout = self._listen.no_input_timeout
        if now - self._idle_since >= (min(timeout, STALLED_NO_INPUT_TIMEOUT) if self._stalls.stalled else timeout):
            seconds, self._listen = now - self._idle_since, None
            self._events.put_nowait(NoInput(seconds, now))

    def _resting(self) -> bool:
        occupied = self._playout.busy or self._recognition.busy or self._dtmf.pending or self._unsaid or self._handling
        return not occupied and self._events.empty()

    def _on_turn(self, turn: UserTurn | None) -> None:
        now = self._now()
        level = self._recognition.reported_level
        if turn is None or ((self._playout.busy or self._unsaid) and self._means_nothing(turn, level)):
            self._resume()
        else:
            self._caller_level.learn(level)
            if self._playout.interruptible:
                self._interrupt(now, for_certain=True)
            self._forget_unsaid()
            self._idle_since = now
            self._caller_ended = now - (turn.latency["wait"] + turn.latency["listen"]) / 1000
            self._events.put_nowait(turn)
        self._advance()

    def _on_early(self, text: str, confidence: float, seconds: float) -> None:
        """What was heard at a first pause in a turn that may go on: nothing, or a hum, needs no silence."""
        if self._interruption.paused and (not text or self._is_backchannel(text, confidence, seconds)):
            self._resume()
            self._advance()

    def _means_nothing(self, turn: UserTurn, level: float) -> bool:
        """Whether what came in over the bot is a backchannel or no words at all, or is of somebody else nearby."""
        if calls_for_someone(turn.text):
            return False
        wordless = is_wordless(turn.text, turn.confidence, self._interruption.words)
        return (
            not self._caller_level.is_near(level)
            or wordless
            or self._is_backchannel(turn.text, turn.confidence, turn.end - turn.start)
        )

    def _is_backchannel(self, text: str, confidence: float, seconds: float) -> bool:
        words = self._interruption.words
        return not self._short_answer_expected() and is_backchannel(text, confidence, seconds, words)

    def _short_answer_expected(self) -> bool:
        """Whether "okay" is an answer: after a yes-or-no question, not while the question is still to come."""
        asked = len(self._unsaid) < 2 and self._playout.queued < 2
        return asked and self._listen is not None and self._listen.expect.kind in ("yes-no", "digits")

    def _hum_answers(self) -> bool:
        """Whether a hum is an answer by itself: to a yes-or-no question that is being asked."""
        return self._short_answer_expected() and self._listen is not None and self._listen.expect.kind == "yes-no"

    def _interrupt(self, now: float, *, for_certain: bool) -> None:
        """Stop the bot. What it did not say is kept, and nothing told, until it is certain that the caller spoke."""
        if (cut := self._playout.interrupt(now)) is None:
            return
        self._cut, self._unsaid = cut
        self._idle_since = now
        if for_certain:
            self._forget_unsaid()

    def _resume(self) -> None:
        """It was a cough, or a backchannel: say what was left unsaid."""
        rest, self._unsaid, self._cut = self._unsaid, [], None
        self._interruption.take_back()
        self._playout.resume(rest)

    def _forget_unsaid(self) -> None:
        """It was an interruption."""
        self._interruption.settle()
        if self._cut is not None:
            self._events.put_nowait(self._cut)
            self._report_dropped(self._unsaid[1:])
            self._unsaid, self._cut, self._closing = [], None, False

    def _report_dropped(self, queued: Sequence[QueuedSpeech]) -> None:
        """What stood behind the Speak that was cut off is never said: nobody shall believe that it was."""
        for one in queued:
            self._events.put_nowait(Interrupted(one.speak.id, "", 0.0, self._now()))

    def _on_key(self, digit: str, now: float) -> None:
        self._idle_since = now
        if self._dtmf.stray(digit, now):
            return
        if self._playout.interruptible:
            self._interrupt(now, for_certain=True)
        self._forget_unsaid()
        self._on_digits(self._dtmf.press(digit, now, self._keys_ahead(now)), now)

    def _keys_ahead(self, now: float) -> bool:
        """Whether words said before are still being transcribed or answered: the keys are meant for what follows."""
        lately = self._recognition.speaking and now - self._idle_since < PAUSE
        asked = self._dtmf.expect.kind == "digits"
        transcribing = self._recognition.transcribing_since is not None or lately
        return not asked and (transcribing or self._handling or not self._events.empty())

    def _on_digits(self, digits: str | None, now: float) -> None:
        if digits is not None:
            if self._playout.interruptible:  # they were pressed ahead of the question that is being asked
                self._interrupt(now, for_certain=True)
                self._forget_unsaid()
            self._caller_ended = now
            self._events.put_nowait(DtmfDigits(digits, now))

    async def _handle_all(self, handle: Handle) -> None:
        while True:
            event = await self._events.get()
            self._handling = True
            commands = await handle(event)
            self._handling = False
            if isinstance(event, Closed):
                return
            self._carry_out(commands)

    def _carry_out(self, commands: Sequence[Command]) -> None:
        if commands and not self._over.is_set():
            self._forget_unsaid()
            for command in commands:
                self._do(command)
            self._advance()

    def _do(self, command: Command) -> None:
        match command:
            case Speak():
                self._speak(command)
            case Listen(expect=expect):
                self._listen = command
                self._recognition.expect(expect)
                self._dtmf.expect = expect
                self._idle_since = self._now()
            case Close():
                self._closing = True

    def _speak(self, command: Speak) -> None:
        said = self._playout.add(command, self._now(), self._caller_ended)
        self._caller_ended = None
        self._synthesis.start(said)

    def _on_spoken(self, spoken: Sequence[Spoken | None]) -> None:
        for event in filter(None, spoken):
            self._idle_since = self._now()
            if not is_filler(event):
                self._events.put_nowait(event)

    async def _send_all(self, send: Send) -> None:
        try:
            await self._outgoing.send_all(send)
        except Exception as error:
            log.warning("the media socket failed: %s", type(error).__name__)
            self._over.set()

    async def _wind_up(self) -> None:
        """The stream is over: report what was still being said, on both sides, then that it is closed."""
        now = self._now()
        if (cut := self._playout.interrupt(now)) is not None and not is_filler(cut[0]):
            self._events.put_nowait(cut[0])
            self._report_dropped(cut[1][1:])
        self._forget_unsaid()
        await self._recognition.finish()
        self._on_digits(self._dtmf.take(), now)
        self._events.put_nowait(Closed(self._by_us))

    def _now(self) -> float:
        return self._time() - self._began

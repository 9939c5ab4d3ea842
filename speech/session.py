"""The duplex loop over one media socket: frames to events, commands to frames. Knows no transport."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

from speech.audio import RATE, Samples
from speech.dtmf import PAUSE, DtmfCollector
from speech.echo import EchoCanceller
from speech.endpointing import DEFAULT_RULES, TurnRules, is_backchannel
from speech.events import Close, Closed, Command, DtmfDigits, Event, Listen, NoInput, Speak, Spoken, UserTurn
from speech.filler import Filler, is_filler
from speech.interruption import InterruptionDetector, InterruptionVad, is_interruption
from speech.media_streams import (
    Dtmf,
    Mark,
    Media,
    NoStartError,
    Start,
    Stop,
    clear_message,
    mark_message,
    media_message,
    parse,
)
from speech.media_streams import read_start as read_start
from speech.playout import Playout, QueuedSpeech
from speech.recognition import Recognition
from speech.stt import SpeechToText
from speech.tts import TextToSpeech
from speech.vad import StatefulVad

__all__ = ["NoStartError", "Session", "Start", "read_start"]

log = logging.getLogger(__name__)

TICK = 0.05  # seconds: keeps speaking while no frames come
# Frames come fifty times a second as long as a call lives, whoever is silent in it.
CATCHES_UP = 5  # times its own length, by which a frame makes up for time without one: fewer than one in five is none
STALLED = 1.5  # seconds without one after which nothing more of what is being said is waited for
STALLED_NO_INPUT_TIMEOUT = 3.0  # the longest that a caller of whom nothing comes is waited for, whatever was asked
STALLED_MARK = 1.0  # the longest that a mark is waited for meanwhile
DEAD = 8.0  # seconds without one after which the stream is given up: the next one speaks before ten have passed

HANDOVER_PAUSE = 1.0  # seconds in which neither side says anything: a pause in which the stream may change hands

Send = Callable[[str], Awaitable[None]]
Handle = Callable[[Event], Awaitable[list[Command]]]


class Session:
    """One call's stream, after its start message. `run` it once. `filler` is said where an answer takes long.

    `judge` makes of a voice detector one that also tells an interruption from a hum.
    """

    def __init__(
        self,
        start: Start,
        stt: SpeechToText,
        tts: TextToSpeech,
        vad: Callable[[], StatefulVad],
        *,
        rules: TurnRules = DEFAULT_RULES,
        clock: Callable[[], float] = time.monotonic,
        filler: str = "",
        interruption_detector: Callable[[StatefulVad], InterruptionVad] = InterruptionDetector,
    ) -> None:
        self.start = start
        self._tts, self._rules, self._time, self._began = tts, rules, clock, clock()
        self._voice = interruption_detector(vad())
        self._recognition = Recognition(stt, self._voice, self._on_turn, rules=rules, clock=self._now)
        self._dtmf, self._filler, self._echo_canceller = DtmfCollector(), Filler(filler), EchoCanceller()
        self._playout = Playout(self._send_sound, self._send_mark, self._send_clear)
        self._outgoing: asyncio.Queue[str] = asyncio.Queue()
        self._events: asyncio.Queue[Event] = asyncio.Queue()
        self._over = asyncio.Event()
        self._by_us = False
        self._listen: Listen | None = None
        self._closing = False
        self._unsaid: list[QueuedSpeech] = []  # what an interruption left unsaid, until it is known to be one
        self._idle_since = 0.0
        self._still = 0.0  # seconds without frames, as far as this loop was there to see it
        self._caller_ended: float | None = None
        self._handling = False
        self._rendering: set[asyncio.Task[None]] = set()
        self._may_leave: Callable[[], bool] | None = None
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
            tasks: list[asyncio.Task[Any]] = [handler, over, *others, *self._rendering]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def tell(self, commands: Sequence[Command]) -> None:
        """Carry out `commands` now: what an owner has to say outside of `handle`. From the loop that runs us."""
        self._carry_out(commands)

    @property
    def left(self) -> bool:
        """Whether it ended in such a pause."""
        return self._left

    def leave(self, ready: Callable[[], bool]) -> None:
        """End at the next pause in which `ready` says that nothing is under way; nothing said is lost by it."""
        self._may_leave = ready

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
                self._still = max(0.0, min(self._still, STALLED) - CATCHES_UP * len(samples) / RATE)
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
            self._still += min(now - before, 2 * TICK)  # while the loop itself hung, frames may wait to be read
            before = now
            self._notice_stall()
            self._advance()

    @property
    def _stalled(self) -> bool:
        return self._still >= STALLED

    def _notice_stall(self) -> None:
        if self._stalled and self._recognition.speaking:
            log.warning("no sound comes: a turn ends by the clock")
            self._recognition.end_turn()
        if self._still >= DEAD:
            log.warning("no sound has come for %s seconds: the stream is given up", DEAD)
            self._over.set()

    def _advance(self) -> None:
        """All that depends on the time: speaking, being interrupted, silence, the end."""
        if self._over.is_set():
            return
        now = self._now()
        if self._playout.interruptible and is_interruption(self._rules, self._recognition.voiced, self._voice):
            self._interrupt(now, for_certain=False)
        self._on_spoken(self._playout.overdue(now, STALLED_MARK) if self._stalled else self._playout.overdue(now))
        self._fill(now)
        self._playout.pump(now)
        self._on_digits(self._dtmf.tick(now, self._keys_ahead(now)), now)
        if self._playout.busy:
            self._idle_since = now
        elif self._closing and not self._unsaid:
            self._by_us = True
            self._over.set()
        elif (
            self._may_leave is not None
            and now - self._idle_since >= HANDOVER_PAUSE
            and self._resting()
            and self._may_leave()
        ):
            self._left = self._by_us = True
            self._over.set()
        self._notice_no_input(now)

    def _fill(self, now: float) -> None:  # while his turn is being heard, or its answer found, the caller waits
        since = self._recognition.transcribing_since or (self._caller_ended if self._handling else None)
        if (
            not self._playout.busy
            and not self._recognition.speaking
            and (speak := self._filler.due(since, now)) is not None
        ):
            self._supply(self._playout.add(speak, now))

    def _notice_no_input(self, now: float) -> None:
        if self._listen is None or not self._resting():
            return
        timeout = self._listen.no_input_timeout
        if now - self._idle_since >= (min(timeout, STALLED_NO_INPUT_TIMEOUT) if self._stalled else timeout):
            seconds, self._listen = now - self._idle_since, None
            self._events.put_nowait(NoInput(seconds, now))

    def _resting(self) -> bool:
        occupied = self._playout.busy or self._recognition.busy or self._dtmf.pending or self._unsaid or self._handling
        return not occupied and self._events.empty()

    def _on_turn(self, heard: UserTurn | None) -> None:
        now = self._now()
        if heard is None or ((self._playout.busy or self._unsaid) and self._is_backchannel(heard)):
            self._resume()
        else:
            if self._playout.interruptible:
                self._interrupt(now, for_certain=True)
            self._forget_unsaid()
            self._idle_since = now
            self._caller_ended = now - (heard.latency["wait"] + heard.latency["listen"]) / 1000
            self._events.put_nowait(heard)
        self._advance()

    def _is_backchannel(self, heard: UserTurn) -> bool:
        return not self._short_answer_expected() and is_backchannel(
            self._rules, heard.text, heard.confidence, heard.end - heard.start
        )

    def _short_answer_expected(self) -> bool:
        """After a yes-or-no question "okay" is an answer; while the question is still to come it is not."""
        asked = len(self._unsaid) < 2 and self._playout.queued < 2
        return asked and self._listen is not None and self._listen.expect.kind in ("yes-no", "digits")

    def _interrupt(self, now: float, *, for_certain: bool) -> None:
        """Stop the bot. What it did not say is kept until it is certain that the caller spoke."""
        if (cut := self._playout.interrupt(now)) is None:
            return
        event, rest = cut
        self._unsaid = [] if for_certain else rest
        self._closing = self._closing and not for_certain
        self._idle_since = now
        self._events.put_nowait(event)

    def _resume(self) -> None:
        """It was a cough: say what was left unsaid."""
        rest, self._unsaid = self._unsaid, []
        self._playout.resume(rest)

    def _forget_unsaid(self) -> None:
        if self._unsaid:
            self._unsaid, self._closing = [], False

    def _on_key(self, digit: str, now: float) -> None:
        self._idle_since = now
        if self._dtmf.stray(digit, now):
            return
        if self._playout.interruptible:
            self._interrupt(now, for_certain=True)
        self._forget_unsaid()
        self._on_digits(self._dtmf.press(digit, now, self._keys_ahead(now)), now)

    def _keys_ahead(self, now: float) -> bool:
        """Whether words said before the keys are still being heard or answered: the keys are meant for what follows."""
        lately = self._recognition.speaking and now - self._idle_since < PAUSE
        asked = self._dtmf.expect.kind == "digits"
        hearing = self._recognition.transcribing_since is not None or lately
        return not asked and (hearing or self._handling or not self._events.empty())

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
        self._supply(said)

    def _supply(self, said: QueuedSpeech) -> None:
        for index, sentence in enumerate(said.texts):
            if (samples := self._tts.cached(sentence, said.speak.language)) is None:
                task = asyncio.create_task(self._render(said, index))
                self._rendering.add(task)
                task.add_done_callback(self._rendering.discard)
                return
            self._playout.supply(said, index, samples)

    async def _render(self, said: QueuedSpeech, begin: int) -> None:
        """Speak the sentences that are not in memory, in a thread; each is sent as soon as it is ready."""
        try:
            for index in range(begin, len(said.texts)):
                samples = await asyncio.to_thread(self._tts.synthesise, said.texts[index], said.speak.language)
                self._playout.supply(said, index, samples)
                self._advance()
        except Exception:
            log.exception("a sentence could not be spoken")
            said.failed = True
            self._advance()

    def _on_spoken(self, spoken: Sequence[Spoken | None]) -> None:
        for event in filter(None, spoken):
            self._idle_since = self._now()
            if not is_filler(event):
                self._events.put_nowait(event)

    async def _send_all(self, send: Send) -> None:
        try:
            while True:
                await send(await self._outgoing.get())
        except Exception as error:
            log.warning("the media socket failed: %s", type(error).__name__)
            self._over.set()

    def _send_sound(self, sound: bytes) -> None:
        self._echo_canceller.sent(sound)
        self._outgoing.put_nowait(media_message(self.start.stream_sid, sound))

    def _send_mark(self, name: str) -> None:
        self._echo_canceller.marking(name)
        self._outgoing.put_nowait(mark_message(self.start.stream_sid, name))

    def _send_clear(self) -> None:
        self._echo_canceller.cleared()
        while not self._outgoing.empty():  # sound that did not leave us yet would be heard after the clear
            self._outgoing.get_nowait()
        self._outgoing.put_nowait(clear_message(self.start.stream_sid))

    async def _wind_up(self) -> None:
        """The stream is over: report what was still being said, on both sides, then that it is closed."""
        now = self._now()
        if (cut := self._playout.interrupt(now)) is not None and not is_filler(cut[0]):
            self._events.put_nowait(cut[0])
        await self._recognition.finish()
        self._on_digits(self._dtmf.take(), now)
        self._events.put_nowait(Closed(self._by_us))

    def _now(self) -> float:
        return self._time() - self._began

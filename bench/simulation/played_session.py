"""A speech session without sound: what the bot says takes its time, and a caller answers by the clock."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from bench.simulation.callers import Caller
from bench.simulation.leg import PACE, Leg
from speech import events as speech
from speech.filler import AFTER

FILLER = 1.2  # seconds that a filler takes
Handle = Callable[[speech.Event], Awaitable[Any]]


class PlayedSession:
    """One stream of `caller`; times of events are seconds since it began."""

    def __init__(self, leg: Leg, caller: Caller, said: set[tuple[str, str]]) -> None:
        self._leg, self._caller, self._said = leg, caller, said
        self._commands: asyncio.Queue[speech.Command] = asyncio.Queue()
        self._kept: speech.Command | None = None  # came while the caller was waited for
        self._events: asyncio.Queue[speech.Event] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()

    def tell(self, commands: Sequence[speech.Command]) -> None:
        for command in commands:
            self._commands.put_nowait(command)

    async def run(self, handle: Handle, opening: Sequence[speech.Command]) -> None:
        """Until a Close is carried out. What `handle` raises ends it."""
        self.tell(opening)
        async with asyncio.TaskGroup() as tasks:
            handling = tasks.create_task(self._handle_all(handle))
            while not isinstance(command := await self._next(), speech.Close):
                if isinstance(command, speech.Speak):
                    await self._speak(command)
                else:
                    await self._listen(command)
            self._events.put_nowait(speech.Closed(by_us=True))
            await handling

    async def _handle_all(self, handle: Handle) -> None:
        while True:
            event = await self._events.get()
            await handle(event)
            if isinstance(event, speech.Closed):
                return

    async def _next(self) -> speech.Command:
        if self._kept is not None:
            kept, self._kept = self._kept, None
            return kept
        try:
            return await asyncio.wait_for(self._commands.get(), AFTER)
        except TimeoutError:
            self._leg.hearing.sound()
            await asyncio.sleep(FILLER)
            self._leg.hearing.quiet("a filler")
            return await self._commands.get()

    async def _speak(self, speak: speech.Speak) -> None:
        length, start = len(speak.text) / PACE, self._now()
        self._leg.note(f"the bot says {speak.id} {speak.text!r}")
        self._leg.hearing.sound()
        if speak.interruptible and (cut := self._caller.interrupts(length)) is not None:
            await asyncio.sleep(cut)
            self._leg.hearing.quiet("an interruption")
            share = cut / length
            text = speak.text[: int(share * len(speak.text))]
            self._events.put_nowait(speech.Interrupted(speak.id, text, share, self._now(), start))
            return
        await asyncio.sleep(length)
        self._leg.hearing.quiet(f"the bot's {speak.id}")
        if (self._leg.sid, speak.id) in self._said:
            self._leg.exchange.history.wrong("said twice", self._leg.call, f"{speak.id} {speak.text!r}")
        self._said.add((self._leg.sid, speak.id))
        self._events.put_nowait(speech.Spoken(speak.id, start, self._now(), {}))

    async def _listen(self, listen: speech.Listen) -> None:
        if not self._commands.empty():
            return
        self._leg.hearing.sound()
        answer = self._caller.answers(listen.expect.kind, listen.expect.digits)
        wait = listen.no_input_timeout if answer is None else answer[0]
        try:
            self._kept = await asyncio.wait_for(self._commands.get(), wait)
        except TimeoutError:
            self._events.put_nowait(self._event(answer, wait))
        self._leg.hearing.quiet("the caller's turn")

    def _event(self, answer: tuple[float, str, bool] | None, waited: float) -> speech.Event:
        if answer is None:
            self._leg.note("says nothing")
            return speech.NoInput(waited, self._now())
        _, words, by_keys = answer
        self._leg.note(f"{'keys' if by_keys else 'says'} {words!r}")
        if by_keys:
            return speech.DtmfDigits(words, self._now())
        now = self._now()
        return speech.UserTurn(words, 0.9, (), max(0.0, now - 1.0), now, {})

    def _now(self) -> float:
        return self._loop.time() - self._began

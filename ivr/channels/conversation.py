"""One caller on one stream: what the speech session hears goes to the dialogue, what the dialogue wants is spoken."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Any, Protocol

from ivr import traces
from ivr.calls.dialogue_service import DialogueService
from ivr.calls.dialogue_steps import Applied
from ivr.dialogue import actions, events
from ivr.store.stream_tokens import Connected
from speech import events as speech
from speech.events import Close, Command, Expectation, Listen, Speak
from speech.tap import Tap, deaf

STAGES = ("wait", "listen", "decide", "speak")  # from the caller's last sound to our first, in this order


class SpeechSession(Protocol):
    """The part of a speech session that a conversation speaks through."""

    def tell(self, commands: Sequence[Command]) -> None: ...


@dataclass(frozen=True, slots=True)
class LedgerTimeouts:
    """Seconds that the ledger may take: `slow` until we say that we are looking, `failed` until a person comes."""

    slow: float = 2.0
    failed: float = 6.0


@dataclass(frozen=True, slots=True)
class Threads:
    """Where blocking work is done: SQL in one pool, the ledger in another that may be stuck without harm."""

    sql: Executor
    ledger: Executor


@dataclass(slots=True)
class _BotTurn:
    """A bot turn under way: its prompt, and the milliseconds that led to it."""

    prompt: str
    latency: dict[str, float] = field(default_factory=dict)


class Conversation:
    """Give it `handle` as the session's handler, and `opening` as what is said first."""

    def __init__(
        self,
        service: DialogueService,
        sid: str,
        connected: Connected,
        session: SpeechSession,
        threads: Threads,
        tasks: asyncio.TaskGroup,
        timeouts: LedgerTimeouts = LedgerTimeouts(),
        tap: Tap | None = None,
    ) -> None:
        self._service, self._sid, self._connected, self._session = service, sid, connected, session
        self._threads, self._tasks, self._timeouts, self._tap = threads, tasks, timeouts, tap or deaf()
        self._expect: actions.AnswerKind = "open"
        self._events = 0
        self._bot_turns: dict[str, _BotTurn] = {}
        self._asking: set[asyncio.Task[None]] = set()
        self._turn = asyncio.Lock()

    async def opening(self) -> list[Command]:
        """The first words of a new conversation, or the apology of one that goes on."""
        asked = asyncio.ensure_future(self._ledger(self._service.opening, self._connected))
        done, _ = await asyncio.wait({asked}, timeout=self._timeouts.slow)
        # nobody is greeted late because the ledger is slow: they tell us then who they are
        event = asked.result() if done else self._service.opening(self._connected, ask=False)
        return self._commands(await self._apply(event), {})

    async def handle(self, event: speech.Event) -> list[Command]:
        """One event of the session; commands are given through `tell`, in the order of the dialogue."""
        began = time.perf_counter()
        match event:
            case speech.UserTurn():
                await self._hear(event, began)
            case speech.DtmfDigits():
                await self._hear(speech.UserTurn.of_keys(event.digits, event.at), began)
            case speech.NoInput():
                await self._step(events.NoInput())
            case speech.Interrupted():
                await self._interrupted(event)
            case speech.Spoken():
                latency = {**self._known(event.id).latency, **_named(event.latency)}
                if "decide" in latency:
                    took = sum(latency.get(stage, 0.0) for stage in STAGES) / 1000
                    traces.note("turn", event.end - event.start + took, self._sid, **latency)
                await self._sql(
                    self._service.mark_spoken, self._sid, event.id, event.start, event.end, latency, self._connected
                )
            case speech.Closed():
                self.close()
        return []

    @property
    def at_rest(self) -> bool:
        """Whether nothing is being asked or answered."""
        return not self._asking and not self._turn.locked()

    async def hand_over(self) -> None:
        """The next stream goes on where this one ends, without an apology."""
        await self._sql(self._service.hand_over, self._sid, self._connected)

    async def moved_on(self) -> None:
        """The call was taken out of the dialogue's hands: say what is left to say, and let the caller go on."""
        async with self._turn:
            self._session.tell(self._commands(await self._sql(self._service.moved_on, self._sid), {}))

    def close(self) -> None:
        """Questions still open are asked anew by whoever goes on with the call."""
        for task in self._asking:
            task.cancel()

    async def _interrupted(self, event: speech.Interrupted) -> None:
        await self._sql(
            self._service.mark_cut_off, self._sid, event.id, event.played, event.at, self._connected, event.start
        )
        prompt = self._known(event.id).prompt
        async with self._turn:
            applied = await self._apply(events.Interrupted(prompt, event.played))
            # only listening, or on the way out: the session goes on by itself if it was a cough
            if any(not isinstance(action, actions.Listen) for _, action in applied.actions):
                self._session.tell(self._commands(applied, {}))

    async def _hear(self, turn: speech.UserTurn, began: float) -> None:
        """A turn is understood, applied and written down by one thread."""
        expect = self._expect  # of the question that stood open when the turn ended
        async with self._turn:
            applied: Applied = await self._sql(
                self._service.hear, self._sid, turn, expect, self._next_key(), self._connected
            )
            decided = (time.perf_counter() - began) * 1000
            self._session.tell(self._commands(applied, {**turn.latency, "decide": decided}))

    async def _step(self, event: events.Event) -> None:
        async with self._turn:
            self._session.tell(self._commands(await self._apply(event), {}))

    async def _apply(self, event: events.Event) -> Applied:
        key = self._next_key()
        applied: Applied = await self._sql(self._service.apply, self._sid, event, key, None, self._connected)
        return applied

    def _next_key(self) -> str:
        self._events += 1
        return f"s{self._connected.number}.{self._events}"

    # --- what the dialogue wants ---

    def _commands(self, applied: Applied, latency: dict[str, float]) -> list[Command]:
        commands: list[Command] = []
        if applied.elsewhere:
            unsaid = [(key, say) for key, say in applied.actions if isinstance(say, actions.Say)]
            for key, say in unsaid:
                if key not in self._bot_turns:
                    self._bot_turns[key] = _BotTurn(say.prompt)
                    commands.append(Speak(key, say.text, interruptible=False, language=say.language))
            return [*commands, Close()]
        leaving = any(isinstance(action, actions.TakeCard) for _, action in applied.actions)
        for key, action in applied.actions:
            match action:
                case actions.Say():
                    self._bot_turns[key] = _BotTurn(action.prompt, latency)
                    latency = {}  # the first words are the answer; the rest only follow them
                    interruptible = action.interruptible and not leaving
                    commands.append(Speak(key, action.text, interruptible, action.language))
                case actions.Listen():
                    self._expect, self._tap.private = action.kind, action.secret
                    commands.append(Listen(Expectation(action.kind, action.digits), action.no_input_timeout))
                case actions.HandOff() | actions.HangUp() | actions.TakeCard():
                    commands.append(Close())
                case _ if isinstance(action, actions.Query):
                    self._spawn(self._question(action))
        return commands

    async def _question(self, query: actions.Query) -> None:
        """Ask the ledger; say that it is slow, and give up on it in time."""
        answer = asyncio.ensure_future(self._ledger(self._service.ask, self._sid, query))
        try:
            done, _ = await asyncio.wait({answer}, timeout=self._timeouts.slow)
            if not done:
                await self._step(events.Slow())
                done, _ = await asyncio.wait({answer}, timeout=self._timeouts.failed - self._timeouts.slow)
            await self._step(answer.result() if done else events.Failed())
        finally:
            if not answer.done():
                answer.add_done_callback(self._too_late)

    def _too_late(self, answer: "asyncio.Future[events.Event]") -> None:
        """A payment may have been made after all, which stands in what is known of the call."""
        if not answer.cancelled() and answer.exception() is None:
            asyncio.get_running_loop().run_in_executor(
                self._threads.sql, self._service.replied_late, self._sid, answer.result()
            )

    def _spawn(self, work: Any) -> None:
        task = self._tasks.create_task(work)
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)

    def _known(self, key: str) -> _BotTurn:
        return self._bot_turns.get(key, _BotTurn(""))

    # --- threads ---

    async def _sql(self, work: Callable[..., Any], *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._threads.sql, work, *arguments)

    def _ledger(self, work: Callable[..., Any], *arguments: Any) -> Awaitable[Any]:
        return asyncio.get_running_loop().run_in_executor(self._threads.ledger, work, *arguments)


def _named(latency: dict[str, float]) -> dict[str, float]:
    """The session's figures by the names that turns keep: speak, and total as the caller felt it."""
    names = {"first_audio": "speak", "response": "total"}
    return {names.get(name, name): value for name, value in latency.items()}

"""One simulated world: callers, agents, carrier and the line, from the first call until all is quiet again."""

import asyncio
import secrets
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

from argon2 import PasswordHasher
from sqlalchemy import Engine

from bench.simulation.callers import PIN, Caller
from bench.simulation.colleagues import Colleague
from bench.simulation.exchange import Exchange
from bench.simulation.faults import Faults
from bench.simulation.history import History
from bench.simulation.hosts import MediaHost, WebHost, WorkerHost
from bench.simulation.leg import Leg, Person
from bench.simulation.parts import LINE, PUBLIC, PlayedParts, WorldClock, settings
from bench.simulation.process import KilledError, Process
from bench.simulation.queues import PlayedQueues
from bench.simulation.virtual_time import VirtualFuture, VirtualTime
from ivr.desk import agents
from ivr.handoff.service import HandoffService
from ivr.store.engine import make_engine, make_sessions
from ivr.store.models import Account, Agent, Base

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
GAP = 5.0  # seconds between two callers, in the mean
AGENTS = 12
HEALED = 600.0  # seconds after the last call, from which on nothing goes wrong any more
QUIET = 600.0  # and for so long all that is left is mended
RESTART = (0.5, 3.0)  # seconds until a killed process is there again
STEP = (-90.0, 90.0)  # seconds by which the clock is set
REDIS_AWAY = (1.0, 30.0)


class World:
    """`calls`: the numbers of those who call. `run` plays them all; `history` and `engine` are for the checker."""

    def __init__(self, seed: str, calls: list[int], faults: Faults, engine: Engine) -> None:
        self.seed, self.calls, self.faults, self.engine = seed, calls, faults, engine
        self.time = VirtualTime()
        self.time.set_exception_handler(self._unhandled)
        self.history = History(self.time.time)
        self.clock = WorldClock(self.time, START)
        self.queues = PlayedQueues(self.time, faults)
        self.exchange = Exchange(self.time, faults, self.history, Random(f"{seed}:exchange"))
        self.exchange.line, self.exchange.who_answers = self, self._who_answers
        self.exchange.on_torn = self._torn
        self.callers: dict[int, Caller] = {}
        self.colleagues: dict[str, Colleague] = {}
        self._by_phone: dict[str, Caller] = {}
        self._settings, self._started = settings(), 0
        self._running: dict[str, dict[int, Process]] = {}
        self._said: set[tuple[str, str]] = set()
        self._turn = 0

    def run(self) -> None:
        Base.metadata.create_all(self.engine)
        self._hire()
        self.web = [self._up("web", number, WebHost, self._web_is_back) for number in (0, 1)]
        self.media = [self._up("media", number, self._media_host, self._media_is_back) for number in (0, 1)]
        self.workers = [self._up("worker", number, self._worker_host, self._worker_is_back) for number in (0, 1)]
        end = self._plan()
        self.time.run_until_complete(self._until(end + HEALED, end + HEALED + QUIET))

    def close(self) -> None:
        """Nothing of it goes on."""
        for host in (*self.web, *self.media, *self.workers):
            host.close()
        for task in asyncio.all_tasks(self.time):
            task.cancel()
        self.time.run_until_complete(asyncio.sleep(0))
        self.time.close()

    async def _until(self, healed: float, end: float) -> None:
        await asyncio.sleep(healed)
        self.faults.healed = True
        self.history.note(0, "nothing goes wrong any more")
        await asyncio.sleep(end - healed)

    def _unhandled(self, _loop: object, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if not isinstance(error, KilledError | asyncio.CancelledError):
            self.history.wrong("error", 0, f"{context['message']}: {error!r}")

    # --- who and when ---

    def _hire(self) -> None:
        pin = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PIN)
        with make_sessions(self.engine).begin() as tx:
            for number in range(1, AGENTS + 1):
                name = f"agent {number}"
                phone = f"client:{name}" if number % 3 else f"+1202556{number:04d}"
                agent = Agent(
                    email=f"{number}@bank.test", name=name, password_hash="", roles=["agent"], phone=phone,
                    presence="away", presence_since=START,
                )  # fmt: skip
                tx.add(agent)
                tx.flush()
                agents.set_presence(tx, agent, "available", START)
                dice = Random(f"{self.seed}:agent:{number}")
                self.colleagues[phone] = Colleague(agent.id, name, phone, dice, self._on_page, self.time.rest)
            for call in self.calls:
                caller = Caller(call, f"+1202555{call:04d}", Random(f"{self.seed}:caller:{call}"))
                self.callers[call] = self._by_phone[caller.phone] = caller
                tx.add(
                    Account(
                        id=f"acc-{call}", holder=f"Holder {call}", number=f"7{call:07d}", phone=caller.phone,
                        pin_hash=pin, balance=24517, due=24517, minimum=3500, due_on=START.date(),
                        funds=[{"name": "checking", "available": 900_000}],
                    )
                )  # fmt: skip
        for colleague in self.colleagues.values():
            self.time.start(lambda colleague=colleague: self._looks_after_themselves(colleague), 20.0)  # type: ignore[misc]

    def _looks_after_themselves(self, colleague: Colleague) -> None:
        """An agent who is away because of a missed call comes back."""
        read = make_sessions(self.engine)
        while True:
            self.time.rest(colleague.dice.uniform(15, 30))
            with read() as tx:
                presence = tx.get_one(Agent, colleague.agent).presence
            if presence == "away":
                colleague.clicks(lambda line: line.presence(colleague.agent, "available"))

    def _plan(self) -> float:
        """When who calls; the moment of the last one."""
        for call, caller in self.callers.items():
            self.time.call_later(self._arrival(call), self._calls, caller)
        end = self._arrival(max(self.calls))
        for moment in self.faults.spells("redis away", end):
            self.time.call_later(moment, self._redis_away)
        for moment in self.faults.spells("redis wiped", end):
            self.time.call_later(moment, self._redis_wiped)
        for moment in self.faults.spells("clock step", end):
            self.time.call_later(moment, self._clock_steps)
        return end

    def _arrival(self, call: int) -> float:
        return 2.0 + call * GAP + Random(f"{self.seed}:arrival:{call}").uniform(0, 3 * GAP)

    def _calls(self, caller: Caller) -> None:
        self.history.note(caller.call, f"calls; wants {caller.wants}")
        caller.leg = leg = self.exchange.comes_in(caller, caller.call, (caller.phone, LINE), PUBLIC)
        self.time.call_later(caller.patience, self._loses_patience, caller, leg)

    def _loses_patience(self, caller: Caller, leg: Leg) -> None:
        if caller.talked is None:
            leg.hang_up()

    def _who_answers(self, phone: str, url: str) -> tuple[Person, int]:
        if phone in self.colleagues:
            return self.colleagues[phone], 0
        caller = self._by_phone[phone]
        return caller, caller.call

    def _torn(self, leg: Leg, others: list[Leg]) -> None:
        """A caller was moved out of a conversation: somebody must have ended it."""
        for other in others:
            person = other.person
            handoff = int(other.url.split("/")[4]) if isinstance(person, Colleague) else 0
            if isinstance(person, Colleague) and handoff not in person.ended:
                self.history.wrong("torn", leg.call, f"the caller was taken away from {person.name}")

    def _on_page(self, what: Callable[[HandoffService], Any]) -> Any:
        host = self._one_of(self.web)
        return host.process.start(lambda: what(host.parts.handoffs)).result(20.0)

    # --- what goes wrong with no one thing ---

    def _redis_away(self) -> None:
        seconds = self.faults.amount("redis away", *REDIS_AWAY)
        self.history.note(0, f"Redis is away for {seconds:.0f} s")
        self.queues.away = True
        self.time.call_later(seconds, self._redis_back)

    def _redis_back(self) -> None:
        self.queues.back()

    def _redis_wiped(self) -> None:
        self.history.note(0, "Redis has forgotten everything")
        self.queues.wipe()

    def _clock_steps(self) -> None:
        seconds = self.faults.amount("clock step", *STEP)
        self.history.note(0, f"the clock is set by {seconds:.0f} s")
        self.clock.step(seconds)

    # --- the line ---

    def ask(self, url: str, form: dict[str, str], spare: bool) -> VirtualFuture[str]:
        asked: VirtualFuture[str] = self._one_of(self.web).ask(url, form, spare)
        return asked

    def open_socket(self, leg: Leg, token: str, closed: VirtualFuture[str]) -> None:
        self._one_of(self.media).open(leg, self.callers[leg.call], token, closed)

    def _one_of(self, hosts: list[Any]) -> Any:
        """The balancer knows who is alive."""
        self._turn += 1
        alive = [host for host in hosts if host.process.alive]
        return alive[self._turn % len(alive)] if alive else hosts[0]

    def _up(self, kind: str, number: int, make: Callable[[PlayedParts], Any], again: Callable[[int], None]) -> Any:
        self._started += 1
        dice = Random(f"{self.seed}:process:{self._started}")
        process = Process(f"{kind} {number}", self.time, self.faults, self.history, dice)
        others = self._running.setdefault(kind, {})
        others[number] = process
        process.may_die = lambda: any(other.alive for other in others.values() if other is not process)
        process.on_death.append(lambda: self.time.call_later(dice.uniform(*RESTART), again, number))
        return make(PlayedParts(self._settings, process, self.engine, self.clock, self.exchange))

    def _media_host(self, parts: PlayedParts) -> MediaHost:
        return MediaHost(parts, self._said)

    def _worker_host(self, parts: PlayedParts) -> WorkerHost:
        return WorkerHost(parts, self.queues, lambda words: self.history.note(0, words))

    def _web_is_back(self, number: int) -> None:
        self.web[number] = self._up("web", number, WebHost, self._web_is_back)

    def _media_is_back(self, number: int) -> None:
        self.media[number] = self._up("media", number, self._media_host, self._media_is_back)

    def _worker_is_back(self, number: int) -> None:
        self.workers[number] = self._up("worker", number, self._worker_host, self._worker_is_back)


@contextmanager
def database() -> Iterator[Engine]:
    """A fresh one, in memory where the machine has a file system there."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        engine = make_engine(f"sqlite:///{folder}/world.db")
        try:
            yield engine
        finally:
            engine.dispose()


@contextmanager
def drawn(dice: Random) -> Iterator[None]:
    """What the line draws as secrets is drawn from `dice`: some of it is read to callers, and takes its time."""

    def text(count: int | None = None) -> str:
        return dice.randbytes(count or 16).hex()

    with (
        patch.object(secrets, "randbelow", dice.randrange),
        patch.object(secrets, "token_hex", text),
        patch.object(secrets, "token_urlsafe", text),
    ):
        yield

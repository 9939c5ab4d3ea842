"""Plays calls through a house of the suite's own: real audio, real time, several at once."""

import contextlib
import itertools
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from sqlalchemy import select

from ivr.clock import SystemClock, today
from ivr.demo import AGENT_PHONE, furnish, house_settings, script
from ivr.handoff.desk import set_presence
from ivr.house import House
from ivr.placing import place, put_scripted_agent, settled_report
from ivr.preparing import prepare
from ivr.settings import Settings
from ivr.store import Sessions, make_engine, make_sessions
from ivr.store.models import Account, Agent, Call, Payment
from tests.calls.bank import STRANGER, account_id, open_account, phone
from tests.calls.call_file import CallFile, ExpectedPayment
from tests.calls.judging import Played, days_from, shortcomings

AT_ONCE = 3
PATIENCE = 45  # seconds
DEAF = 4.0  # seconds late: less than the line's own patience with a silent caller
DECLINES: dict[str, Any] = {"voice": "sarah", "steps": ["answer", {"wait": "press one"}, {"keys": "2"}, {"pause": 10}]}


class Suite:
    """Plays each call as soon as there is room. `result` waits for one of them."""

    def __init__(self, folder: Path, calls: Sequence[CallFile]) -> None:
        self._folder = folder
        self._shared = [call for call in calls if not call.settings and call.agent is None]
        self._alone = [call for call in calls if not call.settings and call.agent is not None]
        self._apart = [call for call in calls if call.settings]
        self._results: dict[str, Future[Played]] = {call.name: Future() for call in calls}
        self._tries = itertools.count(1)
        self._over = threading.Event()

    def __enter__(self) -> "Suite":
        self._thread = threading.Thread(target=self._play_all, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def result(self, name: str) -> Played:
        return self._results[name].result()

    def _play_all(self) -> None:
        try:
            if self._shared or self._alone:
                with opened_house(self._folder / "house", {}) as line:
                    line.staff("away")
                    with ThreadPoolExecutor(AT_ONCE) as pool:
                        deaf = list(pool.map(lambda call: self._play(line, call, again=True), self._shared))
                    for call in (*filter(None, deaf), *self._alone):
                        self._play(line, call)
            for call in self._apart:
                with opened_house(self._folder / call.name, call.settings) as line:
                    self._play(line, call)
        except BaseException as error:  # whoever waits for a result must be told
            for future in self._results.values():
                if not future.done():
                    future.set_exception(error)

    def _play(self, line: "Line", call: CallFile, again: bool = False) -> CallFile | None:
        """Settles the call's result; answers with the call if it is to be played `again`, on its own.

        On a crowded machine the scripted caller may recognise the bot's words so late that he seems silent.
        """
        future = self._results[call.name]
        if self._over.is_set():
            future.cancel()
            return None
        try:
            played = line.play(call, next(self._tries))
        except Exception as error:
            future.set_exception(error)
            return None
        if again and played.deaf > DEAF and shortcomings(played):
            return call
        future.set_result(played)
        return None


class Line:
    """A running house with its bank and its desk."""

    def __init__(self, settings: Settings, sessions: Sessions) -> None:
        self._settings, self._sessions = settings, sessions

    def staff(self, presence: str) -> None:
        """Puts every agent there or away."""
        with self._sessions.begin() as tx:
            for agent in tx.scalars(select(Agent)):
                set_presence(tx, agent, presence if "agent" in agent.roles else "away", SystemClock().now())

    def play(self, call: CallFile, index: int) -> Played:
        """Opens the account, places the call and waits until all that follows from it is done."""
        now = today(SystemClock(), self._settings.zone)
        open_account(self._sessions, index, call.account, now)
        caller = phone(index) if call.account.calls_from_it else STRANGER
        with self._desk(call.agent):
            ear = Ear()
            result = place(self._settings, {"from": caller, **patient(call.script)}, ear.note)
            report = settled_report(self._sessions, result["call"])
        report["problems"] += result["problems"]
        report["caller"] = result
        return self._judged(call, index, report, ear.lag(result["heard"]))

    @contextlib.contextmanager
    def _desk(self, agent: str | None) -> Iterator[None]:
        if agent is None:
            yield
            return
        steps = {"accepts": script("demo-agent"), "declines": DECLINES, "absent": None}[agent]
        if steps is not None:
            put_scripted_agent(self._settings, AGENT_PHONE, steps)
        self.staff("available")
        yield
        self.staff("away")
        if steps is not None:
            put_scripted_agent(self._settings, AGENT_PHONE, None)

    def _judged(self, call: CallFile, index: int, report: dict[str, Any], deaf: float) -> Played:
        now = today(SystemClock(), self._settings.zone)
        with self._sessions() as tx:
            made = tx.scalars(select(Payment).where(Payment.account_id == account_id(index)).order_by(Payment.id))
            payments = tuple(ExpectedPayment(p.amount, p.state, p.source, days_from(now, p.on)) for p in made)
            balance = tx.get_one(Account, account_id(index)).balance
            rating = tx.get_one(Call, report["call"]).rating
        return Played(call, report, payments, balance, rating, deaf)


class Ear:
    """When a scripted caller knew what he had heard."""

    def __init__(self) -> None:
        self._answered = 0.0
        self._known: dict[float, float] = {}

    def note(self, event: dict[str, Any]) -> None:
        if event["event"] == "connected":
            self._answered = time.monotonic()
        if event["event"] == "heard":
            self._known[event["at"]] = time.monotonic() - self._answered

    def lag(self, heard: list[dict[str, Any]]) -> float:
        """The longest time from the end of an utterance until its words were known, in seconds."""
        return max((self._known.get(one["start"], 0.0) - one["end"] for one in heard), default=0.0)


@contextlib.contextmanager
def opened_house(folder: Path, extra: dict[str, str]) -> Iterator[Line]:
    """A house on free ports with its data in `folder`; `extra` are settings by their environment names."""
    ports = dict(zip(("WARMLINE_PORT", "WARMLINE_MEDIA_PORT", "WARMLINE_SWITCH_PORT"), free_ports(3), strict=True))
    own = {"WARMLINE_DATA_DIR": str(folder), "DATABASE_URL": "", "REDIS_URL": "", "RECORDINGS_URL": ""}
    values: dict[str, Any] = {"_env_file": None, **ports, **own, **extra}
    settings = house_settings(Settings(**values))
    prepare(settings, lambda _: None)
    engine = make_engine(settings.database)
    sessions = make_sessions(engine)
    furnish(sessions, SystemClock(), settings)
    with House(settings, lambda _: None):
        yield Line(settings, sessions)
    engine.dispose()


def patient(script: dict[str, Any]) -> dict[str, Any]:
    """The script with waits that a busy machine does not break: its caller hears late what was said in time."""
    return {**script, "steps": [_patient(step) for step in script["steps"]]}


def _patient(step: Any) -> Any:
    waits = isinstance(step, dict) and "wait" in step
    return {"wait": step["wait"], "within": step.get("within", PATIENCE)} if waits else step


def free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports: list[int] = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports

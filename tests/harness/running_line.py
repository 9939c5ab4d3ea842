"""A running house with its bank and its desk, as a line that a scripted caller can call."""

import contextlib
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import select

from ivr.calls.report import call_report
from ivr.clock import SystemClock, today
from ivr.desk.agents import set_presence
from ivr.local.demo import AGENT_PHONE, demo_settings, furnish, script
from ivr.local.scripted_calls import place, put_scripted_agent, take_scripted_agent
from ivr.local.setup import prepare
from ivr.local.supervisor import Supervisor
from ivr.recordings.storage import RecordingFiles
from ivr.settings import Settings
from ivr.store.engine import Sessions, make_engine, make_sessions
from ivr.store.models import Account, Agent, Call, CallBack, Payment
from ivr.store.states import CALLBACK_OPEN
from ivr.web.pages.agent_messages import read_messages
from tests.harness.scenario_bank import STRANGER, account_id, open_account, phone
from tests.harness.scenario_file import CallFile, ExpectedPayment
from tests.harness.scenario_verdict import Played, days_from

PATIENCE = 45  # seconds
SETTLED = 30  # seconds
CALLED_BACK = 120  # seconds
RINGS = "5"  # seconds, the shortest
KEPT = ("prompts", "audio", "models")  # what a house makes once and needs again
DECLINES: dict[str, Any] = {"voice": "sarah", "steps": ["answer", {"wait": "press one"}, {"keys": "2"}, {"pause": 10}]}
ABSENT: dict[str, Any] = {"steps": [{"pause": 600}, "answer"]}
CALLS_BACK: dict[str, Any] = {
    "voice": "sarah",
    "steps": [
        "answer", {"quiet": 0.6}, {"keys": "1"}, {"quiet": 1.0, "within": 90},
        {"say": "Hello, this is Ada. I can see you want to dispute a charge. Which one is it?"}, {"quiet": 1.0},
        {"say": "Thank you, I have noted that. Anything else?"}, {"quiet": 1.0},
        {"say": "You're welcome. Goodbye."}, {"pause": 20},
    ],
}  # fmt: skip


class Line:
    """A running house with its bank and its desk."""

    def __init__(self, settings: Settings, sessions: Sessions) -> None:
        self.settings, self.sessions = settings, sessions

    def staff(self, presence: str) -> None:
        """Puts every agent there or away."""
        with self.sessions.begin() as tx:
            for agent in tx.scalars(select(Agent)):
                set_presence(tx, agent, presence if "agent" in agent.roles else "away", SystemClock().now())

    def play(self, call: CallFile, index: int) -> Played:
        """Opens the account, places the call and waits until all that follows from it is done."""
        now = today(SystemClock(), self.settings.zone)
        open_account(self.sessions, index, call.account, now)
        caller = phone(index) if call.account.calls_from_it else STRANGER
        agents = {"accepts": script("demo-agent"), "declines": DECLINES, "absent": ABSENT}
        with self._desk(agents[call.agent]) if call.agent else contextlib.nullcontext():
            ear = Ear()
            result = place(self.settings, {"from": caller, **patient(call.script)}, ear.note)
            sid = result["call"]
            if call.call_back is None:
                until(
                    lambda: (
                        call_report(self.sessions, sid, RecordingFiles(self.settings.recordings))["outcome"]
                        != "in progress"
                    ),
                    SETTLED,
                )
        problems = self._called_back(call.call_back, sid, caller) if call.call_back else []
        if call.expect.message:
            until(lambda: bool(self._message(sid)), SETTLED)
        report = call_report(self.sessions, sid, RecordingFiles(self.settings.recordings))
        report["problems"] += [*result["problems"], *problems]
        report["caller"] = result
        return self._judged(call, index, report, ear.lag(result["heard"]))

    @contextlib.contextmanager
    def _desk(self, steps: dict[str, Any]) -> Iterator[None]:
        put_scripted_agent(self.settings, AGENT_PHONE, steps)
        self.staff("available")
        yield
        self.staff("away")
        take_scripted_agent(self.settings, AGENT_PHONE)

    def _called_back(self, steps: dict[str, Any], sid: str, caller: str) -> list[str]:
        """Somebody comes to the desk, and the line keeps its promise; what went wrong on the caller's phone."""
        put_scripted_agent(self.settings, caller, patient(steps))
        with self._desk(CALLS_BACK):
            until(lambda: self._call_back(sid) not in CALLBACK_OPEN, CALLED_BACK)
        return [problem for rung in take_scripted_agent(self.settings, caller) for problem in rung["problems"]]

    def _call_back(self, sid: str) -> str | None:
        """What became of the call-back that was promised; None: there was none."""
        with self.sessions() as tx:
            return tx.scalar(select(CallBack.state).where(CallBack.call_sid == sid))

    def _message(self, sid: str) -> str | None:
        """The words of the message that waits on the agents' page; empty until they are written down."""
        with self.sessions() as tx:
            left = [part for task in read_messages(tx) if task.call.sid == sid for part in task.parts]
            return " ".join(str(line["text"]) for part in left for line in part.transcript or []) if left else None

    def _judged(self, call: CallFile, index: int, report: dict[str, Any], deaf: float) -> Played:
        now = today(SystemClock(), self.settings.zone)
        with self.sessions() as tx:
            made = tx.scalars(select(Payment).where(Payment.account_id == account_id(index)).order_by(Payment.id))
            payments = tuple(ExpectedPayment(p.amount, p.state, p.source, days_from(now, p.on)) for p in made)
            balance = tx.get_one(Account, account_id(index)).balance
            rating = tx.get_one(Call, report["call"]).rating
        promised, message = self._call_back(report["call"]), self._message(report["call"])
        return Played(call, report, payments, balance, rating, promised, message, deaf)


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
def opened_house(folder: Path, kept: Path, extra: dict[str, str]) -> Iterator[Line]:
    """A house on free ports with its data in `folder`; `extra` are settings by their environment names.

    What is the same in every house, prompts and weights, is made once and stays in `kept`.
    """
    folder.mkdir(parents=True)
    for name in KEPT:
        (kept / name).mkdir(parents=True, exist_ok=True)
        (folder / name).symlink_to(kept / name)
    ports = dict(zip(("WARMLINE_PORT", "WARMLINE_MEDIA_PORT", "WARMLINE_SWITCH_PORT"), free_ports(3), strict=True))
    own = {"WARMLINE_DATA_DIR": str(folder), "DATABASE_URL": "", "REDIS_URL": "", "RECORDINGS_URL": ""}
    values: dict[str, Any] = {"_env_file": None, "WARMLINE_RING_SECONDS": RINGS, **ports, **own, **extra}
    settings = demo_settings(Settings(**values))
    prepare(settings, lambda _: None)
    engine = make_engine(settings.database)
    sessions = make_sessions(engine)
    furnish(sessions, SystemClock(), settings)
    with Supervisor(settings, lambda _: None):
        yield Line(settings, sessions)
    engine.dispose()


def until(condition: Callable[[], bool], seconds: float) -> None:
    """Waits for it, at most so long: what did not come is judged."""
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.2)


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

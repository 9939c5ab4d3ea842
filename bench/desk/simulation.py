"""A day at the desk in virtual time: the real routing, queue and call-backs; people, carrier and clock are played."""

import heapq
import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import func, select

from bench.desk.people import BUSY_HOURS, CLOSES, INTENTS, OPENS, PEOPLE, ROUND, TALK, Person, Silent, VirtualClock
from ivr.desk import agents
from ivr.desk.opening_hours import OpeningHours
from ivr.desk.routing import Requirement
from ivr.dialling.dials import Dials
from ivr.dialling.policy import DialPolicy
from ivr.dialogue.actions import HandOff
from ivr.handoff import events as ev
from ivr.handoff.account_holders import AccountHolders
from ivr.handoff.config import HandoffConfig
from ivr.handoff.request import request_handoff
from ivr.handoff.service import HandoffService
from ivr.handoff.state import State
from ivr.ledger.sql import SqlLedger
from ivr.store import outbox
from ivr.store.engine import Sessions
from ivr.store.models import Agent, Call, Handoff, Outbox


@dataclass
class Day:
    """The day's people and the line; `run` plays it to its end. The same seed gives the same day."""

    sessions: Sessions
    seed: int = 7
    callers: int = 200
    clock: VirtualClock = field(default_factory=VirtualClock)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        self._heap: list[tuple[datetime, int, Callable[[], object]]] = []
        self._order, self._legs = itertools.count(), itertools.count(1)
        self._waiting: dict[int, int] = {}  # hand-off -> which fetch of the queue document is their present one
        self.queue: list[tuple[datetime, int]] = []
        self.told_nobody_free: list[bool] = []  # of each caller so told, whether somebody was
        carrier: Any = PlayedCarrier(self)
        news: Any = Silent()
        hours = OpeningHours.parse("mon-fri 08:00-18:00")
        config = HandoffConfig("+12025550100", "https://line.test", hours=hours)
        holders = AccountHolders(self.sessions, self.clock, SqlLedger(self.sessions, self.clock), news)
        dials = Dials(DialPolicy.parse("US"), "US")
        self.service = HandoffService(self.sessions, self.clock, carrier, news, config, dials, holders)

    def run(self) -> None:
        for person in PEOPLE:
            self._hire(person)
        for number in range(self.callers):
            self.at(self._arrival(), lambda number=number: self._call(number))  # type: ignore[misc]
        for minute in range(0, 660, 5):
            self.at(OPENS + timedelta(minutes=minute), self._look)
        while self._heap or self._next_promise() is not None:
            if not self._step():
                return

    # --- time ---

    def at(self, when: datetime, what: Callable[[], object]) -> None:
        heapq.heappush(self._heap, (when, next(self._order), what))

    def after(self, seconds: float, what: Callable[[], object]) -> None:
        self.at(self.clock.time + timedelta(seconds=seconds), what)

    def _step(self) -> bool:
        """What comes next, of the people's doing or of what was promised; False once the day is over."""
        promised, played = self._next_promise(), self._heap[0][0] if self._heap else None
        if promised is not None and (played is None or promised <= played):
            if played is None and promised > CLOSES + timedelta(hours=1):
                return False
            self.clock.time = max(self.clock.time, promised)
            self._keep_promises()
        else:
            when, _, what = heapq.heappop(self._heap)
            self.clock.time = max(self.clock.time, when)
            what()
        return True

    def _next_promise(self) -> datetime | None:
        with self.sessions() as tx:
            return tx.scalar(select(func.min(Outbox.due_at)).where(Outbox.done_at.is_(None)))

    def _keep_promises(self) -> None:
        """What the worker would do now."""
        with self.sessions() as tx:
            rows = list(outbox.due(tx, self.clock.time))
        for row in rows:
            self._keep(row)
            with self.sessions.begin() as tx:
                outbox.done(tx, row.id, self.clock.time)

    def _keep(self, row: Outbox) -> None:
        what, handoffs = row.payload, self.service
        match row.topic:
            case "handoff.requested":
                handoffs.write_brief(what["handoff"])
            case "handoff.deadline":
                handoffs.deadline(what["handoff"], last=what.get("last", False), since=what.get("since"))
            case "handoff.expire":
                handoffs.expire(what["handoff"], what["k"], what["what"])
            case "handoff.act":
                handoffs.carry_out(row.id)
            case "desk.wrap-up":
                handoffs.wrap_up_over(what["agent"])
            case "callback.try":
                handoffs.call_back(what["callback"], what["number"], lambda _tx: None)

    def _look(self) -> None:
        with self.sessions() as tx:
            waiting = tx.scalar(select(func.count()).where(Handoff.state.in_(("requested", "parked")))) or 0
        self.queue.append((self.clock.time, waiting))

    # --- agents ---

    def _hire(self, person: Person) -> None:
        with self.sessions.begin() as tx:
            agent = Agent(
                email=f"{person.name}@bank.test", name=person.name, password_hash="", roles=["agent"],
                phone=f"client:{person.name}", presence="away", presence_since=OPENS, skills=list(person.skills),
                languages=list(person.languages),
            )  # fmt: skip
            tx.add(agent)
            tx.flush()
        start, end = person.shift
        pauses = [(start + 1.75, 15.0), (start + 3.5, 30.0), (start + 5.25, 15.0)]
        self._choose(agent.id, start, "available")
        for hour, minutes in pauses:
            begins = hour + self.dice.uniform(-0.2, 0.2)
            self._choose(agent.id, begins, "break")
            self.at(OPENS + timedelta(hours=begins + minutes / 60), self._return(agent.id, minutes * 60))
        self._choose(agent.id, end, "away")

    def _choose(self, agent_id: int, hour: float, presence: str) -> None:
        self.at(OPENS + timedelta(hours=hour), lambda: self.service.presence(agent_id, presence))

    def _return(self, agent_id: int, seconds: float) -> Callable[[], None]:
        """Back from a break that they have had in full, however late a call let it begin."""

        def back() -> None:
            with self.sessions() as tx:
                agent = tx.get_one(Agent, agent_id)
            rested = (self.clock.time - agent.presence_since).total_seconds()
            if agent.presence in agents.BUSY:
                self.after(60, back)
            elif agent.presence == "break" and rested < seconds:
                self.after(seconds - rested, back)
            elif agent.presence == "break":
                self.service.presence(agent_id, "available")

        return back

    def rings(self, handoff_id: int, attempt_number: int, sid: str) -> None:
        """An agent's phone: they accept, decline or do not hear it."""
        fate = self.dice.random()
        agent = self._state(handoff_id).attempts[attempt_number - 1].agent
        if fate < 0.93:
            self.after(self.dice.uniform(2, 8), lambda: self._accepts(handoff_id, attempt_number, agent, sid))
        elif fate < 0.97:
            self.after(self.dice.uniform(2, 6), lambda: self.service.decline(handoff_id, agent))
        else:
            self.after(25, lambda: self.service.apply(handoff_id, ev.LegEnded(attempt_number, "no-answer")))

    def _accepts(self, handoff_id: int, attempt_number: int, agent: int, sid: str) -> None:
        if self.service.accept(handoff_id, agent).ok:
            self.service.apply(handoff_id, ev.Answered(attempt_number, sid))
            self.after(0.5, lambda: self._joins(handoff_id, attempt_number))

    def _joins(self, handoff_id: int, attempt_number: int) -> None:
        self.service.apply(handoff_id, ev.AgentJoined(attempt_number))
        self.after(2.0, lambda: self._talk(handoff_id))

    def _talk(self, handoff_id: int) -> None:
        """Once both are in, they talk for a while and the caller hangs up; else the caller is on their way."""
        state = self._state(handoff_id)
        if not state.bridged or state.end is not None:
            if state.end is None and state.holds:
                self.after(2.0, lambda: self._talk(handoff_id))
            return
        seconds = self.dice.lognormvariate(0.0, TALK[1]) * TALK[0]
        self.after(seconds, lambda: self._hang_up(handoff_id))

    # --- callers ---

    def _arrival(self) -> datetime:
        hour = self.dice.choices(range(len(BUSY_HOURS)), BUSY_HOURS)[0]
        return OPENS + timedelta(hours=hour + self.dice.random())

    def _call(self, number: int) -> None:
        sid = f"CA{number:032x}"
        spanish, upset = self.dice.random() < 0.08, self.dice.random() < 0.1
        intent = self.dice.choices(INTENTS, (3, 3, 2, 2, 4))[0]
        with self.sessions.begin() as tx:
            call = Call(
                sid=sid, caller=f"+1202555{number:04d}", called="+12025550100", started_at=self.clock.time,
                language="es" if spanish else "en", problems=[],
            )  # fmt: skip
            tx.add(call)
            tx.flush()
            action = HandOff("asked", intent, "Wants a person.", {}, "upset" if upset else "calm", call.language)
            handoff_id = request_handoff(tx, call, action, self.clock.time).id
        self.after(2.0, lambda: self._joins_room(handoff_id))
        self.after(self.dice.expovariate(1 / 1200), lambda: self._loses_patience(handoff_id))

    def _joins_room(self, handoff_id: int) -> None:
        state = self._state(handoff_id)
        self.service.apply(handoff_id, ev.CallerJoined(f"CF{handoff_id}-{state.round}"))

    def _loses_patience(self, handoff_id: int) -> None:
        if not self._state(handoff_id).bridged:
            self._hang_up(handoff_id)

    def _hang_up(self, handoff_id: int) -> None:
        self.service.apply(handoff_id, ev.CallerGone())

    def moved(self, handoff_id: int, to: str) -> None:
        """The caller runs another document."""
        self._waiting[handoff_id] = self._waiting.get(handoff_id, 0) + 1
        present = self._waiting[handoff_id]
        if to == "queue":
            self.after(0.3, lambda: self._waits(handoff_id, present, 0))
        elif to == "room":
            self.after(0.3, lambda: self._joins_room(handoff_id))
        elif to == "offers":
            self.told_nobody_free.append(self._somebody_free(handoff_id))
            self.after(12.0, lambda: self._chooses(handoff_id, present))
        else:
            self.after(5.0, lambda: self._hang_up(handoff_id))

    def _waits(self, handoff_id: int, present: int, number: int) -> None:
        """A round of the queue document; from the second on the caller may press 0."""
        if self._waiting[handoff_id] != present:
            return
        self.service.apply(handoff_id, ev.CallerWaits())
        if number:
            self.service.heartbeat(handoff_id)
            self.service.ask_again(handoff_id)
        state = self._state(handoff_id)
        if state.end is not None or state.caller != "queue":
            return
        if number >= 2 and self.dice.random() < 0.2:
            self.after(15.0, lambda: self._books(handoff_id))
            return
        self.after(ROUND, lambda: self._waits(handoff_id, present, number + 1))

    def _somebody_free(self, handoff_id: int) -> bool:
        """Whether an agent is available who may take this caller now."""
        row, passed = self.service.find(handoff_id), self._state(handoff_id).passed
        with self.sessions() as tx:
            able = agents.longest_idle(tx, passed, Requirement(row.intent, row.call.language))
        return able is not None and self.service.config.hours.is_open(self.clock.time)

    def _chooses(self, handoff_id: int, present: int) -> None:
        if self._waiting[handoff_id] != present:
            return
        if self.dice.random() < 0.7:
            self._books(handoff_id)
            return
        self.service.apply(handoff_id, ev.MessageChosen())
        if self._state(handoff_id).message:
            self.after(30, lambda: self._leaves_message(handoff_id, present))
        else:  # an agent's phone rings for them
            self._waits(handoff_id, present, 0)

    def _leaves_message(self, handoff_id: int, present: int) -> None:
        if self._waiting[handoff_id] != present:
            return
        self.service.apply(handoff_id, ev.MessageLeft())
        if self._state(handoff_id).end is None:
            self._waits(handoff_id, present, 0)

    def _books(self, handoff_id: int) -> None:
        row = self.service.find(handoff_id)
        self.service.book_call_back(handoff_id, row.call.caller)
        if self._state(handoff_id).end is None:
            self._waits(handoff_id, self._waiting[handoff_id], 0)
            return
        with self.sessions.begin() as tx:
            tx.get_one(Call, row.call_sid).ended_at = self.clock.now()

    def dialled(self, handoff_id: int, dial: int) -> None:
        """A caller whom we call back answers, or does not."""
        if self.dice.random() < 0.85:
            self.after(6, lambda: self._joins_room(handoff_id))
            self.after(7, lambda: self._talk(handoff_id))
        else:
            self.after(25, lambda: self.service.apply(handoff_id, ev.CallerNotReached(dial, "no-answer")))

    def _state(self, handoff_id: int) -> State:
        return self.service.state(self.service.find(handoff_id))

    def new_leg(self) -> str:
        return f"CA{next(self._legs):032x}".replace("CA0", "CAa")


class PlayedCarrier:
    """Does what the hand-offs ask of the carrier, in virtual time."""

    def __init__(self, day: Day) -> None:
        self._day = day

    def ring(self, to: str, from_: str, url: str, status_url: str, timeout: int, fallback_url: str) -> str:
        _, handoff, number, name = urlsplit(url).path.strip("/").split("/")
        sid = self._day.new_leg()
        if name == "caller":
            self._day.dialled(int(handoff), int(number))
        else:
            self._day.rings(int(handoff), int(number), sid)
        return sid

    def move(self, call_sid: str, url: str) -> bool:
        path = urlsplit(url).path.strip("/").split("/")
        if path[0] == "handoff" and len(path) == 3:
            self._day.moved(int(path[1]), path[2])
        return True

    def end(self, call_sid: str) -> None:
        return

    def end_conference(self, conference_sid: str) -> None:
        return

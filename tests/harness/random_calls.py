"""Callers who come, wait and hang up, and phones that do as their agents say: all over the real hand-off service."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from urllib.parse import urlsplit

from ivr.dialogue.actions import HandOff
from ivr.handoff.addresses import conference_name
from ivr.handoff.request import request_handoff
from ivr.handoff.state import State
from ivr.store.models import Call, Handoff
from ivr.store.states import HANDOFF_ENDS
from tests.fakes.fake_carrier import leg
from tests.harness.handoff_world import LINE, PUBLIC, World

HUNG_UP = {"ReasonParticipantLeft": "participant_hung_up", "ParticipantCallStatus": "completed"}


class ShiftedClock:
    """The machine's clock, which a test may move on."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def forward(self, seconds: float) -> None:
        self._ahead += timedelta(seconds=seconds)


@dataclass(frozen=True)
class Leg:
    """A phone that we rang: the attempt's number of a hand-off."""

    handoff: int
    number: int
    sid: str


class RandomCalls:
    """`placed` calls so far. What the carrier was asked is done at the next `go_on`, as its callbacks would tell."""

    def __init__(self, world: World, random: Random) -> None:
        self.world, self.random = world, random
        self.placed = 0
        self._waiting: dict[str, int] = {}  # the callers who are on the line: their call, and their hand-off
        self._legs: dict[str, Leg] = {}
        self._done = 0  # of what the carrier was asked
        self._rung = 0
        self._colleagues: set[int] = set()

    # --- people ---

    def comes(self) -> None:
        """One more caller has asked for a person, and hears music."""
        self.placed += 1
        sid = f"CA{0xC0000 + self.placed:032x}"
        with self.world.sessions.begin() as tx:
            call = Call(sid=sid, caller=f"+1555200{self.placed:04d}", called=LINE, started_at=self._now(), problems=[])
            tx.add(call)
            tx.flush()
            handoff = request_handoff(tx, call, HandOff("asked", "dispute", f"Caller {self.placed}.", {}), self._now())
            self._waiting[sid] = handoff.id
        self.world.service.write_brief(self._waiting[sid])
        self._joins(sid)

    def hangs_up(self) -> None:
        """One of the callers has enough."""
        if self._waiting:
            self._gone(self.random.choice(list(self._waiting)))

    def all_hang_up(self) -> None:
        for sid in list(self._waiting):
            self._gone(sid)

    def colleague(self, agent: int) -> None:
        """An agent who takes whatever they are offered, or not, and never looks at a page."""
        self._colleagues.add(agent)

    @property
    def live(self) -> int:
        return len(self._waiting)

    # --- the carrier ---

    def go_on(self) -> None:
        """The carrier does what it was asked, phones are answered where agents accepted, and what is due is done."""
        asked = self.world.carrier.asked
        while self._done < len(asked):
            name, *what = asked[self._done]
            self._done += 1
            if name == "ring":
                self._rings(what[1])
            elif name == "move":
                self._moved(*what)
            elif name == "end":
                self._ended(what[0])
        for phone in list(self._legs.values()):
            self._phone(phone)
        self.world.run_due()

    def _rings(self, url: str) -> None:
        _, _, handoff, number, _ = urlsplit(url).path.split("/")
        self._rung += 1
        self._legs[leg(self._rung)] = Leg(int(handoff), int(number), leg(self._rung))

    def _phone(self, leg: Leg) -> None:
        attempt = self._state(leg.handoff).attempts[leg.number - 1]
        if not attempt.lasts:
            self._end_leg(leg, "canceled")
        elif attempt.holds and not attempt.joined:
            self._agent_joins(leg)
        elif attempt.stands and attempt.agent in self._colleagues:
            answer = self.random.choice([self.world.service.accept, self.world.service.decline])
            answer(leg.handoff, attempt.agent)

    def _agent_joins(self, leg: Leg) -> None:
        self._hook(leg.handoff, f"{leg.number}/agent", CallSid=leg.sid)
        self._conference(leg.handoff, "participant-join", f"agent-{leg.number}", leg.sid)

    def _moved(self, sid: str, url: str) -> None:
        if sid in self._legs:
            self._agent_joins(self._legs[sid])
            return
        handoff = self._waiting.get(sid)
        if handoff is None:
            return
        if self._row(handoff).state in HANDOFF_ENDS:
            self._gone(sid)
        elif url.endswith("/voice/resume"):
            self.world.service.resumed(sid)
            self._belongs(sid)
        else:
            self._hook(handoff, url.removeprefix(f"{PUBLIC}/handoff/{handoff}/"), CallSid=sid)
            self._belongs(sid)

    def _belongs(self, sid: str) -> None:
        """Where the caller goes on after a document: into their conference, or away."""
        state = self._state(self._waiting[sid])
        if state.end is not None or (state.parting and self.random.random() < 0.5):
            self._gone(sid)
        elif state.caller in ("coming", "moving"):
            self._joins(sid)

    def _ended(self, sid: str) -> None:
        if sid in self._legs:
            self._end_leg(self._legs[sid], "completed")
        elif sid in self._waiting:
            self._gone(sid)

    def _joins(self, sid: str) -> None:
        self._conference(self._waiting[sid], "participant-join", "caller", sid)

    def _gone(self, sid: str) -> None:
        handoff = self._waiting.pop(sid)
        self._conference(handoff, "participant-leave", "caller", sid, **HUNG_UP)
        with self.world.sessions.begin() as tx:
            tx.get_one(Call, sid).ended_at = self._now()
        self.world.service.caller_gone(sid)

    def _end_leg(self, leg: Leg, status: str) -> None:
        del self._legs[leg.sid]
        if self._state(leg.handoff).attempts[leg.number - 1].joined:
            self._conference(leg.handoff, "participant-leave", f"agent-{leg.number}", leg.sid, **HUNG_UP)
        self._hook(leg.handoff, f"{leg.number}/status", CallSid=leg.sid, CallStatus=status)

    def _conference(self, handoff: int, event: str, label: str, sid: str, **more: str) -> None:
        row = self._row(handoff)
        name = conference_name(row, self._state(handoff).round)
        form = {"StatusCallbackEvent": event, "ParticipantLabel": label, "CallSid": sid, **more}
        self._hook(handoff, "conference", FriendlyName=name, ConferenceSid=f"CF{handoff:032x}", **form)

    def _hook(self, handoff: int, path: str, **form: str) -> None:
        self.world.id = handoff
        self.world.hook(path, **form)

    def _row(self, handoff: int) -> Handoff:
        return self.world.service.find(handoff)

    def _state(self, handoff: int) -> State:
        return self.world.service.state(self._row(handoff))

    def _now(self) -> datetime:
        return self.world.clock.now()

"""The hand-off service and supervision as the pages see them."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from ivr.clock import Clock
from ivr.desk.agents import PresenceRefusedError
from ivr.handoff.supervision import SupervisionRefusedError
from ivr.live_updates import LiveUpdates
from ivr.store.engine import Sessions
from ivr.store.models import Agent, Announcement, Call, Handoff


@dataclass(frozen=True)
class FakeAnswer:
    ok: bool = True
    why: str = "won"


@dataclass
class FakeHandoffService:
    """The hand-off service as the pages see it: it moves rows as the real one does, and remembers what was asked."""

    sessions: Sessions
    live: LiveUpdates
    clock: Clock
    asked: list[tuple[str, int, int]] = field(default_factory=list)
    refuse: str = ""
    accepting: str = "bridged"  # where accepting leads at once
    booked: list[tuple[int, str, datetime | None, str]] = field(default_factory=list)

    def accept(self, handoff_id: int, agent_id: int) -> FakeAnswer:
        return self._do("accept", handoff_id, agent_id, self.accepting, "on-call", "accepted")

    def decline(self, handoff_id: int, agent_id: int) -> FakeAnswer:
        return self._do("decline", handoff_id, agent_id, "parked", "available", "declined")

    def end(self, handoff_id: int, agent_id: int) -> FakeAnswer:
        return self._do("end", handoff_id, agent_id, "served", "wrap-up", None)

    def presence(self, agent_id: int, presence: str) -> Agent:
        with self.sessions.begin() as tx:
            agent = tx.get_one(Agent, agent_id)
            if agent.presence in ("offered", "on-call"):
                if presence == "wrap-up":
                    raise PresenceRefusedError("you are on a call: end it first")
                agent.next_presence = None if presence == "available" else presence
            else:
                agent.presence, agent.presence_since = presence, self.clock.now()
        self.live.publish(f"agent:{agent_id}", "presence")
        return agent

    def finish_wrap_up(self, agent_id: int) -> Agent:
        with self.sessions() as tx:
            agent = tx.get_one(Agent, agent_id)
        return self.presence(agent_id, "available") if agent.presence == "wrap-up" else agent

    def writing(self, agent_id: int) -> None:
        self.asked.append(("writing", 0, agent_id))

    def extend_wrap_up(self, agent_id: int) -> Agent:
        with self.sessions.begin() as tx:
            agent = tx.get_one(Agent, agent_id)
            agent.wrap_up_until = (agent.wrap_up_until or self.clock.now()) + timedelta(seconds=30)
        return agent

    def hold(self, handoff_id: int, agent_id: int, on: bool) -> bool:
        return self._switch("held", handoff_id, agent_id, on)

    def mute(self, handoff_id: int, agent_id: int, on: bool) -> bool:
        return self._switch("muted", handoff_id, agent_id, on)

    def _switch(self, name: str, handoff_id: int, agent_id: int, on: bool) -> bool:
        with self.sessions.begin() as tx:
            handoff = tx.get_one(Handoff, handoff_id)
            if handoff.state != "bridged" or handoff.agent_id != agent_id:
                return False
            held, muted = (
                handoff.machine.get("held", False),
                handoff.machine.get("attempts", [{}])[-1].get("muted", False),
            )
            held, muted = (on, muted) if name == "held" else (held, on)
            attempt = {"agent": agent_id, "outcome": "accepted", "muted": muted}
            handoff.machine = {"held": held, "attempts": [attempt]}
        self.live.publish(f"agent:{agent_id}", "offer", str(handoff_id))
        return True

    def book_call_back(self, handoff_id: int, number: str, at: datetime | None, by: str) -> None:
        if self.refuse:
            raise PresenceRefusedError(self.refuse)
        self.booked.append((handoff_id, number, at, by))

    def _do(
        self, deed: str, handoff_id: int, agent_id: int, state: str, presence: str, outcome: str | None
    ) -> FakeAnswer:
        self.asked.append((deed, handoff_id, agent_id))
        if self.refuse:
            return FakeAnswer(False, self.refuse)
        with self.sessions.begin() as tx:
            handoff, agent = tx.get_one(Handoff, handoff_id), tx.get_one(Agent, agent_id)
            handoff.state, agent.presence, agent.presence_since = state, presence, self.clock.now()
            handoff.times = {**handoff.times, state: self.clock.now().isoformat()}
            if outcome:
                handoff.offers[-1].outcome = outcome
            if deed == "accept":
                handoff.agent_id = agent_id
        self.live.publish(f"agent:{agent_id}", "offer", str(handoff_id))
        return FakeAnswer()


@dataclass
class FakeSupervision:
    """Supervision as the board sees it: it moves rows as the real one does, and remembers what was asked."""

    sessions: Sessions
    live: LiveUpdates
    clock: Clock
    asked: list[tuple[Any, ...]] = field(default_factory=list)
    refuse: str = ""

    def move_up(self, handoff_id: int, by: int) -> None:
        self._note("up", handoff_id, by)
        with self.sessions.begin() as tx:
            tx.get_one(Handoff, handoff_id).place_at = self.clock.now() - timedelta(days=1)

    def announce(self, text: str, by: int) -> None:
        self._note("announce", text, by)
        with self.sessions.begin() as tx:
            tx.add(Announcement(text=text, by="fake", at=self.clock.now()))

    def join(self, handoff_id: int, by: int, mode: str) -> None:
        self._note(mode, handoff_id, by)
        self._listen(handoff_id, [{"agent": by, "mode": mode, "call_sid": "CA9"}])

    def take_over(self, handoff_id: int, by: int) -> None:
        self._note("take-over", handoff_id, by)
        with self.sessions.begin() as tx:
            tx.get_one(Handoff, handoff_id).agent_id = by
        self._listen(handoff_id, [])

    def leave(self, handoff_id: int, by: int) -> None:
        self._note("leave", handoff_id, by)
        self._listen(handoff_id, [])

    def _note(self, *asked: Any) -> None:
        if self.refuse:
            raise SupervisionRefusedError(self.refuse)
        self.asked.append(asked)

    def _listen(self, handoff_id: int, listeners: list[dict[str, Any]]) -> None:
        with self.sessions.begin() as tx:
            tx.get_one(Handoff, handoff_id).listeners = listeners
        self.live.publish("desk", "handoff", str(handoff_id))


@dataclass
class FakeBotCalls:
    """Calls of the bot as the board sees them: taken over, they are the supervisor's."""

    supervision: FakeSupervision

    def listen(self, sid: str, by: int) -> None:
        if self.supervision.refuse:
            raise SupervisionRefusedError(self.supervision.refuse)
        self.supervision.asked.append(("listen-to-bot", sid, by))

    def has(self, sid: str) -> bool:
        with self.supervision.sessions() as tx:
            return tx.get_one(Call, sid).stage in ("dialogue", "card")

    def take_over(self, sid: str, by: int) -> None:
        if self.supervision.refuse:
            raise SupervisionRefusedError(self.supervision.refuse)
        self.supervision.asked.append(("take-from-bot", sid, by))
        with self.supervision.sessions.begin() as tx:
            now = self.supervision.clock.now()
            tx.get_one(Call, sid).stage = "parked"
            row = Handoff(
                call_sid=sid, state="accepted", reason="supervisor", intent="balance", summary="Was taken over.",
                requested_at=now, agent_id=by, times={"accepted": now.isoformat()},
            )  # fmt: skip
            tx.add(row)
        self.supervision.live.publish("desk", "handoff", str(row.id))

"""The hand-off service: an event in, a committed step, then the carrier's part; and what pages and documents ask."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.carrier import OVER, Carrier, CarrierError
from ivr.clock import Clock
from ivr.handoff import desk
from ivr.handoff import events as ev
from ivr.handoff.acting import Actor
from ivr.handoff.addresses import Addresses, Parking
from ivr.handoff.keeping import JOIN_SECONDS, Change, Conflict, Times, advance
from ivr.handoff.request import live_handoff
from ivr.handoff.state import ENDS, State
from ivr.live import Live
from ivr.store import Sessions
from ivr.store.models import Agent, Handoff

log = logging.getLogger(__name__)
TRIES = 20
BRIEF_LATE = 3.0  # seconds after which whoever notices writes the brief himself
DEADLINE_LATE = 3.0
Why = Literal["won", "taken", "too-late", "caller-left", "not-offered", "declined", "ended"]
Within = Callable[[Session], None]


class UnknownHandoff(LookupError):
    """There is no hand-off of that id."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of an agent's accept, decline or end, and where the hand-off stands now."""

    ok: bool
    why: Why
    state: str


def call_now(work: Callable[[], None]) -> None:
    """Carry out at once, in this thread."""
    work()


class HandoffService:
    """Applies events to hand-offs. `spawn` runs the carrier's part after the commit, away from the webhook."""

    def __init__(
        self,
        sessions: Sessions,
        clock: Clock,
        carrier: Carrier,
        live: Live,
        public_url: str,
        number: str,
        ring_seconds: int,
        handoff_seconds: int,
        spawn: Callable[[Callable[[], None]], object] = call_now,
    ) -> None:
        self._sessions, self._clock, self._carrier, self._live = sessions, clock, carrier, live
        self._times = Times(ring_seconds, handoff_seconds)
        self._spawn = spawn
        self.addresses = Addresses(public_url)
        self._actor = Actor(sessions, clock, carrier, self.addresses, number, ring_seconds, self.apply)

    # --- events ---

    def apply(self, handoff_id: int, event: ev.Event, within: Within | None = None) -> Handoff:
        """Commit the step that `event` causes, with `within` in the same transaction, then act on it."""
        change = self._commit(handoff_id, event, within)
        if change.changed:
            self._tell(change)
        if change.acts:
            self._spawn(lambda: self._actor.act_all(change.acts))
        if change.freed:
            self.deal()
        return change.handoff

    def brief(self, handoff_id: int, within: Within | None = None) -> Handoff:
        """Write the brief and show it to the first agent; harmless when it is written."""
        return self.apply(handoff_id, ev.Briefed(), within)

    def expire(self, handoff_id: int, k: int, what: Literal["accept", "join"], within: Within | None = None) -> None:
        self.apply(handoff_id, ev.Expired(k, what), within)

    def deadline(self, handoff_id: int, within: Within | None = None) -> None:
        self.apply(handoff_id, ev.Deadline(), within)

    def act(self, outbox_id: int) -> None:
        """Carry out a promised request to the carrier; a failure leaves it promised."""
        self._actor.act(outbox_id)

    def caller_gone(self, call_sid: str) -> None:
        """The call is over; harmless without a hand-off."""
        handoff_id = self._of_call(call_sid)
        if handoff_id is not None:
            self.apply(handoff_id, ev.CallerGone())

    def message_left(self, call_sid: str, recording_sid: str) -> None:
        """The caller left a message; harmless without a hand-off."""
        handoff_id = self._of_call(call_sid, live=False)
        if handoff_id is not None:
            log.info("a message was left", extra={"recording": recording_sid})
            self.apply(handoff_id, ev.MessageLeft())

    # --- agents ---

    def accept(self, handoff_id: int, agent_id: int, by: Literal["key", "click"] = "click") -> Answer:
        """One of all who accept wins; the others are told why not."""
        state = self.state(self.apply(handoff_id, ev.Accepted(agent_id, by)))
        why = _verdict(state, agent_id)
        return Answer(why == "won", why, state.phase)

    def decline(self, handoff_id: int, agent_id: int) -> Answer:
        state = self.state(self.apply(handoff_id, ev.Declined(agent_id)))
        if any(attempt.agent == agent_id and attempt.outcome == "declined" for attempt in state.attempts):
            return Answer(True, "declined", state.phase)
        return Answer(False, _verdict(state, agent_id), state.phase)

    def end(self, handoff_id: int, agent_id: int) -> Answer:
        """The agent's goodbye."""
        state = self.state(self.apply(handoff_id, ev.AgentEnds(agent_id)))
        mine = bool(state.attempts) and state.attempts[-1].agent == agent_id and state.current is None
        return Answer(mine or state.end is not None, "ended", state.phase)

    def presence(self, agent_id: int, presence: str) -> Agent:
        """The agent's own choice; PresenceRefused says why not. Who becomes available is offered who waits."""
        with self._sessions.begin() as tx:
            agent = tx.get_one(Agent, agent_id)
            desk.choose_presence(tx, agent, presence, self._clock.now())
        self._live.publish("desk", "presence", str(agent_id))
        self._live.publish(f"agent:{agent_id}", "presence", str(agent_id))
        if presence == "available":
            self.deal()
        return agent

    def deal(self) -> None:
        """Offer those who wait, longest first, to agents who are free."""
        with self._sessions() as tx:
            waiting = select(Handoff.id).where(Handoff.state.in_(("requested", "parked"))).order_by(Handoff.id)
            ids = list(tx.scalars(waiting)) if desk.longest_idle(tx) is not None else []
        for handoff_id in ids:
            self.apply(handoff_id, ev.AgentFree())

    # --- what documents and restarts ask ---

    def park(self, call_sid: str) -> Parking | None:
        """Where the caller is to wait; None without a live hand-off."""
        with self._sessions() as tx:
            row = live_handoff(tx, call_sid)
            return None if row is None else self.addresses.parking(row, self.state(row).round)

    def find(self, handoff_id: int) -> Handoff:
        with self._sessions() as tx:
            return _get(tx, handoff_id)

    def state(self, handoff: Handoff) -> State:
        return State.from_json(handoff.machine)

    def heartbeat(self, handoff_id: int, conference: str | None = None) -> None:
        """A waiting caller's document was fetched: make up for a worker that is away and a callback that was lost."""
        row, now = self.find(handoff_id), self._clock.now()
        state = self.state(row)
        if conference and state.caller == "coming" and state.end is None:
            self.apply(handoff_id, ev.CallerJoined(conference))
        if not state.briefed and (now - row.requested_at).total_seconds() > BRIEF_LATE:
            self.brief(handoff_id)
        since = datetime.fromisoformat(row.times.get("waiting") or row.times["requested"])
        late = (now - since).total_seconds() - self._times.wait
        if late > DEADLINE_LATE:
            self.deadline(handoff_id)
        if late > DEADLINE_LATE + JOIN_SECONDS:
            self.expire(handoff_id, len(state.attempts), "join")

    def reconcile(self) -> None:
        """Ask the carrier what became of the legs of live hand-offs: callbacks may have been lost."""
        with self._sessions() as tx:
            rows = list(tx.scalars(select(Handoff).where(Handoff.state.not_in(ENDS))))
        for row in rows:
            try:
                self._compare(row)
            except CarrierError as error:
                log.warning("hand-off not reconciled: %s", error, extra={"handoff": row.id})

    def _compare(self, row: Handoff) -> None:
        if self._carrier.status(row.call_sid) in (None, *OVER):
            self.apply(row.id, ev.CallerGone())
            return
        state = self.state(row)
        current = state.current
        if current is not None and current.sid is not None and self._carrier.status(current.sid) in (None, *OVER):
            self.apply(row.id, ev.LegEnded(len(state.attempts), "no-answer"))

    # --- inside ---

    def _commit(self, handoff_id: int, event: ev.Event, within: Within | None) -> Change:
        for _ in range(TRIES):
            try:
                with self._sessions.begin() as tx:
                    change = advance(tx, _get(tx, handoff_id), event, self._clock.now(), self._times)
                    if within is not None:
                        within(tx)
                    return change
            except Conflict:
                continue
        raise RuntimeError(f"hand-off {handoff_id} was changed by others {TRIES} times while we tried")

    def _tell(self, change: Change) -> None:
        row = change.handoff
        for agent in change.agents:
            self._live.publish(f"agent:{agent}", "offer", str(row.id))
        self._live.publish("desk", "handoff", str(row.id))
        self._live.publish(f"call:{row.call_sid}", "handoff", str(row.id))

    def _of_call(self, call_sid: str, live: bool = True) -> int | None:
        with self._sessions() as tx:
            ids: Any = select(Handoff.id).where(Handoff.call_sid == call_sid)
            if live:
                ids = ids.where(Handoff.state.not_in(ENDS))
            return tx.scalars(ids.order_by(Handoff.id.desc()).limit(1)).first()


def _get(tx: Session, handoff_id: int) -> Handoff:
    row = tx.get(Handoff, handoff_id)
    if row is None:
        raise UnknownHandoff(f"there is no hand-off {handoff_id}")
    return row


def _verdict(state: State, agent_id: int) -> Why:
    if state.end is not None:
        return "caller-left" if state.end == "caller-left" else "ended"
    if state.current is not None and state.current.holds:
        return "won" if state.current.agent == agent_id else "taken"
    return "too-late" if agent_id in state.tried else "not-offered"

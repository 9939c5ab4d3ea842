"""The engine of hand-offs: an event in, a committed step, then the carrier's part and the news."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from sqlalchemy.orm import Session, joinedload

from ivr import traces
from ivr.carrier.port import Carrier
from ivr.clock import Clock
from ivr.desk import agents, queue
from ivr.handoff import events as ev
from ivr.handoff.carrier_requests import CarrierRequests
from ivr.handoff.config import HandoffConfig
from ivr.handoff.state import State
from ivr.handoff.transaction import Change, ConflictError, advance
from ivr.live_updates import LiveUpdates
from ivr.logs import while_about
from ivr.store.engine import Sessions
from ivr.store.models import Handoff

TRIES = 20
CALL_IS_OVER = "that call is over"  # a sentence for the screen
Why = Literal["won", "taken", "too-late", "caller-left", "not-offered", "declined", "ended"]
Within = Callable[[Session], None]


class UnknownHandoffError(LookupError):
    """There is no hand-off of that id."""


@dataclass(frozen=True, slots=True)
class OfferResult:
    """What became of an agent's accept, decline or end, and where the hand-off stands now."""

    ok: bool
    why: Why
    state: str


def call_now(work: Callable[[], None]) -> None:
    """Carry out at once, in this thread."""
    work()


class HandoffEngine:
    """Applies events to hand-offs. `spawn` runs the carrier's part after the commit, away from the webhook."""

    def __init__(
        self,
        sessions: Sessions,
        clock: Clock,
        carrier: Carrier,
        live: LiveUpdates,
        config: HandoffConfig,
        spawn: Callable[[Callable[[], None]], object] = call_now,
    ) -> None:
        self._sessions, self._clock, self._live = sessions, clock, live
        self._config, self.spawn = config, spawn
        self.requests = CarrierRequests(sessions, clock, carrier, config, self.apply)

    def apply(self, handoff_id: int, event: ev.Event, within: Within | None = None) -> Handoff:
        """Commit the step that `event` causes, with `within` in the same transaction, then act on it."""
        began = time.monotonic()
        change = self._commit(handoff_id, event, within)
        with while_about(change.handoff.call_sid):
            took, name = time.monotonic() - began, type(event).__name__
            traces.note("hand-off", took, handoff=handoff_id, event=name, state=change.state.phase)
            if change.changed:
                self._publish(change)
            if change.requests:
                self.spawn(lambda: self.requests.carry_out_all(change.requests))
        if change.freed:
            self.offer_to_free_agents()
        return change.handoff

    def offer_to_free_agents(self) -> None:
        """Offer those who wait, in their order, to agents who are free, until none is."""
        with self._sessions() as tx:
            ids = queue.next_for(tx, agents.at_the_desk(tx), _passed_over)
        for handoff_id in ids:
            self.apply(handoff_id, ev.AgentFree())

    def find(self, handoff_id: int) -> Handoff:
        with self._sessions() as tx:
            return get(tx, handoff_id)

    def _commit(self, handoff_id: int, event: ev.Event, within: Within | None) -> Change:
        for _ in range(TRIES):
            try:
                with self._sessions.begin() as tx:
                    change = advance(tx, get(tx, handoff_id), event, self._clock.now(), self._config)
                    if within is not None:
                        within(tx)
                    return change
            except ConflictError:
                continue
        raise RuntimeError(f"hand-off {handoff_id} was changed by others {TRIES} times while we tried")

    def _publish(self, change: Change) -> None:
        row = change.handoff
        for agent in change.agents:
            self._live.publish(f"agent:{agent}", "offer", str(row.id))
        self._live.publish("desk", "handoff", str(row.id))
        self._live.publish(f"call:{row.call_sid}", "handoff", str(row.id))


def _passed_over(row: Handoff) -> tuple[int, ...] | None:
    """The agents who have had it in this round; None when nobody is sought."""
    state = State.from_json(row.machine)
    return state.passed if state.seeking else None


def get(tx: Session, handoff_id: int) -> Handoff:
    row = tx.get(Handoff, handoff_id, options=[joinedload(Handoff.call)])
    if row is None:
        raise UnknownHandoffError(f"there is no hand-off {handoff_id}")
    return row

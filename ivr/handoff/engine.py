"""The heart of the hand-off service: an event in, a committed step, then the carrier's part and the news."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session, joinedload

from ivr.carrier.port import Carrier
from ivr.clock import Clock
from ivr.desk import agents, queue
from ivr.desk.opening_hours import OpeningHours
from ivr.dialling.dials import Dials
from ivr.dialling.policy import DialPolicy
from ivr.handoff import events as ev
from ivr.handoff.account_holders import AccountHolders
from ivr.handoff.addresses import Addresses
from ivr.handoff.carrier_requests import CarrierRequests
from ivr.handoff.state import State
from ivr.handoff.transaction import Change, ConflictError, Times, advance
from ivr.ledger.sql import SqlLedger
from ivr.live_updates import Live
from ivr.store.engine import Sessions
from ivr.store.models import Handoff
from ivr.store.stream_tokens import StreamTicket

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


class HandoffCore:
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
        *,
        hours: OpeningHours | None = None,
        wrap_up_seconds: int = 30,
        queue_seconds: int = 1800,
        company: str = "",
        media_url: str = "",
        dials: Dials | None = None,
        holders: AccountHolders | None = None,
    ) -> None:
        self.sessions, self._clock, self._carrier, self._live = sessions, clock, carrier, live
        self._times = Times(ring_seconds, handoff_seconds, queue_seconds, wrap_up_seconds, hours or OpeningHours())
        self._spawn = spawn
        self.number, self.company, self.hours = number, company, self._times.hours
        self.dials = dials or Dials(DialPolicy.parse("US"), "US")
        self.holders = holders or AccountHolders(sessions, clock, SqlLedger(sessions, clock), live)
        self.addresses = Addresses(public_url, media_url)
        self._actor = CarrierRequests(sessions, clock, carrier, self.addresses, number, ring_seconds, self.apply)

    def apply(self, handoff_id: int, event: ev.Event, within: Within | None = None) -> Handoff:
        """Commit the step that `event` causes, with `within` in the same transaction, then act on it."""
        change = self._commit(handoff_id, event, within)
        if change.changed:
            self._tell(change)
        if change.acts:
            self._spawn(lambda: self._actor.carry_out_all(change.acts))
        if change.freed:
            self.offer_to_free_agents()
        return change.handoff

    def offer_to_free_agents(self) -> None:
        """Offer those who wait, in their order, to agents who are free, until none is."""
        with self.sessions() as tx:
            ids = queue.next_for(tx, agents.at_the_desk(tx), _passed_over)
        for handoff_id in ids:
            self.apply(handoff_id, ev.AgentFree())

    def listening(self, handoff_id: int) -> dict[str, str]:
        """What a socket that listens to this hand-off must show; what was given before is void."""
        with self.sessions.begin() as tx:
            call = get(tx, handoff_id).call
            return {"token": StreamTicket.issue(call, self.now(), "listen").token, "call": call.sid}

    def now(self) -> datetime:
        return self._clock.now()

    def find(self, handoff_id: int) -> Handoff:
        with self.sessions() as tx:
            return get(tx, handoff_id)

    def state(self, handoff: Handoff) -> State:
        return State.from_json(handoff.machine)

    def _commit(self, handoff_id: int, event: ev.Event, within: Within | None) -> Change:
        for _ in range(TRIES):
            try:
                with self.sessions.begin() as tx:
                    change = advance(tx, get(tx, handoff_id), event, self._clock.now(), self._times)
                    if within is not None:
                        within(tx)
                    return change
            except ConflictError:
                continue
        raise RuntimeError(f"hand-off {handoff_id} was changed by others {TRIES} times while we tried")

    def _tell(self, change: Change) -> None:
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

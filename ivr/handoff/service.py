"""The hand-off service: what agents, pages, documents, timers and restarts ask of it."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ivr.carrier.port import Carrier
from ivr.clock import Clock
from ivr.desk import agents
from ivr.dialling.dials import DialRefusedError, Dials, caller
from ivr.dialling.phone_numbers import is_browser
from ivr.handoff import call_backs
from ivr.handoff import events as ev
from ivr.handoff.account_holders import AccountHolders
from ivr.handoff.addresses import Addresses, Parking
from ivr.handoff.config import AGAIN_SECONDS, JOIN_SECONDS, RING_MARGIN, HandoffConfig
from ivr.handoff.engine import HandoffEngine, OfferResult, UnknownHandoffError, Why, Within, call_now, get
from ivr.handoff.request import live_handoff
from ivr.handoff.state import State
from ivr.live_updates import LiveUpdates
from ivr.store import outbox
from ivr.store.engine import Sessions
from ivr.store.models import Agent, CallBack, Handoff, Offer
from ivr.store.states import HANDOFF_ENDS
from ivr.store.stream_tokens import StreamTicket
from ivr.store.topics import HANDOFF_REQUESTED

__all__ = ["HandoffService", "OfferResult", "UnknownHandoffError", "call_now"]

log = logging.getLogger(__name__)
BRIEF_LATE = 3.0  # seconds after which whoever notices writes the brief
DEADLINE_LATE = 3.0


class HandoffService:
    """Every method may be repeated without harm. `spawn` is the engine's."""

    def __init__(
        self,
        sessions: Sessions,
        clock: Clock,
        carrier: Carrier,
        live: LiveUpdates,
        config: HandoffConfig,
        dials: Dials,
        account_holders: AccountHolders,
        spawn: Callable[[Callable[[], None]], object] = call_now,
    ) -> None:
        self.sessions, self.config, self.dials, self.account_holders = sessions, config, dials, account_holders
        self.addresses = Addresses(config.public_url, config.media_url)
        self._clock, self._carrier, self._live = clock, carrier, live
        self.engine = HandoffEngine(sessions, clock, carrier, live, config, spawn)

    def apply(self, handoff_id: int, event: ev.Event, within: Within | None = None) -> Handoff:
        """Commit the step that `event` causes, with `within` in the same transaction, then act on it."""
        return self.engine.apply(handoff_id, event, within)

    def find(self, handoff_id: int) -> Handoff:
        """Raises UnknownHandoffError."""
        return self.engine.find(handoff_id)

    def state(self, handoff: Handoff) -> State:
        return State.from_json(handoff.machine)

    def now(self) -> datetime:
        return self._clock.now()

    def offer_to_free_agents(self) -> None:
        """Offer those who wait, in their order, to agents who are free, until none is."""
        self.engine.offer_to_free_agents()

    # --- timers and the line ---

    def write_brief(self, handoff_id: int, within: Within | None = None) -> Handoff:
        """Write the brief and show it to the first agent; harmless when it is written."""
        if not self.state(self.find(handoff_id)).briefed:
            self.account_holders.look_up(handoff_id)
        return self.apply(handoff_id, ev.Briefed(), within)

    def expire(self, handoff_id: int, attempt_number: int, what: ev.Timed, within: Within | None = None) -> None:
        self.apply(handoff_id, ev.Expired(attempt_number, what), within)

    def deadline(
        self, handoff_id: int, within: Within | None = None, last: bool = False, since: str | None = None
    ) -> None:
        """The first answer, or with `last` any answer, is late.

        `since` says of which wait: the time at which it was begun anew, None for the first; another is not over."""
        if since == self.find(handoff_id).times.get("waiting"):
            self.apply(handoff_id, ev.Deadline(last), within)
        elif within is not None:
            self._only(within)

    def carry_out(self, outbox_id: int) -> None:
        """Carry out a promised request to the carrier; a failure leaves it promised."""
        self.engine.requests.carry_out(outbox_id)

    def caller_gone(self, call_sid: str) -> None:
        """The caller's call is over; harmless without a hand-off."""
        handoff_id = self._of_call(call_sid)
        if handoff_id is not None:
            self.apply(handoff_id, ev.CallerGone())

    def resumed(self, call_sid: str, to: ev.Target = "resume") -> None:
        """The caller's leg has fetched where it is to go; harmless without a hand-off."""
        handoff_id = self._of_call(call_sid, live=False)
        if handoff_id is not None and self.state(self.find(handoff_id)).sent == to:
            self.apply(handoff_id, ev.CallerFetched(to))

    def message_left(self, call_sid: str, recording_sid: str | None) -> str | None:
        """The caller's message is over, None: with nothing in it; harmless without a hand-off.

        Returns the address at which they go on, as an agent is rung for them or is there; else None."""
        handoff_id = self._of_call(call_sid, live=False)
        if handoff_id is None:
            return None
        log.info("a message is over", extra={"recording": recording_sid})
        state = self.state(self.apply(handoff_id, ev.MessageLeft(said=recording_sid is not None)))
        wanted = state.end is None and state.current is not None
        return self.addresses.of(handoff_id, "queue") if wanted else None

    # --- agents ---

    def accept(self, handoff_id: int, agent_id: int, by: Literal["key", "click"] = "click") -> OfferResult:
        """The agent takes the offer; of all who accept one wins, and the others are told why not."""
        state = self.state(self.apply(handoff_id, ev.Accepted(agent_id, by)))
        why = _verdict(state, agent_id)
        return OfferResult(why == "won", why, state.phase)

    def decline(self, handoff_id: int, agent_id: int) -> OfferResult:
        state = self.state(self.apply(handoff_id, ev.Declined(agent_id)))
        if any(attempt.agent == agent_id and attempt.outcome == "declined" for attempt in state.attempts):
            return OfferResult(True, "declined", state.phase)
        return OfferResult(False, _verdict(state, agent_id), state.phase)

    def end(self, handoff_id: int, agent_id: int) -> OfferResult:
        """The agent ends the conversation, or leaves it to the second agent in it."""
        state = self.state(self.apply(handoff_id, ev.AgentEnds(agent_id)))
        theirs = [attempt for attempt in state.attempts if attempt.agent == agent_id and attempt.outcome == "accepted"]
        return OfferResult(state.end is not None or (bool(theirs) and theirs[-1].left), "ended", state.phase)

    def presence(self, agent_id: int, presence: str) -> Agent:
        """The agent's own choice; in a call a break is noted for afterwards. Raises PresenceRefusedError."""
        return self._at_desk(agent_id, lambda tx, agent, now: agents.choose_presence(tx, agent, presence, now))

    def extend_wrap_up(self, agent_id: int, seconds: int = 30) -> Agent:
        """More time to write things down. Raises PresenceRefusedError outside of wrap-up."""
        return self._at_desk(agent_id, lambda tx, agent, now: agents.extend_wrap_up(tx, agent, seconds, now))

    def finish_wrap_up(self, agent_id: int) -> Agent:
        """The agent is done with the last call: available, or in the break they asked for."""
        return self._at_desk(agent_id, agents.finish_wrap_up)

    def writing(self, agent_id: int) -> Agent:
        """The agent types something about a call: their wrap-up does not end in the middle of it."""
        with self.sessions.begin() as tx:
            agent = tx.get_one(Agent, agent_id)
            longer = agents.writing(tx, agent, self._clock.now())
        if longer:
            self._tell_of(agent_id)
        return agent

    def wrap_up_over(self, agent_id: int, within: Within | None = None) -> None:
        """Make the agent available unless they extended their wrap-up or left it."""

        def change(tx: Session, agent: Agent, now: datetime) -> None:
            agents.end_wrap_up(tx, agent, now)
            if within is not None:
                within(tx)

        self._at_desk(agent_id, change)

    def hold(self, handoff_id: int, agent_id: int, on: bool) -> bool:
        """Music for the caller while the agent is elsewhere; False when it is not their live call, or in a transfer."""
        return self._change(handoff_id, agent_id, lambda row, state: state.dialled or row.call_sid, hold=on)

    def mute(self, handoff_id: int, agent_id: int, on: bool) -> bool:
        """The agent is not heard; False when it is not their live call."""
        return self._change(
            handoff_id, agent_id, lambda _row, state: state.attempts[state.current_number - 1].sid, muted=on
        )

    def needs_proof(self, handoff_id: int, attempt_number: int) -> bool:
        """Whether a machine may have answered the attempt's leg: a telephone on which no key was pressed yet."""
        with self.sessions() as tx:
            attempt = State.from_json(get(tx, handoff_id).machine).attempts[attempt_number - 1]
            phone = tx.get_one(Agent, attempt.agent).phone if attempt.agent else attempt.phone
        return not attempt.proved and not is_browser(phone)

    # --- call-backs ---

    def book_call_back(
        self, handoff_id: int, number: str, at: datetime | None = None, by: str = "caller"
    ) -> CallBack | None:
        """Promise the caller a call-back at `number` (E.164), at once or at `at`.

        `by` "caller": the hand-off ends, unless an agent's phone rings for them; None says that an agent was quicker.
        `by` an agent's e-mail
        address: the conversation goes on. Raises DialRefusedError, and nothing is changed.
        """
        booked: list[CallBack] = []
        call = self.find(handoff_id).call
        asks = caller(call.caller) if by == "caller" else f"agent:{by}"

        def book(tx: Session) -> None:
            row, now = get(tx, handoff_id), self._clock.now()
            if by == "caller" and "callback-booked" not in (row.state, State.from_json(row.machine).settled):
                return
            call_back, fresh = call_backs.book(tx, row, number, now, by, self.config.hours, at)
            if fresh:
                self.dials.permit(tx, number, "call-back", asks, row.call_sid, now)
            booked.append(call_back)

        try:
            if by == "caller":
                self.apply(handoff_id, ev.CallBackBooked(), book)
            else:
                self._only(book)
        except DialRefusedError as refused:
            why = str(refused)
            self._only(lambda tx: self.dials.note_refusal(tx, number, "call-back", asks, call.sid, self.now(), why))
            raise
        return booked[0] if booked else None

    def call_back(self, callback_id: int, number: int, within: Within) -> None:
        """Begin try `number` of a call-back."""
        with self.sessions.begin() as tx:
            now = self._clock.now()
            within(tx)
            row = call_backs.start_try(tx, callback_id, number, now, self.config.hours)
            if row is not None:
                outbox.put(tx, HANDOFF_REQUESTED, {"handoff": row.id}, now)

    def listener_comes(self, handoff_id: int, agent_id: int, mode: str, call_sid: str) -> None:
        """A supervisor's phone rings: known from the carrier's callback, should its answer to us be lost."""

        def note(tx: Session) -> None:
            row = get(tx, handoff_id)
            if all(listener["agent"] != agent_id for listener in row.listeners):
                row.listeners = [*row.listeners, {"agent": agent_id, "mode": mode, "call_sid": call_sid}]

        self._only(note)

    def listener_gone(self, handoff_id: int, call_sid: str) -> None:
        """A supervisor is out of the conference."""

        if call_sid not in [listener["call_sid"] for listener in self.find(handoff_id).listeners]:
            return

        def forget(tx: Session) -> None:
            row = get(tx, handoff_id)
            row.listeners = [listener for listener in row.listeners if listener["call_sid"] != call_sid]

        self._only(forget)
        self._live.publish("desk", "handoff", str(handoff_id))

    # --- what documents and restarts ask ---

    def park(self, call_sid: str) -> Parking | None:
        """Where the caller is to wait; None without a live hand-off."""
        with self.sessions() as tx:
            row = live_handoff(tx, call_sid)
            return None if row is None else self.addresses.parking(row, self.state(row).round)

    def listening(self, handoff_id: int) -> dict[str, str]:
        """What a socket that listens to this hand-off must show; what was given before is void."""
        with self.sessions.begin() as tx:
            call = get(tx, handoff_id).call
            return {"token": StreamTicket.issue(call, self.now(), "listen").token, "call": call.sid}

    def note_time(self, handoff_id: int, name: str) -> None:
        """Keep that something happened now, once."""
        with self.sessions.begin() as tx:
            row = tx.get_one(Handoff, handoff_id, with_for_update=True)
            row.times = {name: self._clock.now().isoformat(), **row.times}

    def heartbeat(self, handoff_id: int, conference: str | None = None) -> None:
        """A waiting caller's document was fetched: make up for a worker that is away and a callback that was lost."""
        row = self.find(handoff_id)
        state = self.state(row)
        if conference and state.caller in ("coming", "moving") and state.end is None:
            self.apply(handoff_id, ev.CallerJoined(conference))
        if not state.briefed and (self._clock.now() - row.requested_at).total_seconds() > BRIEF_LATE:
            self.write_brief(handoff_id)
        waited = self._waited(row)
        if waited > self.config.handoff_seconds + DEADLINE_LATE:
            self.apply(handoff_id, ev.Deadline())
        if waited > self.config.queue_seconds + DEADLINE_LATE:
            self.apply(handoff_id, ev.Deadline(last=True))
        if state.holds and self._since(row, "joining") > JOIN_SECONDS + DEADLINE_LATE:
            self.expire(handoff_id, state.current_number, "join")
        if waited > self.config.queue_seconds and self._rings_too_long(handoff_id):
            self.expire(handoff_id, state.current_number, "accept")

    @property
    def longest_in_conference(self) -> float:
        """Seconds that a caller may wait in a conference before they are moved where keys are heard."""
        return self.config.handoff_seconds + JOIN_SECONDS + DEADLINE_LATE

    def ask_again(self, handoff_id: int) -> None:
        """Who has not taken it may be asked once more, should the end of their pause have been told to nobody."""
        with self.sessions() as tx:
            last = tx.scalar(select(func.max(Offer.ended_at)).where(Offer.handoff_id == handoff_id))
        if last is None or self._clock.now() - last > timedelta(seconds=AGAIN_SECONDS):
            self.apply(handoff_id, ev.AskAgain())

    # --- inside ---

    def _at_desk(self, agent_id: int, change: Callable[[Session, Agent, datetime], None]) -> Agent:
        """Change an agent's presence; who has become available is offered who waits."""
        with self.sessions.begin() as tx:
            agent = tx.get_one(Agent, agent_id)
            before = agent.presence
            change(tx, agent, self._clock.now())
        self._tell_of(agent_id)
        if agent.presence == "available" != before:
            self.offer_to_free_agents()
        return agent

    def _tell_of(self, agent_id: int) -> None:
        self._live.publish("desk", "presence", str(agent_id))
        self._live.publish(f"agent:{agent_id}", "presence", str(agent_id))

    def _change(
        self,
        handoff_id: int,
        agent_id: int,
        leg: Callable[[Handoff, State], str | None],
        *,
        muted: bool | None = None,
        hold: bool | None = None,
    ) -> bool:
        row = self.find(handoff_id)
        state, sid = self.state(row), None
        own_call = state.bridged and state.current is not None and state.current.agent == agent_id
        if own_call and (hold is None or state.second is None):
            sid = leg(row, state)
        if sid is None or state.conference is None:
            return False
        if not self._carrier.change_participant(state.conference, sid, muted=muted, hold=hold):
            return False
        self.apply(handoff_id, ev.Switched(agent_id, muted, hold))
        return True

    def _only(self, within: Within) -> None:
        with self.sessions.begin() as tx:
            within(tx)

    def _waited(self, row: Handoff) -> float:
        return self._since(row, "waiting" if "waiting" in row.times else "requested")

    def _rings_too_long(self, handoff_id: int) -> bool:
        with self.sessions() as tx:
            standing = select(Offer.offered_at).where(Offer.handoff_id == handoff_id, Offer.outcome.is_(None))
            since = tx.scalar(standing.order_by(Offer.number).limit(1))
        longest = self.config.rings.agent + RING_MARGIN + DEADLINE_LATE
        return since is not None and (self._clock.now() - since).total_seconds() > longest

    def _since(self, row: Handoff, moment: str) -> float:
        """Seconds; 0 of what never was."""
        at = row.times.get(moment)
        return 0.0 if at is None else (self._clock.now() - datetime.fromisoformat(at)).total_seconds()

    def _of_call(self, call_sid: str, live: bool = True) -> int | None:
        with self.sessions() as tx:
            ids: Any = select(Handoff.id).where(Handoff.call_sid == call_sid, Handoff.kind == "call")
            if live:
                ids = ids.where(Handoff.state.not_in(HANDOFF_ENDS))
            return tx.scalars(ids.order_by(Handoff.id.desc()).limit(1)).first()


def _verdict(state: State, agent_id: int) -> Why:
    if state.end is not None:
        return "caller-left" if state.end == "caller-left" else "ended"
    if any(attempt.agent == agent_id and attempt.holds for attempt in state.attempts):
        return "won"
    if state.holds and not any(attempt.agent == agent_id and attempt.consult for attempt in state.attempts):
        return "taken"
    return "too-late" if agent_id in state.tried else "not-offered"

"""Asks the carrier for what a hand-off has promised and still wants; no phone is rung twice for one offer."""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from ivr.carrier.port import Carrier, CarrierError
from ivr.clock import Clock
from ivr.handoff import events as ev
from ivr.handoff.addresses import Addresses
from ivr.handoff.config import HandoffConfig
from ivr.handoff.effect_json import effect_from_json
from ivr.handoff.effects import (
    CarrierEffect,
    DialCaller,
    EndCaller,
    EndConference,
    EndLeg,
    MoveAgent,
    MoveCaller,
    Ring,
    Unhold,
)
from ivr.handoff.relevance import still_wanted
from ivr.handoff.state import State
from ivr.store import outbox
from ivr.store.engine import Sessions
from ivr.store.idempotency import first_time
from ivr.store.models import Agent, CallBack, Handoff, Offer, Webhook

log = logging.getLogger(__name__)
# Seconds, longer than one request may take: somebody may hear nothing until another goes on where a process died.
REQUEST_LEASE = 3.3
SOON = 0.1  # seconds until a request that failed is tried again, the first time
IN_DOUBT = timedelta(seconds=10)  # a request takes less, and then the first callback of a call that was made is there
Apply = Callable[[int, ev.Event, Callable[[Session], None] | None], Any]


class CarrierRequests:
    """Takes promised requests from the outbox; `apply` gives the engine the event that each amounts to."""

    def __init__(
        self,
        sessions: Sessions,
        clock: Clock,
        carrier: Carrier,
        config: HandoffConfig,
        apply: Apply,
    ) -> None:
        self._sessions, self._clock, self._carrier = sessions, clock, carrier
        self._addresses = Addresses(config.public_url, config.media_url)
        self._number, self._rings, self._apply = config.number, config.rings, apply

    def carry_out_all(self, row_ids: Iterable[int]) -> None:
        """Carry out several that were just promised, each whatever becomes of the others.

        One that the relay has taken meanwhile is its job's to do: two who ask at once would both find it wanted."""
        for row_id in row_ids:
            try:
                if self._is_mine(row_id):
                    self.carry_out(row_id)
            except Exception:  # nobody waits for our thread: what is still promised comes again from the outbox
                log.exception("a request to the carrier failed", extra={"outbox": row_id})

    def carry_out(self, row_id: int) -> None:
        """Carry out one promise; one that fails stays and is tried again."""
        with self._sessions() as tx:
            row = outbox.open_row(tx, row_id)
        if row is None:
            return
        fields = dict(row.payload)
        try:
            self._carry_out(row_id, fields.pop("handoff"), effect_from_json(fields))
        except CarrierError as error:
            log.warning("the carrier did not do it: %s", error, extra={"outbox": row_id})
            wait = SOON if row.attempts <= 1 else outbox.pause(row.topic, row.attempts - 2)
            with self._sessions.begin() as tx:
                outbox.failed(tx, row_id, str(error), self._clock.now(), wait)

    def _is_mine(self, row_id: int) -> bool:
        with self._sessions.begin() as tx:
            return outbox.lease(tx, row_id, 0, self._clock.now() + timedelta(seconds=REQUEST_LEASE))

    def _carry_out(self, row_id: int, handoff_id: int, effect: CarrierEffect) -> None:
        if not still_wanted(self._state(handoff_id), effect):
            self._drop(row_id)
            return
        if isinstance(effect, Ring):
            self._ring(row_id, handoff_id, effect)
            return
        if isinstance(effect, DialCaller):
            self._dial(row_id, handoff_id, effect)
            return
        event = self._request(handoff_id, effect)
        if event is not None:
            self._apply(handoff_id, event, self._done(row_id))
        else:
            self._drop(row_id)

    def _request(self, handoff_id: int, effect: CarrierEffect) -> ev.Event | None:
        """Ask the carrier; the event that its answer amounts to."""
        if isinstance(effect, MoveCaller):
            document = self._addresses.resume if effect.to == "resume" else self._addresses.of(handoff_id, effect.to)
            return None if self._carrier.move(self._caller(handoff_id), document) else ev.CallerGone()
        if isinstance(effect, MoveAgent):
            document = self._addresses.leg(handoff_id, effect.attempt_number, "agent")
            return None if self._carrier.move(effect.sid, document) else ev.LegEnded(effect.attempt_number, "failed")
        if isinstance(effect, EndLeg):
            self._carrier.end(effect.sid)
        elif isinstance(effect, Unhold):
            self._unhold(handoff_id)
        elif isinstance(effect, EndConference):
            self._carrier.end_conference(effect.conference)
        elif isinstance(effect, EndCaller):
            self._carrier.end(self._caller(handoff_id))
        return None

    def _unhold(self, handoff_id: int) -> None:
        state = self._state(handoff_id)
        if state.conference is not None:
            self._carrier.change_participant(state.conference, self._caller(handoff_id), hold=False)

    def _ring(self, row_id: int, handoff_id: int, effect: Ring) -> None:
        """Creating a call cannot be repeated safely: only who claims the offer's ring may ask for it."""
        with self._sessions.begin() as tx:
            claimed = _claim_ring(tx, handoff_id, effect, self._clock.now())
            phone = _phone(tx, handoff_id, effect)
        if not claimed:
            with self._sessions() as tx:
                since = _rung_since(tx, handoff_id, effect)
            self._in_doubt(row_id, handoff_id, since, ev.RingFailed(effect.attempt_number))
            return
        try:
            sid = self._ask_to_ring(phone, handoff_id, effect.attempt_number, "agent", "status", self._rings.agent)
        except CarrierError as error:
            self._ring_failed(row_id, handoff_id, effect, error)
            return
        self._apply(handoff_id, ev.LegKnown(effect.attempt_number, sid), self._done(row_id))

    def _ask_to_ring(self, to: str, handoff_id: int, leg_number: int, document: str, status: str, seconds: int) -> str:
        """The sid of the new call, whose addresses are named after its `document`. Raises CarrierError."""
        leg = self._addresses.leg
        return self._carrier.ring(
            to=to,
            from_=self._number,
            url=leg(handoff_id, leg_number, document),
            status_url=leg(handoff_id, leg_number, status),
            timeout=seconds,
            fallback_url=leg(handoff_id, leg_number, f"{document}-fallback"),
        )

    def _in_doubt(
        self, row_id: int, handoff_id: int, since: datetime | None, failed: ev.RingFailed | ev.CallerNotReached
    ) -> None:
        """A call was asked for and nothing is known of it: the answer was lost, or whoever asked has died."""
        if since is None or self._clock.now() - since < IN_DOUBT:
            raise CarrierError("it is not known yet whether the call was made", again=True)
        self._apply(handoff_id, failed, self._done(row_id))

    def _ring_failed(self, row_id: int, handoff_id: int, effect: Ring, error: CarrierError) -> None:
        if error.again and effect.agent:
            with self._sessions.begin() as tx:
                _of_offer(tx, handoff_id, effect.attempt_number, rung_at=None)
            raise error
        if not still_wanted(self._state(handoff_id), effect):
            self._drop(row_id)  # the carrier has told us of the leg: it rings, though the answer was lost
            return
        if error.doubtful:
            raise error  # it is looked at again in a moment, when the carrier may have told us
        log.warning("an agent could not be rung: %s", error, extra={"handoff": handoff_id})
        self._apply(handoff_id, ev.RingFailed(effect.attempt_number), self._done(row_id))

    def _dial(self, row_id: int, handoff_id: int, effect: DialCaller) -> None:
        """Call the caller back, once: a request of which nothing more is heard is a try that missed them."""
        with self._sessions.begin() as tx:
            key = f"dial:{handoff_id}:{effect.dial}"
            fresh = first_time(tx, key, self._clock.now())
            number, since = _number_of(tx, handoff_id), tx.get_one(Webhook, key).at
        if not fresh:
            self._in_doubt(row_id, handoff_id, since, ev.CallerNotReached(effect.dial, "failed"))
            return
        try:
            sid = self._ask_to_ring(number, handoff_id, effect.dial, "caller", "caller-status", self._rings.caller)
        except CarrierError as error:
            if not still_wanted(self._state(handoff_id), effect):
                self._drop(row_id)  # the phone rings, though the answer was lost
                return
            if error.doubtful:
                raise
            log.warning("a caller could not be called back: %s", error, extra={"handoff": handoff_id})
            self._apply(handoff_id, ev.CallerNotReached(effect.dial, "failed"), self._done(row_id))
            return
        self._apply(handoff_id, ev.DialKnown(effect.dial, sid), self._done(row_id))

    def _drop(self, row_id: int) -> None:
        with self._sessions.begin() as tx:
            self._done(row_id)(tx)

    def _state(self, handoff_id: int) -> State:
        with self._sessions() as tx:
            return State.from_json(tx.get_one(Handoff, handoff_id).machine)

    def _done(self, row_id: int) -> Callable[[Session], None]:
        return lambda tx: outbox.done(tx, row_id, self._clock.now())

    def _caller(self, handoff_id: int) -> str:
        """The leg that the caller is on: their own call, or the one that we made."""
        with self._sessions() as tx:
            row = tx.get_one(Handoff, handoff_id)
            return State.from_json(row.machine).dialled or row.call_sid


def _claim_ring(tx: Session, handoff_id: int, ring: Ring, now: datetime) -> bool:
    """True for the first who asks, as long as the offer stands or was accepted."""
    if not ring.agent:
        return first_time(tx, _ring_key(handoff_id, ring.attempt_number), now)
    result: Any = tx.execute(
        update(Offer)
        .where(Offer.handoff_id == handoff_id, Offer.number == ring.attempt_number, Offer.rung_at.is_(None))
        .where(or_(Offer.outcome.is_(None), Offer.outcome == "accepted"), Offer.ended_at.is_(None))
        .values(rung_at=now)
    )
    return bool(result.rowcount == 1)


def _phone(tx: Session, handoff_id: int, ring: Ring) -> str:
    if ring.agent:
        return tx.get_one(Agent, ring.agent).phone
    return State.from_json(tx.get_one(Handoff, handoff_id).machine).attempts[ring.attempt_number - 1].phone


def _rung_since(tx: Session, handoff_id: int, ring: Ring) -> datetime | None:
    if not ring.agent:
        return tx.get_one(Webhook, _ring_key(handoff_id, ring.attempt_number)).at
    of_it = select(Offer.rung_at).where(Offer.handoff_id == handoff_id, Offer.number == ring.attempt_number)
    return tx.scalars(of_it).one()


def _ring_key(handoff_id: int, attempt_number: int) -> str:
    return f"ring:{handoff_id}:{attempt_number}"


def _number_of(tx: Session, handoff_id: int) -> str:
    return tx.get_one(CallBack, tx.get_one(Handoff, handoff_id).callback_id).number


def _of_offer(tx: Session, handoff_id: int, attempt_number: int, **values: Any) -> None:
    tx.execute(update(Offer).where(Offer.handoff_id == handoff_id, Offer.number == attempt_number).values(**values))

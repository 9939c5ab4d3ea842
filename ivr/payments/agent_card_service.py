"""An agent takes a card: the caller keys it in where they are, nobody hears it, and nothing of it is recorded."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo

from sqlalchemy.orm import Session

from ivr.carrier.callbacks import CardUpdate
from ivr.carrier.port import CardCarrier, CarrierError
from ivr.clock import Clock
from ivr.dialogue.facts import Facts
from ivr.ledger.port import Ledger, LedgerError
from ivr.live_updates import LiveUpdates
from ivr.payments import agent_cards
from ivr.payments.agent_cards import CardRefusedError, Order
from ivr.payments.card_entry import UNDER_WAY, CardState
from ivr.payments.doubts import doubt
from ivr.store.engine import Sessions
from ivr.store.models import Agent, Call, CardPayment, Handoff
from ivr.store.stream_tokens import StreamTicket

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CardConfig:
    """Where the carrier finds us, its connector that charges cards, and the zone of a payment's day."""

    public_url: str
    media_url: str
    zone: tzinfo
    connector: str = "Default"


class AgentCards:
    """Every method may be repeated without harm. `spawn` runs the carrier's part away from page and webhook.

    `caller_leg` gives the sid of the caller's leg, None while a second agent is in their conference.
    """

    def __init__(
        self,
        sessions: Sessions,
        clock: Clock,
        carrier: CardCarrier,
        live: LiveUpdates,
        ledger: Ledger,
        config: CardConfig,
        *,
        caller_leg: Callable[[Handoff], str | None],
        spawn: Callable[[Callable[[], None]], object],
    ) -> None:
        self._sessions, self._clock, self._carrier, self._live = sessions, clock, carrier, live
        self._ledger, self._caller_leg, self._spawn = ledger, caller_leg, spawn
        self._connector, self._zone = config.connector, config.zone
        self._public, self._media = config.public_url.rstrip("/"), config.media_url.rstrip("/")

    def take(self, handoff_id: int, agent_id: int, account: str, amount: int, *, sure: bool = False) -> CardPayment:
        """Begin with `amount` minor units into the ledger's `account`. Raises CardRefusedError.

        `sure`: the agent has read that it may have been paid already."""
        facts = self._facts(account)
        agent_cards.check(facts, amount)
        now = self._clock.now()
        order = Order(account, amount, facts.currency, now.astimezone(self._zone).date())
        with self._sessions.begin() as tx:
            handoff = tx.get_one(Handoff, handoff_id)
            if handoff.agent_id != agent_id or handoff.state != "bridged":
                raise CardRefusedError("a card can be taken while you talk with the caller")
            if not sure and (words := doubt(tx, handoff.call_sid, account)) is not None:
                raise CardRefusedError(f"{words} Tick that you have read it to take a card all the same")
            row = agent_cards.begin(tx, handoff, self._caller_leg(handoff), tx.get_one(Agent, agent_id), order, now)
        self._publish(row)
        self._spawn(lambda: self._start(row))
        return row

    def update(self, payment_id: int, update: CardUpdate) -> None:
        """The carrier's callback."""
        with self._sessions.begin() as tx:
            row = tx.get(CardPayment, payment_id, with_for_update=True)
            action = agent_cards.advance(tx, row, update, self._clock.now()) if row is not None else None
        if row is not None and not update.partial:
            self._publish(row)
        if row is not None and action is not None:
            self._spawn(lambda: self._ask(row, action))

    def cancel(self, handoff_id: int, agent_id: int) -> bool:
        """The agent stops the entry; False when there is none, or the card is being charged already."""
        with self._sessions.begin() as tx:
            row = agent_cards.standing(tx, handoff_id)
            handoff = tx.get_one(Handoff, handoff_id)
            if row is None or row.state != "open" or handoff.agent_id != agent_id:
                return False
            agent_cards.end(tx, row, "cancelled", self._clock.now())
        self._publish(row)
        return True

    def over(self, payment_id: int, within: Callable[[Session], None]) -> None:
        """The one way out of every entry: the carrier's session ends, then recording and listening go on."""
        with self._sessions.begin() as tx:
            row = tx.get_one(CardPayment, payment_id, with_for_update=True)
            agent_cards.overdue(tx, row, self._clock.now())
        if row.session is not None and row.state not in ("success", "declined"):
            self._carrier.finish_card(row.leg, row.session, f"{row.key}:cancel", "cancel", self._url(row))
        self._carrier.resume_recording(row.leg)
        self._listen_again(row)
        with self._sessions.begin() as tx:
            within(tx)
        self._publish(row)

    # --- the carrier's part ---

    def _start(self, row: CardPayment) -> None:
        """Silence first, then the session: in this order nothing of a card is ever kept."""
        try:
            if not self._stands(row, "capture"):
                return
            self._carrier.pause_recording(row.leg)
            self._carrier.stop_listening(row.leg)
            session = self._carrier.begin_card(
                row.leg, f"{row.key}:begin", row.amount, row.currency, self._connector, self._url(row)
            )
            with self._sessions.begin() as tx:
                row = tx.get_one(CardPayment, row.id, with_for_update=True)
                row.session = session
                if row.state != "open":  # stopped meanwhile: the session that nobody wants ends too
                    agent_cards.renew(tx, row, self._clock.now())
                    return
            self._ask(row, "capture")
        except CarrierError as error:
            self._failed(row, error)

    def _ask(self, row: CardPayment, action: agent_cards.CardAction) -> None:
        if row.session is None or not self._stands(row, action):
            return
        try:
            if action == "capture":
                key = f"{row.key}:{row.field}:{row.tries}"
                self._carrier.capture_card(row.leg, row.session, key, row.field, self._url(row))
            else:
                self._carrier.finish_card(row.leg, row.session, f"{row.key}:complete", "complete", self._url(row))
        except CarrierError as error:
            self._failed(row, error, "doubtful" if action == "complete" else "failed")

    def _failed(self, row: CardPayment, error: CarrierError, state: CardState = "failed") -> None:
        log.warning("a card was not taken: %s", error, extra={"payment": row.id})
        with self._sessions.begin() as tx:
            row = tx.get_one(CardPayment, row.id, with_for_update=True)
            if row.state in UNDER_WAY:
                agent_cards.end(tx, row, state, self._clock.now())
            else:  # stopped meanwhile: what its end has seen to may have come too early
                agent_cards.renew(tx, row, self._clock.now())
        self._publish(row)

    def _stands(self, row: CardPayment, action: agent_cards.CardAction) -> bool:
        """Whether `action` is still to be done, as when it was decided for."""
        with self._sessions() as tx:
            present = tx.get_one(CardPayment, row.id)
        if action == "complete":
            return present.state == "charging"
        return present.state == "open" and (present.field, present.tries) == (row.field, row.tries)

    def _listen_again(self, row: CardPayment) -> None:
        with self._sessions.begin() as tx:
            if tx.get_one(Handoff, row.handoff_id).state != "bridged":
                return
            call = tx.get_one(Call, row.call_sid, with_for_update=True)
            token = StreamTicket.issue(call, self._clock.now(), "listen").token
        self._carrier.stop_listening(row.leg)
        self._carrier.start_listening(row.leg, f"{self._media}/listen", {"token": token, "call": row.call_sid})

    # --- inside ---

    def _facts(self, account: str) -> Facts:
        try:
            facts = self._ledger.facts(account)
        except LedgerError as error:
            raise CardRefusedError("the ledger does not answer; try again in a moment") from error
        if facts is None:
            raise CardRefusedError("there is no such account")
        return facts

    def _url(self, row: CardPayment) -> str:
        return f"{self._public}/card/{row.id}"

    def _publish(self, row: CardPayment) -> None:
        self._live.publish(f"call:{row.call_sid}", "card", str(row.id))

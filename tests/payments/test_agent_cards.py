"""A card taken in an agent's call: silence first, charged once, and after every end recording and listening go on."""

import json
from datetime import UTC
from typing import Any

import pytest
from sqlalchemy import select

from ivr.carrier.callbacks import CardUpdate
from ivr.handoff.warm_transfer import caller_leg
from ivr.ledger.sql import SqlLedger
from ivr.payments.agent_card_service import AgentCards, CardConfig
from ivr.payments.agent_cards import CHARGE_TIMEOUT, CardRefusedError
from ivr.payments.card_entry import LONGEST
from ivr.store import outbox
from ivr.store.models import Account, Audit, CardPayment, Outbox, Payment
from tests.fakes.fake_card_carrier import FakeCardCarrier
from tests.fakes.fake_carrier import leg
from tests.harness.handoff_world import CALLER, World

pytestmark = pytest.mark.integration

NUMBER, EXPIRY, CODE = "payment-card-number", "expiration-date", "security-code"
PAID = CardUpdate(result="success", confirmation="48213377")


class Desk:
    """Ada talks with a caller; the carrier remembers; the worker runs when told."""

    def __init__(self, world: World) -> None:
        self.world, self.carrier = world, FakeCardCarrier()
        self.ada = world.agent("ada")
        with world.sessions.begin() as tx:
            tx.add(
                Account(
                    id="acc", holder="Grace", number="4002", pin_hash="-", balance=24_310, due=24_310, minimum=3_500
                )
            )
        self.ledger = SqlLedger(world.sessions, world.clock)
        self.cards = self.process()
        world.bridged()

    def process(self) -> AgentCards:
        world = self.world
        live: Any = world.live
        return AgentCards(
            world.sessions, world.clock, self.carrier, live, self.ledger,
            CardConfig("https://line.test", "wss://line.test/media", UTC),
            caller_leg=caller_leg, spawn=lambda work: work(),
        )  # fmt: skip

    def take(self, amount: int = 5_000) -> CardPayment:
        return self.cards.take(self.world.id, self.ada, "acc", amount)

    def keyed(self, amount: int = 5_000) -> CardPayment:
        """All three fields are in, and the card is being charged."""
        row = self.take(amount)
        for required in ((EXPIRY, CODE), (CODE,), ()):
            self.cards.update(row.id, CardUpdate(required=required))
        return row

    def work(self) -> None:
        """What the worker would do now about cards."""
        with self.world.sessions() as tx:
            rows = list(outbox.due(tx, self.world.clock.now()))
        for row in rows:
            if row.topic == "card.over":
                self.cards.over(row.payload["payment"], lambda _tx: None)
            elif row.topic == "card.book":
                payload, on = row.payload, self.row.on
                self.ledger.book_card(
                    payload["key"], payload["account"], payload["amount"], payload["confirmation"], on
                )
            if row.topic.startswith("card."):
                with self.world.sessions.begin() as tx:
                    outbox.done(tx, row.id, self.world.clock.now())

    @property
    def row(self) -> CardPayment:
        with self.world.sessions() as tx:
            return tx.scalars(select(CardPayment).order_by(CardPayment.id.desc())).first()  # type: ignore[return-value]

    def payments(self) -> list[tuple[str, int, str]]:
        with self.world.sessions() as tx:
            return [(row.key, row.amount, row.confirmation) for row in tx.scalars(select(Payment))]

    def promised(self, topic: str) -> int:
        with self.world.sessions() as tx:
            return len(tx.scalars(select(Outbox).where(Outbox.topic == topic)).all())


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def test_recording_and_listening_stop_before_the_card_is_asked_for(desk: Desk) -> None:
    row = desk.take()
    assert desk.carrier.names == ["pause", "deaf", "begin", "capture"]
    assert desk.carrier.asked[2] == (
        "begin",
        CALLER,
        f"{row.key}:begin",
        5_000,
        "USD",
        f"https://line.test/card/{row.id}",
    )


def test_field_by_field_then_charged_booked_and_told(desk: Desk) -> None:
    row = desk.keyed()
    assert [what for name, *what in desk.carrier.asked if name == "capture"][1:] == [
        ["PK1", f"{row.key}:{EXPIRY}:0", EXPIRY], ["PK1", f"{row.key}:{CODE}:0", CODE],
    ]  # fmt: skip
    desk.cards.update(row.id, PAID)
    desk.work()
    assert (desk.row.state, desk.row.confirmation) == ("success", "48213377")
    assert desk.payments() == [(row.key, 5_000, "48213377")]
    assert desk.carrier.names[-4:] == ["complete", "resume", "deaf", "listen"]
    with desk.world.sessions() as tx:
        [text] = tx.scalars(select(Outbox).where(Outbox.topic == "text.send"))
        assert "$50.00" in text.payload["body"] and "48213377" in text.payload["body"]


def test_a_result_that_comes_twice_is_booked_and_texted_once(desk: Desk) -> None:
    row = desk.keyed()
    for _ in range(3):
        desk.cards.update(row.id, PAID)
    desk.work()
    desk.work()
    assert (len(desk.payments()), desk.promised("card.book"), desk.promised("text.send")) == (1, 1, 1)


def test_progress_that_comes_twice_or_late_moves_nothing_back(desk: Desk) -> None:
    row = desk.take()
    for told in (
        CardUpdate(required=(EXPIRY, CODE)),
        CardUpdate(required=(EXPIRY, CODE)),
        CardUpdate(required=(NUMBER, EXPIRY, CODE)),
    ):
        desk.cards.update(row.id, told)
    assert desk.row.field == EXPIRY
    assert desk.carrier.names.count("capture") == 2


def test_single_digits_are_no_field(desk: Desk) -> None:
    row = desk.take()
    desk.cards.update(row.id, CardUpdate(required=(NUMBER, EXPIRY, CODE), partial=True))
    assert (desk.row.field, desk.carrier.names.count("capture")) == (NUMBER, 1)


def test_a_wrong_field_is_asked_for_again_and_the_third_time_ends_it(desk: Desk) -> None:
    row = desk.take()
    wrong = CardUpdate(required=(NUMBER, EXPIRY, CODE), error="invalid-card-number")
    desk.cards.update(row.id, wrong)
    desk.cards.update(row.id, wrong)
    assert (desk.row.state, desk.row.tries, desk.carrier.names.count("capture")) == ("open", 2, 3)
    desk.cards.update(row.id, wrong)
    desk.work()
    assert desk.row.state == "no-entry"
    assert desk.carrier.names[-4:] == ["cancel", "resume", "deaf", "listen"]


@pytest.mark.parametrize(
    ("told", "state"),
    [
        (CardUpdate(result="payment-connector-error", reason="card_declined"), "declined"),
        (CardUpdate(result="payment-connector-error", reason="timeout"), "failed"),
        (CardUpdate(result="caller-hung-up"), "hung-up"),
        (CardUpdate(result="internal-error"), "failed"),
    ],
)
def test_no_other_result_is_booked_and_the_recording_goes_on(desk: Desk, told: CardUpdate, state: str) -> None:
    row = desk.keyed()
    desk.cards.update(row.id, told)
    desk.work()
    assert (desk.row.state, desk.payments()) == (state, [])
    assert "resume" in desk.carrier.names and desk.carrier.names[-1] == "listen"


def test_the_agent_stops_it_while_it_is_keyed_and_not_while_it_is_charged(desk: Desk) -> None:
    desk.take()
    assert desk.cards.cancel(desk.world.id, desk.ada)
    desk.work()
    assert (desk.row.state, desk.carrier.names[-4:]) == ("cancelled", ["cancel", "resume", "deaf", "listen"])
    desk.keyed()
    assert not desk.cards.cancel(desk.world.id, desk.ada)


def test_money_that_was_taken_after_all_is_booked(desk: Desk) -> None:
    row = desk.take()
    desk.cards.cancel(desk.world.id, desk.ada)
    desk.cards.update(row.id, PAID)
    desk.work()
    assert (desk.row.state, len(desk.payments())) == ("success", 1)


def test_a_hang_up_ends_the_entry(desk: Desk) -> None:
    desk.take()
    desk.world.leaves("caller", CALLER)
    desk.work()
    assert desk.row.state == "hung-up"
    assert "resume" in desk.carrier.names and "listen" not in desk.carrier.names


def test_an_agent_whose_line_drops_leaves_no_silent_recording_behind(desk: Desk) -> None:
    desk.take()
    desk.world.leaves("agent-1", leg(1), status="failed")
    desk.work()
    assert "resume" in desk.carrier.names


@pytest.mark.parametrize("broken", ["pause", "deaf", "begin", "capture"])
def test_a_carrier_that_refuses_takes_no_card(desk: Desk, broken: str) -> None:
    desk.carrier.broken = {broken}
    desk.take()
    assert desk.row.state == "failed"
    assert desk.carrier.names[-1] == broken, "nothing is asked for after the refusal"
    desk.carrier.broken = set()
    desk.work()
    assert "resume" in desk.carrier.names


def test_a_charge_that_nobody_answers_is_in_doubt_and_not_tried_again(desk: Desk) -> None:
    row = desk.keyed()
    desk.world.clock.forward(CHARGE_TIMEOUT.total_seconds())
    desk.work()
    assert (desk.row.state, desk.payments()) == ("doubtful", [])
    desk.cards.update(row.id, PAID)
    desk.work()
    assert (desk.row.state, len(desk.payments())) == ("success", 1)


def test_a_forgotten_entry_ends_by_itself(desk: Desk) -> None:
    desk.take()
    desk.world.clock.forward(LONGEST.total_seconds())
    desk.work()
    assert desk.row.state == "no-entry"
    assert "resume" in desk.carrier.names


@pytest.mark.parametrize("amount", [0, -5, 24_311])
def test_an_amount_the_account_cannot_take_is_refused(desk: Desk, amount: int) -> None:
    with pytest.raises(CardRefusedError, match="at most"):
        desk.take(amount)
    assert desk.carrier.asked == []


def test_one_card_at_a_time(desk: Desk) -> None:
    desk.take()
    with pytest.raises(CardRefusedError, match="already"):
        desk.take()


def test_no_card_after_the_call(desk: Desk) -> None:
    desk.world.service.end(desk.world.id, desk.ada)
    with pytest.raises(CardRefusedError, match="while you talk"):
        desk.take()


def test_who_took_what_stands_in_the_audit(desk: Desk) -> None:
    row = desk.keyed()
    desk.cards.update(row.id, PAID)
    with desk.world.sessions() as tx:
        rows = tx.scalars(select(Audit).where(Audit.action.startswith("card-")).order_by(Audit.id)).all()
    assert [(audit.actor, audit.action) for audit in rows] == [
        ("ada@bank.test", "card-begun"),
        ("carrier", "card-success"),
    ]
    assert json.loads(json.dumps(rows[0].detail))["amount"] == 5_000

"""A warm transfer as agents, callers and the carrier's webhooks meet it."""

from typing import Any

import pytest
from sqlalchemy import select

from ivr.carrier.port import CarrierError
from ivr.handoff.brief import whisper
from ivr.handoff.warm_transfer import TransferRefusedError, Transfers, caller_leg
from ivr.payments import agent_cards
from ivr.payments.agent_cards import CardRefusedError, Order
from ivr.store.models import Agent, Audit, CardPayment, Handoff, Note, Offer
from tests.fakes.fake_carrier import leg
from tests.harness.handoff_world import CALLER, CONFERENCE, PUBLIC, World

pytestmark = pytest.mark.integration

NOTE = "He wants the fee explained; I have checked who he is."
QUEUE = f"{PUBLIC}/handoff/1/queue"


@pytest.fixture
def transfers(world: World) -> Transfers:
    return Transfers(world.service)


@pytest.fixture
def ann(world: World) -> int:
    """Ann talks with the caller."""
    ann = world.agent("ann")
    world.bridged()
    world.carrier.asked.clear()
    return ann


@pytest.fixture
def bob(world: World, ann: int) -> int:
    return world.agent("bob", skills=["dispute"])


def answered(world: World) -> str:
    """He accepts; what his phone is given then."""
    world.hook("2/agent", CallSid=leg(2))
    document = world.hook("2/accept", CallSid=leg(2), Digits="1")
    world.joins("agent-2", leg(2))
    return document


def held(world: World) -> list[Any]:
    return [what[3]["hold"] for what in world.carrier.asked if what[0] == "change_participant" and what[2] == CALLER]


def test_the_caller_is_on_hold_before_the_colleague_is_rung(
    world: World, transfers: Transfers, ann: int, bob: int
) -> None:
    transfers.ask(world.id, ann, bob, note=NOTE)
    assert world.carrier.names() == ["change_participant", "ring"]
    assert held(world) == [True]
    assert world.presence(bob) == "offered"


def test_the_colleague_hears_and_reads_from_whom_and_why(
    world: World, transfers: Transfers, ann: int, bob: int
) -> None:
    transfers.ask(world.id, ann, bob, note=NOTE)
    assert "Transfer from ann. a caller. He wants the fee explained" in world.hook("2/agent", CallSid=leg(2))
    brief = world.row.brief or {}
    assert (brief["transfer"]["by"], brief["transfer"]["note"]) == ("ann", NOTE)
    assert brief["known"] == {"amount": "42.00"}
    assert (f"agent:{bob}", "offer", str(world.id)) in world.live.news


def test_a_transfer_is_whispered_in_eight_seconds() -> None:
    transfer = {"by": "Bartholomew Smith", "note": "one two three four five six seven eight nine ten"}
    caller, why = {"name": "Anna Maria Louisa Johnson"}, {"reason": "asked", "summary": "Wants a person."}
    assert len(whisper({"caller": caller, "why": why, "transfer": transfer}).split()) <= 20


def test_the_two_talk_alone_then_all_three_then_the_second_has_the_call(
    world: World, transfers: Transfers, ann: int, bob: int
) -> None:
    transfers.ask(world.id, ann, bob)
    assert "recorded" not in answered(world), "a colleague knows"
    assert held(world) == [True]
    transfers.together(world.id, ann)
    assert held(world) == [True, False]
    transfers.leave(world.id, ann)
    assert ("end", leg(1)) in world.carrier.asked
    assert (world.row.state, world.row.agent_id) == ("bridged", bob)
    assert (world.presence(ann), world.presence(bob)) == ("wrap-up", "on-call")
    world.leaves("agent-1", leg(1))
    assert world.row.state == "bridged"
    assert world.service.end(world.id, bob).ok
    assert (world.row.state, world.presence(bob)) == ("served", "wrap-up")


@pytest.mark.parametrize("status", ["no-answer", "busy", "failed"])
def test_a_colleague_who_is_not_reached_gives_the_caller_back(
    world: World, transfers: Transfers, ann: int, bob: int, status: str
) -> None:
    transfers.ask(world.id, ann, bob)
    world.leg_is(2, status)
    assert held(world) == [True, False]
    assert (world.row.state, world.row.agent_id) == ("bridged", ann)
    assert world.outcomes == ["accepted", status]


def test_a_colleague_who_declines_loses_nothing_and_another_may_be_asked(
    world: World, transfers: Transfers, ann: int, bob: int
) -> None:
    carl = world.agent("carl")
    transfers.ask(world.id, ann, bob)
    assert world.service.decline(world.id, bob).ok
    assert world.presence(bob) == "available"
    transfers.ask(world.id, ann, carl)
    assert world.presence(carl) == "offered"


def test_back_to_the_caller_lets_the_colleague_go(world: World, transfers: Transfers, ann: int, bob: int) -> None:
    transfers.ask(world.id, ann, bob)
    answered(world)
    transfers.alone(world.id, ann)
    assert ("end", leg(2)) in world.carrier.asked
    assert held(world) == [True, False]
    assert (world.presence(ann), world.presence(bob)) == ("on-call", "wrap-up")


def test_a_first_agent_whose_line_fails_while_it_rings_leaves_a_caller_with_music_and_then_the_queues_head(
    world: World, transfers: Transfers, ann: int, bob: int
) -> None:
    transfers.ask(world.id, ann, bob)
    world.agent("carl", "on-call")
    other = world.another_caller(3, mood="upset")
    world.leaves("agent-1", leg(1), status="failed")
    assert (world.row.state, held(world)) == ("offered", [True])
    world.leg_is(2, "busy")
    assert ("move", CALLER, QUEUE) in world.carrier.asked
    assert world.row.place_at < world.service.find(other).place_at


def test_a_telephone_number_is_rung_and_gets_the_call(world: World, transfers: Transfers, ann: int) -> None:
    transfers.ask(world.id, ann, phone="+15550002222", note=NOTE)
    assert [what[1] for what in world.carrier.asked if what[0] == "ring"] == ["+15550002222"]
    assert "this call is recorded." in answered(world)
    transfers.leave(world.id, ann)
    assert (world.row.state, world.presence(ann)) == ("bridged", "wrap-up")
    assert held(world) == [True, False]
    world.leaves("agent-2", leg(2))
    world.service.caller_gone(CALLER)
    assert world.row.state == "served"


def test_a_number_is_rung_once_whatever_is_repeated(world: World, transfers: Transfers, ann: int) -> None:
    world.carrier.faults["ring"] = CarrierError("slow", again=True)
    transfers.ask(world.id, ann, phone="+15550002222")
    assert (world.state.second, held(world)) == (None, [True, False])
    world.clock.forward(60)
    world.run_due()
    assert "ring" not in world.carrier.names()


def test_a_caller_who_hangs_up_in_the_briefing_ends_it_for_both(
    world: World, transfers: Transfers, ann: int, bob: int
) -> None:
    transfers.ask(world.id, ann, bob)
    answered(world)
    world.service.caller_gone(CALLER)
    assert {what[1] for what in world.carrier.asked if what[0] == "end"} == {leg(1), leg(2)}
    assert (world.presence(ann), world.presence(bob)) == ("wrap-up", "wrap-up")


def test_a_caller_who_hangs_up_while_it_rings_stops_the_colleagues_phone(
    world: World, transfers: Transfers, ann: int, bob: int
) -> None:
    transfers.ask(world.id, ann, bob)
    world.service.caller_gone(CALLER)
    assert world.outcomes == ["accepted", "caller-left"]
    assert world.presence(bob) == "available"
    assert "This call has ended" in world.hook("2/agent", CallSid=leg(2))


def test_a_colleague_who_has_become_busy_is_not_rung_and_the_caller_hears_his_agent(
    world: World, transfers: Transfers, ann: int, bob: int
) -> None:
    world.service.presence(bob, "break")
    with pytest.raises(TransferRefusedError, match="not free"):
        transfers.ask(world.id, ann, bob)
    assert world.carrier.names() == []


@pytest.mark.parametrize("deed", ["together", "leave"])
def test_nobody_can_be_joined_or_left_alone_with_before_he_is_there(
    world: World, transfers: Transfers, ann: int, bob: int, deed: str
) -> None:
    transfers.ask(world.id, ann, bob)
    with pytest.raises(TransferRefusedError, match="nobody"):
        getattr(transfers, deed)(world.id, ann)


def test_nobody_is_brought_in_while_a_card_is_being_taken(
    world: World, transfers: Transfers, ann: int, bob: int
) -> None:
    card = CardPayment(
        call_sid=CALLER, handoff_id=world.id, agent_id=ann, leg=CALLER, field="payment-card-number", account="acc",
        amount=4200, currency="USD", on=world.clock.now().date(), begun_at=world.clock.now(),
    )  # fmt: skip
    with world.sessions.begin() as tx:
        tx.add(card)
    with pytest.raises(TransferRefusedError, match="a card is being taken: finish or cancel that first"):
        transfers.ask(world.id, ann, bob)
    assert world.carrier.asked == [], "the caller keys on, and hears no music"
    with world.sessions.begin() as tx:
        tx.get_one(CardPayment, card.id).state = "success"
    transfers.ask(world.id, ann, bob)
    with world.sessions.begin() as tx, pytest.raises(CardRefusedError, match="finish the transfer first"):
        order = Order("acc", 4200, "USD", world.clock.now().date())
        row = tx.get_one(Handoff, world.id)
        agent_cards.begin(tx, row, caller_leg(row), tx.get_one(Agent, ann), order, world.clock.now())


def test_a_colleague_cannot_transfer_what_is_not_his(world: World, transfers: Transfers, ann: int, bob: int) -> None:
    with pytest.raises(TransferRefusedError, match="over"):
        transfers.ask(world.id, bob, ann)


def test_a_carrier_that_cannot_hold_the_caller_rings_nobody(
    world: World, transfers: Transfers, ann: int, bob: int
) -> None:
    world.carrier.faults["change_participant"] = CarrierError("refused", again=False)
    with pytest.raises(TransferRefusedError, match="carrier"):
        transfers.ask(world.id, ann, bob)
    assert "ring" not in world.carrier.names()


def test_hold_cannot_end_a_private_briefing(world: World, transfers: Transfers, ann: int, bob: int) -> None:
    transfers.ask(world.id, ann, bob)
    assert not world.service.hold(world.id, ann, False)
    assert held(world) == [True]


def test_a_music_that_the_carrier_did_not_end_is_ended_by_the_next_try(
    world: World, transfers: Transfers, ann: int, bob: int
) -> None:
    transfers.ask(world.id, ann, bob)
    world.carrier.faults["change_participant"] = CarrierError("slow", again=True)
    transfers.alone(world.id, ann)
    assert held(world) == [True]
    world.clock.forward(10)
    world.run_due()
    assert held(world) == [True, False]


def test_a_transfer_is_kept_with_its_note_its_attempt_and_who_asked(
    world: World, transfers: Transfers, ann: int, bob: int
) -> None:
    transfers.ask(world.id, ann, bob, note=NOTE)
    with world.sessions() as tx:
        assert tx.scalars(select(Note.text)).one() == NOTE
        assert tx.scalars(select(Offer.agent_id).order_by(Offer.number)).all() == [ann, bob]
        assert tx.scalars(select(Audit.actor).where(Audit.action == "transfer")).one() == "ann@bank.test"


def test_no_card_is_in_the_note_to_a_colleague(world: World, transfers: Transfers, ann: int, bob: int) -> None:
    transfers.ask(world.id, ann, bob, note="Takes it from 4242 4242 4242 4242")
    with world.sessions() as tx:
        assert tx.scalars(select(Note.text)).one() == "Takes it from (card number)"
    assert "4242" not in str(world.row.brief) + str(world.row.machine)


def test_the_conference_of_the_briefing_is_the_callers(world: World, transfers: Transfers, ann: int, bob: int) -> None:
    transfers.ask(world.id, ann, bob)
    world.hook("2/agent", CallSid=leg(2))
    assert f"xfer-{CALLER}-1-1" in world.hook("2/accept", CallSid=leg(2), Digits="1")
    assert world.state.conference == CONFERENCE

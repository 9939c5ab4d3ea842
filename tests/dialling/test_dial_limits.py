"""Nobody is made to call a number that costs: by callers who pretend, or by agents who choose."""

import pytest
from sqlalchemy import select

from ivr.dialling.dials import DialRefusedError
from ivr.handoff.warm_transfer import TransferRefusedError, Transfers
from ivr.store.models import Audit, Call, CallBack
from tests.fakes.fake_carrier import leg
from tests.harness.handoff_world import CALLER, World

pytestmark = pytest.mark.integration

FOREIGN = ["+19005551234", "+882161234567", "+883510012345678", "+25261234567", "+23221234567", "+18765551234",
           "sip:bob@evil.example", "+86282452253"]  # fmt: skip


def talking(world: World) -> int:
    """Ann talks with the caller."""
    ann = world.agent("ann")
    world.bridged()
    world.carrier.asked.clear()
    return ann


def call_backs(world: World) -> list[CallBack]:
    with world.sessions() as tx:
        return list(tx.scalars(select(CallBack)))


def calls_from(world: World, caller: str) -> None:
    with world.sessions.begin() as tx:
        tx.get_one(Call, CALLER).caller = caller
    world.agent("ann", "on-call")
    world.parked()
    world.hook("queue", CallSid=CALLER)


@pytest.mark.parametrize("caller", FOREIGN)
def test_who_pretends_to_call_from_a_costly_number_is_asked_for_another(world: World, caller: str) -> None:
    calls_from(world, caller)
    heard = world.hook("key", CallSid=CALLER, Digits="0")
    assert "key in the number" in heard and caller.removeprefix("+")[:4] not in heard
    world.hook("number", CallSid=CALLER, Digits="1")
    assert call_backs(world) == []


@pytest.mark.parametrize("caller", FOREIGN)
def test_no_costly_number_is_booked_by_going_past_the_questions(world: World, caller: str) -> None:
    calls_from(world, "+15550001111")
    if caller.startswith("+"):
        world.hook(f"confirm/{caller.removeprefix('+')}", CallSid=CALLER, Digits="1")
    with pytest.raises(DialRefusedError):
        world.service.book_call_back(world.id, caller)
    assert call_backs(world) == []
    assert world.row.state != "callback-booked"


def test_after_too_many_call_backs_to_one_number_another_or_a_message_is_offered(world: World) -> None:
    calls_from(world, "+15550001111")
    for number in range(5):
        with world.sessions.begin() as tx:
            world.service.dials.permit(tx, "+15550001111", "call-back", f"agent:{number}", None, world.clock.now())
    world.hook("key", CallSid=CALLER, Digits="0")
    heard = world.hook("number", CallSid=CALLER, Digits="1")
    assert "cannot promise another call" in heard
    assert call_backs(world) == []
    assert "key in the number" in world.hook("other", CallSid=CALLER, Digits="1")
    world.hook("other", CallSid=CALLER)
    assert world.service.state(world.row).message
    with world.sessions() as tx:
        refused = tx.scalars(select(Audit).where(Audit.action == "dial-refused")).one()
        assert (refused.actor, refused.detail["ends"]) == ("caller", "11")


@pytest.mark.parametrize("number", ["+19005551234", "+18765551234", "+442071838750", "sip:bob@evil.example"])
def test_an_agent_transfers_to_no_number_that_the_policy_refuses(world: World, number: str) -> None:
    ann = talking(world)
    with pytest.raises(TransferRefusedError):
        Transfers(world.service).ask(world.id, ann, phone=number)
    assert leg(2) not in str(world.carrier.asked)


def test_an_agents_transfers_are_limited_and_noted(world: World) -> None:
    ann = talking(world)
    Transfers(world.service).ask(world.id, ann, phone="+15550009999")
    with world.sessions() as tx:
        dial = tx.scalars(select(Audit).where(Audit.action == "dial")).one()
        assert dial.actor.startswith("agent:")
        assert dial.detail == {"purpose": "transfer", "country": "", "ends": "99"}

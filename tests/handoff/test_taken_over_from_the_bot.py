"""A caller whom a supervisor took over from the bot: their phone alone rings, and nobody is left in silence."""

import pytest
from sqlalchemy import select

from ivr.desk.agents import set_presence
from ivr.dialogue.actions import HandOff
from ivr.handoff.config import JOIN_SECONDS, RING_MARGIN
from ivr.handoff.request import request_handoff
from ivr.store.models import Agent, Call, Offer
from tests.fakes.fake_carrier import leg
from tests.harness.handoff_world import CALLER, World

pytestmark = pytest.mark.integration


@pytest.fixture
def eve(world: World) -> int:
    return world.agent("eve", "away", roles=["supervisor"])


def taken_over(world: World, by: int) -> None:
    with world.sessions.begin() as tx:
        action = HandOff("supervisor", "balance", "Was taken over by a supervisor.", wanted=by)
        world.id = request_handoff(tx, tx.get_one(Call, CALLER), action, world.clock.now()).id
    world.service.write_brief(world.id)


def rung(world: World) -> list[int]:
    with world.sessions() as tx:
        return list(tx.scalars(select(Offer.agent_id).order_by(Offer.number)))


def test_the_supervisors_phone_rings_at_once_though_they_were_away_and_an_agent_is_free(world: World, eve: int) -> None:
    world.agent("ann")
    taken_over(world, eve)
    assert rung(world) == [eve]
    assert world.presence(eve) == "on-call"
    assert world.carrier.names() == ["ring"]


def test_who_answers_is_with_the_caller_without_another_yes_and_is_away_again_afterwards(
    world: World, eve: int
) -> None:
    taken_over(world, eve)
    assert "<Conference" in world.hook("1/agent", CallSid=leg(1))
    world.joins("caller", CALLER)
    world.joins("agent-1", leg(1))
    assert (world.row.state, world.row.agent_id) == ("bridged", eve)
    world.service.end(world.id, eve)
    assert world.presence(eve) == "wrap-up"
    world.clock.forward(60)
    world.run_due()
    assert world.presence(eve) == "away"


def test_a_supervisor_who_does_not_answer_leaves_the_caller_to_the_desk_and_is_not_rung_again(
    world: World, eve: int
) -> None:
    ann = world.agent("ann")
    taken_over(world, eve)
    world.joins("caller", CALLER)
    world.clock.forward(20 + RING_MARGIN + JOIN_SECONDS + 1)
    world.run_due()
    assert rung(world) == [eve, ann]
    assert world.presence(eve) == "away"
    world.service.decline(world.id, ann)
    world.service.ask_again(world.id)
    assert rung(world).count(eve) == 1


def test_a_supervisor_whose_phone_rings_is_waited_for_longer_than_one_who_accepts_a_ringing_phone(
    world: World, eve: int
) -> None:
    taken_over(world, eve)
    world.joins("caller", CALLER)
    world.clock.forward(JOIN_SECONDS + 10)
    world.run_due()
    world.hook("wait", CallSid=CALLER)  # the waiting music asks, in case that the worker is away
    assert world.state.holds


def test_a_supervisor_who_got_a_call_meanwhile_leaves_it_to_the_desk(world: World, eve: int) -> None:
    ann = world.agent("ann")
    with world.sessions.begin() as tx:
        set_presence(tx, tx.get_one(Agent, eve), "on-call", world.clock.now())
    taken_over(world, eve)
    assert rung(world) == [ann]


def test_a_caller_who_hangs_up_as_they_are_taken_over_frees_the_supervisor(world: World, eve: int) -> None:
    taken_over(world, eve)
    world.service.caller_gone(CALLER)
    assert (world.row.state, world.presence(eve)) == ("caller-left", "away")

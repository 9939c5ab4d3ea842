"""What a supervisor does, and what his board shows."""

import pytest
from sqlalchemy import select

from ivr.carrier.port import CarrierError
from ivr.desk.queue import read_queue
from ivr.desk.wallboard import Wallboard, read_wallboard
from ivr.handoff.supervision import Supervision, SupervisionRefusedError
from ivr.store.models import Agent, Audit, Handoff
from tests.fakes.fake_carrier import SUPERVISOR, leg
from tests.harness.handoff_world import CALLER, CONFERENCE, PUBLIC, World

pytestmark = pytest.mark.integration


@pytest.fixture
def eve(world: World) -> int:
    return world.agent("eve", "away", roles=["supervisor"])


@pytest.fixture
def supervision(world: World) -> Supervision:
    live: object = world.live
    return Supervision(world.sessions, world.clock, world.carrier, live, world.service)  # type: ignore[arg-type]


def board(world: World) -> Wallboard:
    with world.sessions() as tx:
        now = world.clock.now()
        return read_wallboard(tx, now, now.replace(hour=0))


def test_a_caller_is_moved_to_the_head_of_the_queue(world: World, supervision: Supervision, eve: int) -> None:
    world.agent("ann", "on-call")
    first = world.parked().id
    world.clock.forward(60)
    second = world.another_caller(2)
    supervision.move_up(second, eve)
    with world.sessions() as tx:
        assert [one.handoff.id for one in read_queue(tx, world.clock.now())] == [second, first]
        assert [row.actor for row in tx.scalars(select(Audit).where(Audit.action == "moved-up"))] == ["eve@bank.test"]
    assert [waiting.handoff.id for waiting in board(world).waiting] == [second, first]


def test_only_who_waits_can_be_moved_up(world: World, supervision: Supervision, eve: int) -> None:
    world.agent("ann")
    with pytest.raises(SupervisionRefusedError, match="not waiting"):
        supervision.move_up(world.bridged().id, eve)


def test_an_announcement_is_heard_before_the_news_until_it_is_taken_away(
    world: World, supervision: Supervision, eve: int
) -> None:
    world.agent("ann", "on-call")
    world.parked()
    supervision.announce("Card payments are down.", eve)
    assert "Card payments are down.</Say><Say>You are next" in world.hook("queue", CallSid=CALLER)
    assert board(world).announcement == "Card payments are down."
    supervision.announce("", eve)
    assert "Card payments" not in world.hook("queue/1", CallSid=CALLER)
    with pytest.raises(SupervisionRefusedError, match="300"):
        supervision.announce("x" * 301, eve)


@pytest.mark.parametrize(
    ("mode", "muted", "coach"), [("listen", True, None), ("coach", False, leg(1)), ("barge", False, None)]
)
def test_a_supervisor_comes_in_unheard_or_heard_by_the_agent_or_by_both(
    world: World, supervision: Supervision, eve: int, mode: str, muted: bool, coach: str | None
) -> None:
    world.agent("ann")
    world.bridged()
    supervision.join(world.id, eve, mode)  # type: ignore[arg-type]
    asked = ("add_participant", CONFERENCE, "client:eve", f"supervisor-{eve}", muted, coach)
    assert asked in world.carrier.asked
    assert board(world).live[0].listeners == [{"agent": eve, "mode": mode, "call_sid": SUPERVISOR}]


def test_who_listens_changes_to_coaching_without_being_rung_again(
    world: World, supervision: Supervision, eve: int
) -> None:
    world.agent("ann")
    world.bridged()
    supervision.join(world.id, eve, "listen")
    supervision.join(world.id, eve, "coach")
    assert world.carrier.names().count("add_participant") == 1
    assert world.carrier.asked[-1][3] == {"muted": False, "hold": None, "coach": leg(1)}


def test_a_supervisor_takes_the_call_over_and_the_caller_stays(
    world: World, supervision: Supervision, eve: int
) -> None:
    ann = world.agent("ann")
    world.bridged()
    supervision.join(world.id, eve, "barge")
    supervision.take_over(world.id, eve)
    assert world.row.state == "bridged"
    assert (world.row.agent_id, world.presence(eve), world.presence(ann)) == (eve, "on-call", "wrap-up")
    assert ("end", leg(1)) in world.carrier.asked
    world.leaves("agent-1", leg(1))
    assert world.row.state == "bridged"
    world.leaves(f"supervisor-{eve}", SUPERVISOR)
    world.service.caller_gone(CALLER)
    assert world.row.state == "served"


def test_a_supervisor_who_is_away_takes_a_call_over_and_is_away_again_after_it(
    world: World, supervision: Supervision
) -> None:
    world.agent("ann")
    boss = world.agent("boss", "away", roles=["supervisor"])
    world.bridged()
    supervision.join(world.id, boss, "barge")
    supervision.take_over(world.id, boss)
    assert world.presence(boss) == "on-call"
    world.service.end(world.id, boss)
    assert world.presence(boss) == "wrap-up"
    world.clock.forward(60)
    world.run_due()
    assert world.presence(boss) == "away"


def test_a_supervisor_who_took_over_and_whose_line_failed_is_replaced(
    world: World, supervision: Supervision, eve: int
) -> None:
    world.agent("ann")
    world.bridged()
    supervision.join(world.id, eve, "barge")
    supervision.take_over(world.id, eve)
    world.hook(f"supervisor/{eve}/barge", CallSid=SUPERVISOR, CallStatus="failed")
    assert world.row.state == "parked"
    assert ("move", CALLER, f"{PUBLIC}/handoff/1/room") in world.carrier.asked


def test_a_call_is_taken_over_from_within(world: World, supervision: Supervision, eve: int) -> None:
    world.agent("ann")
    world.bridged()
    with pytest.raises(SupervisionRefusedError, match="not in that call"):
        supervision.take_over(world.id, eve)


def test_a_supervisor_who_hangs_up_changes_nothing_for_the_others(
    world: World, supervision: Supervision, eve: int
) -> None:
    world.agent("ann")
    world.bridged()
    supervision.join(world.id, eve, "listen")
    world.leaves(f"supervisor-{eve}", SUPERVISOR)
    assert world.row.state == "bridged"
    assert board(world).live[0].listeners == []
    supervision.join(world.id, eve, "listen")
    supervision.leave(world.id, eve)
    assert ("end", SUPERVISOR) in world.carrier.asked


def test_what_the_carrier_refuses_is_told(world: World, supervision: Supervision, eve: int) -> None:
    world.agent("ann")
    world.bridged()
    world.carrier.faults["add_participant"] = CarrierError("no such number", again=False)
    with pytest.raises(SupervisionRefusedError, match="no such number"):
        supervision.join(world.id, eve, "listen")
    assert board(world).live[0].listeners == []


def test_the_board_says_who_does_what_and_how_quickly_callers_are_served(world: World) -> None:
    ann, bob = world.agent("ann"), world.agent("bob", "break")
    world.bridged()
    world.clock.forward(30)
    seen = board(world)
    assert [(doing.agent.id, doing.presence) for doing in seen.agents] == [(ann, "on-call"), (bob, "break")]
    assert seen.agents[0].handoff is not None
    assert seen.agents[0].load.calls == 1
    assert (seen.live[0].seconds, seen.service_level, seen.longest_wait) == (30.0, 1.0, 0.0)


def test_who_waits_beyond_the_promise_lowers_the_service_level_at_once(world: World) -> None:
    world.agent("ann", "on-call")
    world.parked()
    assert board(world).service_level is None
    world.clock.forward(21)
    seen = board(world)
    assert (seen.service_level, seen.longest_wait) == (0.0, 21.0)


def test_the_agent_holds_the_caller_and_mutes_himself_but_nobody_else_does(world: World) -> None:
    ann, bob = world.agent("ann"), world.agent("bob")
    world.bridged()
    assert world.service.hold(world.id, ann, True)
    assert world.carrier.asked[-1][:3] == ("change_participant", CONFERENCE, CALLER)
    assert world.service.mute(world.id, ann, True)
    assert world.carrier.asked[-1][:3] == ("change_participant", CONFERENCE, leg(1))
    assert not world.service.hold(world.id, bob, True)
    with world.sessions() as tx:
        assert tx.get_one(Handoff, world.id).agent_id == ann
        assert tx.get_one(Agent, bob).presence == "available"

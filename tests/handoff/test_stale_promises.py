"""What was promised to the carrier is done once, and not at all when the hand-off no longer wants it."""

from collections.abc import Callable
from typing import Any

import pytest

from ivr.carrier.port import CarrierError
from ivr.carrier.twilio.requests import ANSWER_SECONDS, CONNECT_SECONDS
from ivr.handoff import events as ev
from ivr.store import outbox
from ivr.store.models import Agent, Offer, Outbox
from tests.fakes.fake_carrier import leg
from tests.harness.handoff_world import CALLER, CONFERENCE, PUBLIC, World

pytestmark = pytest.mark.integration

ROOM, QUEUE = f"{PUBLIC}/handoff/1/room", f"{PUBLIC}/handoff/1/queue"
SECOND_ROOM = "CF" + "2" * 32


def moves(world: World, sid: str = CALLER) -> list[Any]:
    return [what[2] for what in world.carrier.asked if what[:2] == ("move", sid)]


def waiting_in_the_queue(world: World) -> int:
    """Ann is on a call, the caller has been moved to the queue, and Ann becomes free and is offered the call."""
    ann = world.agent("ann", "on-call")
    world.parked()
    world.hook("queue", CallSid=CALLER)
    world.carrier.asked.clear()
    with world.sessions.begin() as tx:
        tx.get_one(Agent, ann).presence = "wrap-up"
    world.service.presence(ann, "available")
    world.hook("1/agent", CallSid=leg(1))
    return ann


def promised(world: World, do: str) -> int:
    """The newest promise of that kind, done or not."""
    with world.sessions() as tx:
        rows = tx.query(Outbox).order_by(Outbox.id.desc()).all()
        return next(row.id for row in rows if row.payload.get("do") == do)


def comes_again(world: World, row_id: int) -> None:
    """The process was killed between the carrier's answer and the note that it is done."""
    with world.sessions.begin() as tx:
        tx.get_one(Outbox, row_id).done_at = None
    world.another_process().carry_out(row_id)
    with world.sessions() as tx:
        assert outbox.open_row(tx, row_id) is None, "what is no longer wanted is done with"


def test_a_bridged_caller_is_not_moved_by_a_promise_whose_answer_was_lost(world: World) -> None:
    waiting_in_the_queue(world)
    world.carrier.lost.append("move")
    world.hook("1/accept", CallSid=leg(1), Digits="1")
    world.hook("room", CallSid=CALLER)
    world.joins("caller", CALLER, SECOND_ROOM)
    world.joins("agent-1", leg(1), SECOND_ROOM)
    assert world.row.state == "bridged"
    world.clock.forward(10)
    world.run_due()
    assert moves(world) == [ROOM]
    assert world.row.state == "bridged"


def test_a_caller_on_his_way_into_the_room_is_not_moved_again_before_his_coming_is_told(world: World) -> None:
    waiting_in_the_queue(world)
    world.carrier.lost.append("move")
    world.hook("1/accept", CallSid=leg(1), Digits="1")
    world.hook("room", CallSid=CALLER)
    world.clock.forward(2)
    world.run_due()
    assert moves(world) == [ROOM]


def test_a_move_that_was_not_carried_out_is_asked_for_again(world: World) -> None:
    waiting_in_the_queue(world)
    world.carrier.faults["move"] = CarrierError("429", again=True)
    world.hook("1/accept", CallSid=leg(1), Digits="1")
    assert moves(world) == []
    world.clock.forward(2)
    world.run_due()
    assert moves(world) == [ROOM]


def test_a_move_into_the_queue_does_not_follow_one_into_the_room(world: World) -> None:
    ann = world.agent("ann", "on-call")
    world.parked()
    late = promised(world, "MoveCaller")
    with world.sessions.begin() as tx:
        tx.get_one(Agent, ann).presence = "wrap-up"
    world.hook("queue", CallSid=CALLER)
    world.service.presence(ann, "available")
    world.service.accept(world.id, ann, by="key")
    comes_again(world, late)
    assert moves(world) == [QUEUE, ROOM]


@pytest.mark.parametrize("bridged", [False, True])
def test_the_move_of_a_process_that_was_killed_before_it_could_say_so_is_not_made_again(
    world: World, bridged: bool
) -> None:
    waiting_in_the_queue(world)
    world.hook("1/accept", CallSid=leg(1), Digits="1")
    world.hook("room", CallSid=CALLER)
    if bridged:
        world.joins("caller", CALLER, SECOND_ROOM)
        world.joins("agent-1", leg(1), SECOND_ROOM)
    comes_again(world, promised(world, "MoveCaller"))
    assert moves(world) == [ROOM]


def test_a_click_moves_the_agents_leg_once(world: World) -> None:
    ann = world.agent("ann")
    world.parked()
    world.hook("1/agent", CallSid=leg(1))
    world.carrier.lost.append("move")
    world.service.accept(world.id, ann)
    world.hook("1/agent", CallSid=leg(1))
    world.clock.forward(2)
    world.run_due()
    assert len(moves(world, leg(1))) == 1


def test_the_goodbye_is_said_once(world: World) -> None:
    ann = world.agent("ann")
    world.bridged()
    world.carrier.lost.append("move")
    world.service.end(world.id, ann)
    world.service.resumed(CALLER)
    world.clock.forward(2)
    world.run_due()
    assert moves(world) == [f"{PUBLIC}/voice/resume"]


def test_a_leg_that_is_known_to_be_over_is_not_ended_again(world: World) -> None:
    world.agent("ann")
    world.parked()
    world.carrier.lost.append("end")
    world.service.decline(world.id, 1)
    world.leg_is(1, "completed")
    world.clock.forward(10)
    world.run_due()
    assert world.carrier.names().count("end") == 1


@pytest.mark.parametrize("answer", ["lost", "killed"])
def test_a_phone_that_is_known_to_ring_is_not_rung_again_and_not_given_up(world: World, answer: str) -> None:
    """The carrier has made the call and told us of it before its answer to our request was lost."""
    world.agent("ann")
    world.carrier.meanwhile["ring"] = lambda: world.leg_is(1, "initiated")
    if answer == "lost":
        world.carrier.lost.append("ring")
    world.parked()
    if answer == "killed":
        comes_again(world, promised(world, "Ring"))
    assert world.carrier.names().count("ring") == 1
    assert (world.row.state, world.outcomes) == ("offered", [None])


def test_a_ring_of_a_process_that_died_before_it_asked_for_it_is_given_up_and_the_next_agent_is_asked(
    world: World,
) -> None:
    world.agent("ann")
    bob = world.agent("bob")
    world.service.engine.spawn = lambda _work: None
    world.parked()
    with world.sessions.begin() as tx:
        tx.query(Offer).one().rung_at = world.clock.now()
    world.service = world.another_process()
    world.clock.forward(21)
    world.run_due()
    world.run_due()
    assert world.outcomes == ["failed", None]
    assert world.presence(bob) == "offered"
    assert world.presence(1) == "available", "she has missed nothing"


def test_a_deadline_of_an_earlier_wait_does_not_count_for_the_present_one(world: World) -> None:
    world.agent("ann")
    world.agent("carl", "on-call")
    world.bridged()
    world.clock.forward(58)
    world.leaves("agent-1", leg(1), status="failed")
    world.clock.forward(3)
    world.run_due()
    assert not world.state.late and world.row.state == "parked"


def test_a_deadline_that_comes_after_the_clock_was_put_back_still_counts(world: World) -> None:
    ann = world.agent("ann")
    world.parked()
    world.clock.forward(-3600)
    world.service.deadline(world.id)
    assert world.state.queued
    world.service.deadline(world.id, last=True)
    assert world.state.late
    world.service.expire(world.id, 1, "accept")
    assert world.row.state == "unanswered"
    assert world.presence(ann) == "away"


def test_an_agent_who_has_just_accepted_is_not_given_up_because_the_caller_has_waited_long(world: World) -> None:
    ann = waiting_in_the_queue(world)
    world.clock.forward(30)
    world.hook("queue/1", CallSid=CALLER)
    world.clock.forward(60)
    world.service.accept(world.id, ann)
    world.hook("room", CallSid=CALLER)
    world.hook("wait", CallSid=CALLER, ConferenceSid=SECOND_ROOM)
    assert world.outcomes == ["accepted"]
    world.clock.forward(20)
    world.hook("wait", CallSid=CALLER, ConferenceSid=SECOND_ROOM)
    assert world.outcomes == ["failed"]


def test_a_late_fetch_of_the_queues_document_does_not_take_a_caller_for_one_who_left_his_room(world: World) -> None:
    waiting_in_the_queue(world)
    world.hook("1/accept", CallSid=leg(1), Digits="1")
    world.hook("room", CallSid=CALLER)
    world.joins("caller", CALLER, SECOND_ROOM)
    world.hook("queue/1", CallSid=CALLER)
    world.joins("agent-1", leg(1), SECOND_ROOM)
    assert world.row.state == "bridged"


def test_what_the_worker_is_asking_for_is_not_asked_for_by_the_web_process_too(world: World) -> None:
    """The web process was so busy that the relay took the promise up; it comes to it while the worker waits."""
    waiting_in_the_queue(world)
    late: list[Callable[[], None]] = []
    world.service.engine.spawn = late.append
    world.hook("1/accept", CallSid=leg(1), Digits="1")
    promise = promised(world, "MoveCaller")
    with world.sessions.begin() as tx:
        assert outbox.lease(tx, promise, 0, world.clock.now())
    world.carrier.meanwhile["move"] = late[0]
    world.another_process().carry_out(promise)
    assert moves(world) == [ROOM]


def test_music_of_a_hold_that_was_begun_anew_is_not_ended(world: World) -> None:
    ann = world.agent("ann")
    bob = world.agent("bob")
    world.bridged()
    assert world.service.hold(world.id, ann, True)
    world.service.apply(world.id, ev.TransferTo(ann, bob))
    world.carrier.lost.append("change_participant")
    world.service.apply(world.id, ev.Alone(ann))
    assert world.service.hold(world.id, ann, True)
    world.clock.forward(10)
    world.run_due()
    holds = [what[3]["hold"] for what in world.carrier.asked if what[0] == "change_participant"]
    assert holds == [True, False, True]
    assert world.state.conference == CONFERENCE


# --- who hears nothing until a request is made ---


def due_in(world: World, do: str) -> float:
    """Seconds until the newest promise of that kind is anybody's to keep."""
    with world.sessions() as tx:
        return (tx.get_one(Outbox, promised(world, do)).due_at - world.clock.now()).total_seconds()


def test_a_request_of_a_process_that_died_is_another_ones_before_five_seconds_are_over(world: World) -> None:
    world.agent("ann")
    world.bridged()
    world.service.engine.spawn = lambda _work: None  # killed after the commit
    world.leaves("agent-1", leg(1))
    assert CONNECT_SECONDS + ANSWER_SECONDS < due_in(world, "MoveCaller") < 4.0


def test_a_request_that_the_carrier_was_silent_about_is_tried_again_at_once(world: World) -> None:
    world.agent("ann")
    world.bridged()
    world.carrier.faults["move"] = CarrierError("the carrier does not answer", again=True, doubtful=True)
    world.leaves("agent-1", leg(1))
    assert due_in(world, "MoveCaller") < 0.5

"""Each row of the warm transfer's failure table, and what the caller is left with."""

import pytest

from ivr.carrier.port import CarrierError
from ivr.desk.agents import longest_idle
from ivr.handoff.reconciliation import reconcile
from tests.fakes.fake_carrier import leg
from tests.harness.handoff_world import CALLER, CONFERENCE, PUBLIC, World

pytestmark = pytest.mark.integration

RESUME = f"{PUBLIC}/voice/resume"
ROOM, QUEUE, OFFERS = (f"{PUBLIC}/handoff/1/{name}" for name in ("room", "queue", "offers"))


@pytest.mark.parametrize(
    ("status", "outcome"),
    [("busy", "busy"), ("no-answer", "no-answer"), ("failed", "failed"), ("canceled", "no-answer")],
)
def test_an_agent_who_cannot_be_reached_is_followed_by_the_next(world: World, status: str, outcome: str) -> None:
    world.agent("ann")
    world.agent("bob")
    world.parked().leg_is(1, status)
    assert world.outcomes == [outcome, None]
    assert [what[1] for what in world.carrier.asked if what[0] == "ring"] == ["client:ann", "client:bob"]


def test_no_answer_by_all_moves_the_caller_to_the_queue_where_he_may_choose(world: World) -> None:
    world.agent("ann")
    world.parked().leg_is(1, "no-answer")
    assert world.row.state == "parked"
    assert ("move", CALLER, QUEUE) in world.carrier.asked
    heard = world.hook("queue", CallSid=CALLER)
    assert "You are next in the queue." in heard
    assert "Press zero" in heard


@pytest.mark.parametrize("missed", ["no-answer", "completed"])
def test_who_missed_a_call_is_away_and_the_caller_goes_on_to_the_next_at_once(world: World, missed: str) -> None:
    ann, bob = world.agent("ann"), world.agent("bob")
    world.parked().leg_is(1, missed)
    assert (world.presence(ann), world.presence(bob)) == ("away", "offered")
    world.leg_is(2, "busy")
    assert world.row.state == "parked"
    world.service.presence(ann, "available")
    assert world.presence(ann) == "offered", "they come back for the caller whom they missed"


def test_an_agent_who_presses_no_key_counts_as_no_answer(world: World) -> None:
    world.agent("ann")
    world.parked()
    assert "Press 1 to accept" in world.hook("1/agent", CallSid=leg(1))
    world.leg_is(1, "completed")  # the whisper ran out and hung up
    assert world.outcomes == ["no-answer"]


def test_voicemail_is_not_bridged(world: World) -> None:
    world.agent("ann")
    world.parked()
    assert "<Conference" not in world.hook("1/agent", CallSid=leg(1), AnsweredBy="machine_start")
    assert world.outcomes == ["machine-answered"]


def test_an_agent_who_declines_by_key_is_followed_at_once_and_keeps_his_place(world: World) -> None:
    ann, bob = world.agent("ann"), world.agent("bob")
    world.parked()
    world.hook("1/agent", CallSid=leg(1))
    assert "<Hangup" in world.hook("1/accept", CallSid=leg(1), Digits="2")
    assert world.outcomes == ["declined", None]
    assert (world.presence(ann), world.presence(bob)) == ("available", "offered")
    with world.sessions() as tx:
        idle = longest_idle(tx)
        assert idle is not None
        assert idle.id == ann


def test_at_the_first_deadline_the_caller_is_told_how_he_waits_while_the_phone_rings_on(world: World) -> None:
    world.agent("ann")
    world.parked()
    world.clock.forward(61)
    world.service.deadline(world.id)
    assert world.row.state == "offered"
    assert ("move", CALLER, QUEUE) in world.carrier.asked
    assert ("end", leg(1)) not in world.carrier.asked


def test_after_the_longest_wait_a_phone_rings_to_its_end_and_then_call_back_or_message_are_offered(
    world: World,
) -> None:
    world.agent("ann")
    world.parked()
    world.clock.forward(1801)
    world.service.deadline(world.id, last=True)
    assert world.row.state == "offered"
    world.service.expire(world.id, 1, "accept")
    assert world.row.state == "unanswered"
    assert ("end", leg(1)) in world.carrier.asked
    assert ("move", CALLER, OFFERS) in world.carrier.asked
    heard = world.hook("offers", CallSid=CALLER)
    assert "call you back" in heard
    assert "leave a message" in heard


def test_a_caller_who_abandons_while_the_agent_rings_stops_the_ringing(world: World) -> None:
    ann = world.agent("ann")
    world.parked().leaves("caller", CALLER)
    assert world.row.state == "caller-left"
    assert ("end", leg(1)) in world.carrier.asked
    assert world.presence(ann) == "available"
    assert "hung up" in world.hook("1/agent", CallSid=leg(1))


def test_a_caller_who_abandons_as_the_agent_accepts_leaves_no_agent_in_an_empty_room(world: World) -> None:
    world.agent("ann")
    world.parked()
    world.hook("1/agent", CallSid=leg(1))
    world.service.caller_gone(CALLER)
    answer = world.hook("1/accept", CallSid=leg(1), Digits="1")
    assert "<Conference" not in answer
    assert "hung up" in answer


def test_an_agent_whose_line_drops_gives_the_caller_to_another_and_a_new_conference(world: World) -> None:
    world.agent("ann")
    world.agent("bob")
    world.bridged()
    before = world.service.park(CALLER)
    world.leaves("agent-1", leg(1), status="failed")
    after = world.service.park(CALLER)
    assert world.row.state == "offered"
    assert world.call.stage == "parked"
    assert ("move", CALLER, ROOM) in world.carrier.asked
    assert "<Conference" in world.hook("room", CallSid=CALLER)
    assert before
    assert after
    assert before.conference != after.conference


def test_after_a_restart_what_was_promised_is_done(world: World) -> None:
    world.agent("ann")
    world.request()
    world.carrier.faults["ring"] = CarrierError("killed here", again=True)
    world.service.write_brief(world.id)
    world.joins("caller", CALLER)
    assert "ring" not in world.carrier.names()
    world.service = world.another_process()
    world.clock.forward(10)
    world.run_due()
    assert world.carrier.names().count("ring") == 1


def test_after_a_restart_lost_goodbyes_are_found_out_by_asking_the_carrier(world: World) -> None:
    world.agent("ann")
    world.bridged()
    world.carrier.statuses[CALLER] = "completed"
    reconcile(world.another_process(), world.carrier)
    assert world.row.state == "served"
    assert ("end", leg(1)) in world.carrier.asked


def test_a_waiting_document_makes_up_for_a_worker_that_is_away(world: World) -> None:
    world.agent("ann")
    world.request()
    world.joins("caller", CALLER)
    world.clock.forward(4)
    world.hook("wait")
    assert world.row.brief is not None
    assert "ring" in world.carrier.names()
    world.clock.forward(60)
    world.hook("wait")
    assert ("move", CALLER, QUEUE) in world.carrier.asked
    world.clock.forward(1800)
    world.hook("queue/1", CallSid=CALLER)
    assert world.row.state == "unanswered", "ann has missed it, though no timer was there to say so"


def test_a_lost_join_callback_is_made_up_for_by_the_waiting_document(world: World) -> None:
    world.agent("ann")
    world.request()
    world.service.write_brief(world.id)
    world.hook("wait", CallSid=CALLER, ConferenceSid=CONFERENCE)
    assert "ring" in world.carrier.names()


def test_without_a_worker_an_agent_who_accepted_and_never_came_is_given_up(world: World) -> None:
    ann = world.agent("ann")
    world.parked()
    world.service.accept(world.id, ann)
    world.clock.forward(90)
    world.hook("wait")
    assert world.outcomes == ["failed"]
    assert ("move", CALLER, QUEUE) in world.carrier.asked


def test_too_many_requests_are_repeated_and_the_phone_rings_once(world: World) -> None:
    world.agent("ann")
    world.carrier.faults["ring"] = CarrierError("429", again=True)
    world.parked()
    world.clock.forward(2)
    world.run_due()
    world.run_due()
    assert world.carrier.names().count("ring") == 1
    assert world.outcomes == [None]


def test_a_call_that_may_have_been_made_is_not_made_again(world: World) -> None:
    world.agent("ann")
    world.carrier.faults["ring"] = CarrierError("timeout", again=False)
    world.parked()
    assert world.outcomes == ["failed"]
    world.leg_is(1, "ringing")  # it had been made after all
    assert ("end", leg(1)) in world.carrier.asked


def test_a_leg_is_recognised_from_a_callback_that_comes_before_the_rest_answer(world: World) -> None:
    world.agent("ann")
    world.parked()
    world.leg_is(1, "initiated")
    world.leg_is(1, "ringing")
    assert world.state.attempts[0].sid == leg(1)


def test_late_callbacks_of_an_earlier_conference_change_nothing(world: World) -> None:
    world.agent("ann")
    world.bridged()
    old = world.service.park(CALLER)
    assert old
    world.leaves("agent-1", leg(1), status="failed")
    state = world.row.machine
    form = {"StatusCallbackEvent": "participant-join", "ParticipantLabel": "caller", "CallSid": CALLER}
    world.hook("conference", FriendlyName=old.conference, ConferenceSid=CONFERENCE, **form)
    assert world.row.machine == state


def test_a_caller_who_comes_out_of_the_conference_alive_is_parked_again(world: World) -> None:
    world.agent("ann")
    world.parked()
    answer = world.hook("caller-left", CallSid=CALLER, CallStatus="in-progress")
    assert RESUME in answer
    assert world.call.stage == "parked"


def test_after_the_agents_goodbye_the_caller_is_thanked_and_every_leg_ends(world: World) -> None:
    ann = world.agent("ann")
    world.bridged()
    world.service.end(world.id, ann)
    assert world.row.state == "served"
    assert world.call.stage == "goodbye"
    assert world.call.outcome == "handed-off"
    assert ("move", CALLER, RESUME) in world.carrier.asked
    assert ("end", leg(1)) in world.carrier.asked
    assert ("end_conference", CONFERENCE) in world.carrier.asked
    assert world.presence(ann) == "wrap-up"
    assert "Goodbye" in world.hook("caller-left", CallSid=CALLER, CallStatus="in-progress")
    world.clock.forward(25)
    world.run_due()
    assert ("end", CALLER) in world.carrier.asked


def test_when_the_caller_says_goodbye_first_the_agents_leg_ends(world: World) -> None:
    world.agent("ann")
    world.bridged().leaves("caller", CALLER)
    assert world.row.state == "served"
    assert ("end", leg(1)) in world.carrier.asked
    assert ("move", CALLER, RESUME) not in world.carrier.asked


def test_a_message_ends_the_hand_off(world: World) -> None:
    world.parked()  # nobody on shift
    assert ("move", CALLER, OFFERS) in world.carrier.asked
    assert RESUME in world.hook("choice", CallSid=CALLER, Digits="2")
    assert world.call.stage == "message"
    world.service.message_left(CALLER, "RE" + "1" * 32)
    assert world.row.state == "message-taken"
    assert world.call.outcome == "message"


@pytest.mark.parametrize(
    "path",
    [
        "conference",
        "wait",
        "caller-left",
        "queue",
        "queue/1",
        "key",
        "offers",
        "choice",
        "call-back",
        "number",
        "keyed",
        "confirm/15550001111",
        "room",
        "1/caller",
        "1/caller-status",
        "1/agent",
        "1/accept",
        "1/agent-left",
        "1/status",
    ],
)
def test_a_callback_that_the_carrier_has_not_signed_is_refused(world: World, path: str) -> None:
    world.request()
    with pytest.raises(AssertionError, match="403"):
        world.post(path, {"CallSid": CALLER}, "forged")

"""The traps that warm transfers are reported to fall into, each by name, and what the caller is left with."""

import xml.etree.ElementTree as ET

import pytest

import twiml
from ivr.handoff import events as ev
from ivr.handoff.addresses import conference_name
from tests.fakes.fake_carrier import SUPERVISOR, leg
from tests.fakes.fake_twilio_http import FakeTwilioHttp
from tests.harness.handoff_world import CALLER, CONFERENCE, PUBLIC, World
from tests.harness.twilio_requests import REQUESTS, carrier

pytestmark = pytest.mark.integration

ROOM = f"{PUBLIC}/handoff/1/room"
SAFE = ("Dial", "Redirect", "Hangup", "Record")  # what a caller's document may end with


def last_verb(document: str) -> str:
    return ET.fromstring(document)[-1].tag


def test_trap_1_the_end_of_the_stream_is_not_the_end_of_the_call(world: World) -> None:
    world.request()
    assert world.call.stage == "parked"
    assert world.service.park(CALLER) is not None


def test_trap_2_a_streaming_call_is_not_touched_until_it_has_come_out_of_its_stream(world: World) -> None:
    world.request()
    world.service.write_brief(world.id)  # nobody is there: the bot still says its sentence
    assert world.carrier.asked == []
    world.joins("caller", CALLER)
    assert world.carrier.names() == ["move"]


@pytest.mark.parametrize(
    "path", ["queue", "queue/1", "key", "offers", "choice", "call-back", "keyed", "room", "caller-left"]
)
def test_trap_3_no_document_leaves_the_caller_on_a_silent_line(world: World, path: str) -> None:
    world.agent("ann", "on-call")
    world.parked()
    assert last_verb(world.hook(path, CallSid=CALLER, CallStatus="in-progress")) in SAFE


def test_trap_4_a_caller_who_hangs_up_stops_the_agents_phone(world: World) -> None:
    world.agent("ann")
    world.parked()
    world.service.caller_gone(CALLER)
    assert ("end", leg(1)) in world.carrier.asked
    assert "hung up" in world.hook("1/agent", CallSid=leg(1))


def test_trap_5_the_conference_is_known_from_its_callback_and_looked_up_by_nobody(world: World) -> None:
    world.agent("ann")
    world.request()
    world.service.write_brief(world.id)
    assert world.state.conference is None
    assert conference_name(world.row, 1) in world.hook("1/accept", CallSid=leg(1), Digits="1")
    world.joins("agent-1", leg(1))
    assert world.row.state == "accepted"
    world.joins("caller", CALLER)
    assert world.row.state == "bridged"
    assert world.row.conference_sid == CONFERENCE


def test_trap_6_a_conference_that_cannot_be_ended_is_over_and_the_ringing_leg_is_ended_by_its_own_sid(
    world: World,
) -> None:
    for status in (400, 404):
        carrier(FakeTwilioHttp(status, {"code": 20001, "message": "cannot", "status": status})).end_conference(
            CONFERENCE
        )
    world.agent("ann")
    world.parked()
    world.service.apply(world.id, ev.CallerGone())
    assert {("end", leg(1)), ("end_conference", CONFERENCE)} <= set(world.carrier.asked)


def test_trap_7_who_ends_the_conference_is_never_changed_afterwards() -> None:
    http = FakeTwilioHttp()
    REQUESTS["change a participant"](carrier(http))
    assert "EndConferenceOnExit" not in http.sent[0][2]


def test_trap_8_an_agent_who_leaves_while_another_leg_rings_leaves_nobody_alone(world: World) -> None:
    world.agent("ann")
    world.parked()
    world.service.accept(world.id, 1)
    world.leg_is(1, "failed")  # on his way, with the caller moved or waiting
    assert world.row.state == "parked"
    assert world.carrier.asked[-1] == ("move", CALLER, f"{PUBLIC}/handoff/1/queue")


def test_trap_9_hold_speaks_of_the_conference_that_they_are_in_now(world: World) -> None:
    world.agent("ann")
    bob = world.agent("bob")
    world.bridged().leaves("agent-1", leg(1), status="failed")
    world.hook("2/agent", CallSid=leg(2))
    world.hook("2/accept", CallSid=leg(2), Digits="1")
    world.joins("agent-2", leg(2), "CF" + "2" * 32)
    world.joins("caller", CALLER, "CF" + "2" * 32)
    assert world.service.hold(world.id, bob, True)
    assert world.carrier.asked[-1][1] == "CF" + "2" * 32


def test_trap_10_the_agents_coming_starts_the_conference_and_the_callers_leaving_ends_it() -> None:
    caller = ET.fromstring(twiml.enter_conference("room", "w", "c", "l")).find("Dial/Conference")
    agent = ET.fromstring(twiml.join("room", "agent-1", "l")).find("Dial/Conference")
    assert caller is not None and agent is not None
    assert (caller.get("startConferenceOnEnter"), caller.get("endConferenceOnExit")) == ("false", "true")
    assert (agent.get("startConferenceOnEnter"), agent.get("endConferenceOnExit")) == ("true", "false")


def test_trap_11_a_late_callback_of_an_old_conference_is_not_taken_for_the_new_ones(world: World) -> None:
    world.agent("ann", "on-call")
    world.parked()  # into the conference, and out of it into the queue
    before = world.row.machine
    world.service.apply(world.id, ev.CallerJoined(CONFERENCE))
    assert world.row.machine == before


def test_trap_12_moving_a_caller_who_has_just_hung_up_ends_the_hand_off(world: World) -> None:
    world.agent("ann", "on-call")
    world.carrier.over.add(CALLER)
    world.parked()
    assert world.row.state == "caller-left"


def test_trap_13_a_click_in_the_whisper_ends_it_and_joins(world: World) -> None:
    ann = world.agent("ann")
    world.parked()
    assert "<Gather" in world.hook("1/agent", CallSid=leg(1))
    world.service.accept(world.id, ann)
    assert world.carrier.asked[-1][:2] == ("move", leg(1))
    assert "<Conference" in world.hook("1/agent", CallSid=leg(1))


def test_trap_14_leaving_because_we_moved_the_leg_is_no_hanging_up(world: World) -> None:
    world.agent("ann")
    world.parked().leaves("caller", CALLER, reason="participant_updated_via_api")
    assert world.row.state == "offered"


def test_trap_15_the_call_is_recorded_and_not_the_conference_which_is_mono_and_lacks_the_coach() -> None:
    for document in (twiml.enter_conference("room", "w", "c", "l"), twiml.join("room", "agent-1", "l", "c")):
        room = ET.fromstring(document).find("Dial/Conference")
        assert room is not None
        assert room.get("record") is None


def test_trap_16_a_callback_that_comes_before_the_answer_to_our_request_is_understood(world: World) -> None:
    world.agent("ann")
    world.parked()
    world.leg_is(1, "ringing")
    world.service.apply(world.id, ev.LegKnown(1, leg(1)))
    assert (world.state.attempts[0].sid, world.carrier.names().count("ring")) == (leg(1), 1)


def test_a_supervisors_leg_is_no_agents_leg(world: World) -> None:
    world.agent("ann")
    world.bridged()
    world.joins("supervisor-9", SUPERVISOR)
    world.leaves("supervisor-9", SUPERVISOR)
    assert world.row.state == "bridged"

"""Call-backs: the place is kept, the agent is rung first, and each try has its outcome."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ivr.calls.report import call_report
from ivr.desk.opening_hours import OpeningHours
from ivr.dialling.dials import Dials
from ivr.dialling.policy import DialPolicy
from ivr.handoff import call_backs
from ivr.handoff.call_back_desk import CallBackDesk
from ivr.phrasing.announcements import Announcements
from ivr.recordings.storage import RecordingFiles
from ivr.store.engine import Sessions
from ivr.store.models import Call, Handoff
from tests.fakes.fake_carrier import leg
from tests.fakes.fake_clock import FakeClock
from tests.harness.call_back_world import DIALLED, booked, free, promise, trying
from tests.harness.handoff_world import CALLER, LINE, World

pytestmark = pytest.mark.integration


def people(world: World) -> CallBackDesk:
    live: Any = world.live
    return CallBackDesk(world.sessions, world.clock, live, OpeningHours())


def test_zero_confirms_the_number_and_books(world: World) -> None:
    world.agent("ann", "on-call")
    world.parked()
    heard = world.hook("key", CallSid=CALLER, Digits="0")
    assert "We will call you back at 1, 5 5 5, 0 0 0, 1 1 1 1, and you keep your place in the queue." in heard
    assert "We will call you back as soon as it is your turn" in world.hook("number", CallSid=CALLER, Digits="1")
    assert (world.row.state, world.call.stage, world.call.outcome) == ("callback-booked", "goodbye", "callback")
    assert (promise(world).number, promise(world).state) == ("+15550001111", "booked")


def test_who_calls_in_again_is_not_called_back_while_he_talks(world: World) -> None:
    booked(world)
    free(world)
    with world.sessions.begin() as tx:
        started = world.clock.now()
        tx.add(Call(sid=leg(77), caller=promise(world).number, called=LINE, started_at=started, stage="dialogue"))
    world.clock.forward(10)
    world.run_due()
    assert (promise(world).state, promise(world).tries) == ("booked", 0)
    with world.sessions.begin() as tx:
        tx.get_one(Call, leg(77)).ended_at = world.clock.now()
    world.clock.forward(10)
    world.run_due()
    assert (promise(world).state, promise(world).tries) == ("trying", 1)


def test_booking_twice_is_one_promise(world: World) -> None:
    booked(world)
    world.hook("number", CallSid=CALLER, Digits="1")
    with world.sessions() as tx:
        assert len(call_backs.open_call_backs(tx)) == 1


def test_another_number_is_keyed_read_back_and_confirmed(world: World) -> None:
    world.agent("ann", "on-call")
    world.parked()
    assert "press pound" in world.hook("number", CallSid=CALLER, Digits="2")
    assert "not a number" in world.hook("keyed", CallSid=CALLER, Digits="12")
    assert "2 1 2, 5 5 5, 2 3 6 8" in world.hook("keyed", CallSid=CALLER, Digits="2125552368")
    world.hook("confirm/12125552368", CallSid=CALLER, Digits="1")
    assert promise(world).number == "+12125552368"


def test_who_hides_his_number_is_asked_for_one(world: World) -> None:
    with world.sessions.begin() as tx:
        tx.get_one(Call, CALLER).caller = "anonymous"
    world.agent("ann", "on-call")
    world.parked()
    assert "key in the number" in world.hook("key", CallSid=CALLER, Digits="0")


def test_numbers_abroad_and_costly_ones_are_not_called() -> None:
    dials = Dials(DialPolicy.parse("US"), "US")
    assert dials.keyed("2125552368") == "+12125552368"
    assert dials.keyed("9002345678") is None
    assert dials.keyed("011442071838750") is None
    assert dials.keyed("") is None
    assert dials.keyed("5550123") is None
    assert dials.own("+266696687") is None
    assert "the phone that you are calling from" in Announcements("en").call_back_at("client:ann")


def test_the_place_in_the_queue_is_kept(world: World) -> None:
    asked = world.clock.now()
    booked(world)
    world.clock.forward(60)
    other = world.another_caller(7)
    world.run_due()
    world.run_due()
    assert world.service.find(3).place_at == asked + timedelta(seconds=1)
    free(world)
    assert (world.service.find(3).state, world.service.find(other).state) == ("offered", "requested")


def test_the_agent_is_rung_first_with_the_brief_and_then_the_caller(world: World) -> None:
    trying(world)
    rings = [what[1:] for what in world.carrier.asked if what[0] == "ring"]
    assert [to for to, _ in rings] == ["client:ann", "+15550001111"]
    assert world.row.brief is not None and world.row.brief["known"] == {"amount": "42.00"}
    heard = world.hook("1/caller", CallSid=DIALLED)
    assert "the call back from Test Bank" in heard and "<Conference" in heard and "<Gather" not in heard
    world.joins("caller", DIALLED)
    assert world.row.state == "bridged"
    world.leaves("caller", DIALLED)
    assert (world.row.state, promise(world).state, promise(world).outcome) == ("served", "served", "served")
    assert world.presence(1) == "wrap-up"
    assert world.call.stage == "ended" or world.call.outcome == "callback"


def test_the_calls_report_keeps_its_own_hand_off_while_the_call_back_runs(world: World) -> None:
    trying(world)
    handoff = call_report(world.sessions, CALLER, RecordingFiles("file:///nowhere"))["handoff"]
    assert (handoff["state"], handoff["attempts"]) == ("callback-booked", [])


@pytest.mark.parametrize(
    ("status", "outcome"),
    [("no-answer", "no-answer"), ("busy", "busy"), ("failed", "failed"), ("completed", "hung-up")],
)
def test_who_is_not_reached_is_tried_again_after_fifteen_minutes_and_two_hours(
    world: World, status: str, outcome: str
) -> None:
    trying(world)
    at = world.clock.now()
    world.hook("1/caller-status", CallSid=DIALLED, CallStatus=status)
    assert world.row.state == "not-reached"
    assert ("end", leg(1)) in world.carrier.asked
    assert world.presence(1) == "available"
    found, missed = promise(world), world.state
    assert (found.state, found.outcome, found.next_at) == ("booked", outcome, at + timedelta(minutes=15))
    for tries, wait in ((1, timedelta(hours=2)), (2, None)):
        world.clock.forward(7200)
        now = world.clock.now()
        with world.sessions.begin() as tx:
            row = call_backs.start_try(tx, 1, tries + 1, now, OpeningHours())
            assert row is not None
            call_backs.note_end(tx, row, missed, now, OpeningHours())
        assert promise(world).next_at == (now + wait if wait else None)
    assert promise(world).state == "given-up"
    assert [attempt["outcome"] for attempt in promise(world).attempts] == [outcome] * 3


def test_a_caller_whose_phone_rings_when_the_agent_is_lost_is_not_left_ringing(world: World) -> None:
    trying(world).leaves("agent-1", leg(1))
    assert ("end", DIALLED) in world.carrier.asked
    assert world.row.state == "parked"
    assert "call you again" in world.hook("1/caller", CallSid=DIALLED)


def test_a_call_back_that_could_not_be_dialled_is_a_missed_try(world: World) -> None:
    from ivr.carrier.port import CarrierError

    booked(world)
    world.clock.forward(10)
    world.run_due()
    world.id = 2
    world.run_due()
    free(world)
    world.hook("1/agent", CallSid=leg(1))
    world.hook("1/accept", CallSid=leg(1), Digits="1")
    world.carrier.faults["ring"] = CarrierError("no route", again=False)
    world.joins("agent-1", leg(1))
    assert (world.row.state, promise(world).outcome) == ("not-reached", "failed")


def test_a_caller_whose_agents_line_drops_is_kept_and_gets_another(world: World) -> None:
    trying(world)
    world.hook("1/caller", CallSid=DIALLED)
    world.joins("caller", DIALLED)
    bob = world.agent("bob")
    world.leaves("agent-1", leg(1), status="failed")
    assert (world.row.state, world.presence(bob)) == ("offered", "offered")
    assert ("end", DIALLED) not in world.carrier.asked
    assert any(what[0] == "move" and what[1] == DIALLED for what in world.carrier.asked)


def test_a_cancelled_call_back_is_not_tried(world: World) -> None:
    booked(world)
    people(world).cancel(1, "eve@bank.test", "He rang again.")
    world.clock.forward(10)
    world.run_due()
    with world.sessions() as tx:
        assert tx.get(Handoff, 2) is None


def test_outside_the_hours_the_first_try_waits_for_the_opening(sessions: Sessions, clock: FakeClock) -> None:
    world = World(sessions, clock, OpeningHours.parse("mon-fri 12:00-20:00"))
    world.parked()
    world.hook("choice", CallSid=CALLER, Digits="1")
    assert "when we open, today at 12 PM" in world.hook("number", CallSid=CALLER, Digits="1")
    assert promise(world).next_at == datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_an_agent_who_accepts_is_quicker_than_the_booking(world: World) -> None:
    ann = world.agent("ann")
    world.parked()
    world.service.accept(world.id, ann)
    assert world.service.book_call_back(world.id, "+15550001111") is None
    assert world.row.state == "accepted"


def test_an_agent_promises_a_call_back_in_mid_conversation(world: World) -> None:
    world.agent("ann")
    world.bridged()
    at = world.clock.now() + timedelta(days=1)
    found = world.service.book_call_back(world.id, "+15550001111", at, by="ann@bank.test")
    assert found is not None and (found.next_at, found.booked_by) == (at, "ann@bank.test")
    assert world.row.state == "bridged"


def test_one_that_was_moved_is_tried_at_its_new_time_alone(world: World) -> None:
    booked(world)
    people(world).move(1, "eve@bank.test", world.clock.now() + timedelta(hours=1))
    world.clock.forward(10)
    world.run_due()
    assert promise(world).state == "booked", "the first promise no longer counts"
    world.clock.forward(3590)
    world.run_due()
    assert (promise(world).state, promise(world).tries) == ("trying", 1)


def test_a_call_back_is_recorded_and_listened_to_as_part_of_the_call_that_it_answers(world: World) -> None:
    trying(world)
    heard = world.hook("1/caller", CallSid=DIALLED)
    assert f"/voice/recording/{CALLER}" in heard
    assert "It is recorded." in heard
    assert f'<Parameter name="call" value="{CALLER}"' in heard
    assert heard.index("<Recording") < heard.index("<Say") < heard.index("<Parameter") < heard.index("<Conference")

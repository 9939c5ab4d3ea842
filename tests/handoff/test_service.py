"""The hand-off service: one winner, clicks and keys, the desk's fairness, and what pages are told."""

import threading
from datetime import datetime, timedelta

import pytest

from ivr.carrier.port import CarrierError
from ivr.desk.agents import PresenceRefusedError
from ivr.handoff import events as ev
from ivr.handoff.reconciliation import reconcile
from ivr.handoff.service import OfferResult, UnknownHandoffError
from ivr.store.models import Agent
from tests.fakes.fake_carrier import leg
from tests.harness.handoff_world import CALLER, PUBLIC, World

pytestmark = pytest.mark.integration


def test_a_second_request_returns_the_live_hand_off(world: World) -> None:
    assert world.request() == world.request()
    assert world.call.stage == "parked"


def test_the_brief_is_on_the_first_agents_page_before_any_phone_rings(world: World) -> None:
    ann = world.agent("ann")
    world.request()
    world.carrier.faults["ring"] = CarrierError("the carrier is slow", again=True)
    world.run_due()
    assert world.row.brief is not None
    assert (f"agent:{ann}", "offer", str(world.id)) in world.live.news
    assert "ring" not in world.carrier.names()


def test_the_phone_rings_while_the_caller_is_on_his_way_to_the_conference(world: World) -> None:
    world.agent("ann")
    world.request()
    world.run_due()
    assert world.carrier.names() == ["ring"]
    world.joins("caller", CALLER)
    assert world.carrier.names() == ["ring"]


def test_the_longest_idle_agent_is_asked_first(world: World) -> None:
    late = world.agent("late")
    early = world.agent("early")
    with world.sessions.begin() as tx:
        tx.get_one(Agent, early).presence_since -= timedelta(hours=1)
    world.parked()
    assert (world.presence(early), world.presence(late)) == ("offered", "available")


TIMES = (10, pytest.param(200, marks=[pytest.mark.slow, pytest.mark.timeout(900)]))


@pytest.mark.parametrize("times", TIMES)
def test_two_agents_accept_at_once_and_one_wins_and_the_other_is_told(world: World, times: int) -> None:
    ann, bob = world.agent("ann", "away"), world.agent("bob", "away")
    for number in range(times):
        for agent in (ann, bob):
            world.service.presence(agent, "available")
        world.clock.forward(1)
        world.id = world.another_caller(number + 2)
        world.service.apply(world.id, ev.CallerJoined(f"CF{number}"))
        answers = at_once(world, ann, bob)
        current = world.state.current
        winners = [agent for agent, answer in answers.items() if answer.ok]
        assert winners == ([current.agent] if current is not None and current.holds else [])
        for agent in {ann, bob} - set(winners):
            assert answers[agent].why in ("taken", "too-late", "not-offered")
        world.service.apply(world.id, ev.CallerGone())
        assert {world.presence(agent) for agent in (ann, bob)} <= {"available", "away"}  # who gave up missed a call


def at_once(world: World, ann: int, bob: int) -> dict[int, OfferResult]:
    """Both accept in the moment in which the offer's time is over and it goes from one to the other."""
    answers: dict[int, OfferResult] = {}
    barrier = threading.Barrier(3)

    def accept(agent: int) -> None:
        barrier.wait()
        answers[agent] = world.another_process().accept(world.id, agent)

    def give_up() -> None:
        barrier.wait()
        world.another_process().expire(world.id, 1, "accept")

    threads = [threading.Thread(target=accept, args=(agent,)) for agent in (ann, bob)]
    threads.append(threading.Thread(target=give_up))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_accepting_twice_is_one_acceptance(world: World) -> None:
    ann = world.agent("ann")
    world.parked()
    assert world.service.accept(world.id, ann) == world.service.accept(world.id, ann)


def test_a_click_while_the_phone_rings_joins_as_soon_as_it_is_answered(world: World) -> None:
    ann = world.agent("ann")
    world.parked()
    assert world.service.accept(world.id, ann).why == "won"
    assert "<Conference" in world.hook("1/agent", CallSid=leg(1))


def test_a_click_in_the_whisper_moves_the_leg_into_the_conference(world: World) -> None:
    ann = world.agent("ann")
    world.parked()
    world.hook("1/agent", CallSid=leg(1))
    world.service.accept(world.id, ann)
    assert ("move", leg(1), f"{PUBLIC}/handoff/{world.id}/1/agent") in world.carrier.asked
    assert "<Conference" in world.hook("1/agent", CallSid=leg(1))


def test_another_key_repeats_the_whisper(world: World) -> None:
    world.agent("ann")
    world.parked()
    assert "Press 1" in world.hook("1/accept", CallSid=leg(1), Digits="7")


def test_the_agents_end_button_ends_the_conversation(world: World) -> None:
    ann = world.agent("ann")
    world.bridged()
    assert world.service.end(world.id, ann).ok
    assert world.row.state == "served"


def test_each_hold_is_kept_with_who_held_and_from_when_to_when(world: World) -> None:
    ann = world.agent("ann")
    world.bridged()
    for seconds in (10, 5):
        assert world.service.hold(world.id, ann, on=True)
        world.clock.forward(seconds)
        assert world.service.hold(world.id, ann, on=False)
        world.clock.forward(1)
    times = {name: datetime.fromisoformat(at) for name, at in world.row.times.items()}
    lasted = [(times[f"unheld-1.{number}"] - times[f"held-1.{number}"]).total_seconds() for number in (1, 2)]
    assert lasted == [10, 5]


def test_a_caller_who_hangs_up_on_hold_was_not_taken_back(world: World) -> None:
    ann = world.agent("ann")
    world.bridged()
    world.service.hold(world.id, ann, on=True)
    world.service.caller_gone(CALLER)
    assert "held-1.1" in world.row.times
    assert "unheld-1.1" not in world.row.times


def test_somebody_elses_clicks_do_nothing(world: World) -> None:
    world.agent("ann")
    eve = world.agent("eve", "away")
    world.parked()
    assert world.service.accept(world.id, eve).why == "not-offered"
    assert not world.service.decline(world.id, eve).ok
    assert not world.service.end(world.id, eve).ok
    assert world.row.state == "offered"


def test_an_agent_who_becomes_available_gets_who_is_waiting(world: World) -> None:
    ann = world.agent("ann", "wrap-up")
    world.parked()
    assert world.row.state == "parked"
    assert world.row.times["queued"]
    world.service.presence(ann, "available")
    assert world.row.state == "offered"


def test_a_break_asked_for_on_a_call_starts_after_its_wrap_up(world: World) -> None:
    ann = world.agent("ann")
    world.bridged()
    assert world.service.presence(ann, "break").presence == "on-call"
    world.leaves("caller", CALLER)
    assert world.presence(ann) == "wrap-up"
    world.clock.forward(31)
    world.run_due()
    assert world.presence(ann) == "break"


def test_a_break_asked_for_during_a_call_can_be_taken_back(world: World) -> None:
    ann = world.agent("ann")
    world.bridged()
    world.service.presence(ann, "break")
    assert world.service.presence(ann, "available").next_presence is None
    world.leaves("caller", CALLER)
    assert world.presence(ann) == "wrap-up"


def test_wrap_up_comes_by_itself(world: World) -> None:
    ann = world.agent("ann")
    world.bridged()
    with pytest.raises(PresenceRefusedError, match="by itself"):
        world.service.presence(ann, "wrap-up")


def test_the_times_of_the_whole_way_are_kept_in_order(world: World) -> None:
    world.agent("ann")
    world.bridged().leaves("caller", CALLER)
    times = world.row.times
    steps = ["requested", "briefed", "offered", "caller-joined", "ringing", "answered", "accepted", "bridged", "served"]
    assert [name for name in steps if name in times] == steps
    assert [times[name] for name in steps] == sorted(times[name] for name in steps)


def test_an_unknown_hand_off_is_named(world: World) -> None:
    with pytest.raises(UnknownHandoffError, match="no hand-off 99"):
        world.service.deadline(99)


def test_a_call_without_hand_off_may_end_and_leave_messages(world: World) -> None:
    world.service.caller_gone(CALLER)
    world.service.message_left(CALLER, "RE" + "2" * 32)
    assert world.service.park(CALLER) is None


# --- after the call ---


def wrapping_up(world: World) -> int:
    ann = world.agent("ann")
    world.bridged().leaves("caller", CALLER)
    assert world.presence(ann) == "wrap-up"
    return ann


def test_wrap_up_ends_by_itself_and_who_waits_is_offered_at_once(world: World) -> None:
    ann = wrapping_up(world)
    waiting = world.another_caller(2)
    world.clock.forward(29)
    world.run_due()
    assert world.presence(ann) == "wrap-up"
    world.clock.forward(1)
    world.run_due()
    assert world.presence(ann) == "offered"
    assert world.service.find(waiting).state == "offered"


def test_wrap_up_is_extended_and_ended_early(world: World) -> None:
    ann = wrapping_up(world)
    world.service.extend_wrap_up(ann, 60)
    world.clock.forward(31)
    world.run_due()
    assert world.presence(ann) == "wrap-up"
    assert world.service.presence(ann, "available").wrap_up_until is None
    with pytest.raises(PresenceRefusedError, match="not wrapping up"):
        world.service.extend_wrap_up(ann)


def test_wrap_up_lasts_ten_minutes_at_most(world: World) -> None:
    ann = wrapping_up(world)
    for _ in range(20):
        agent = world.service.extend_wrap_up(ann, 60)
    assert agent.wrap_up_until is not None
    assert (agent.wrap_up_until - agent.presence_since).total_seconds() == 600


def test_a_wrap_up_whose_timer_was_lost_ends_all_the_same(world: World) -> None:
    ann = wrapping_up(world)
    world.clock.forward(31)
    reconcile(world.service, world.carrier)
    assert world.presence(ann) == "available"


def test_a_break_taken_in_wrap_up_is_not_ended_by_its_timer(world: World) -> None:
    ann = wrapping_up(world)
    world.service.presence(ann, "break")
    world.clock.forward(31)
    world.run_due()
    assert world.presence(ann) == "break"


def test_an_agent_has_one_offer_at_a_time(world: World) -> None:
    world.agent("ann")
    world.parked()
    other = world.another_caller(2)
    assert world.service.find(other).state == "requested"
    assert world.carrier.names().count("ring") == 1


def test_a_break_asked_for_under_an_offer_starts_when_it_is_declined(world: World) -> None:
    ann = world.agent("ann")
    world.parked()
    world.service.presence(ann, "break")
    world.service.decline(world.id, ann)
    assert world.presence(ann) == "break"

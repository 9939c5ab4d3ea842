"""Waiting: who is next, what one is told, and what the keys do."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from ivr.carrier.port import CarrierError
from ivr.desk.opening_hours import OpeningHours, OpeningHoursError
from ivr.desk.queue import median_wait, read_queue
from ivr.desk.routing import Requirement, choose
from ivr.dialogue.prompts.en import English
from ivr.phrasing.announcements import Announcements
from ivr.store.engine import Sessions
from ivr.store.models import Agent, Handoff
from tests.fakes.fake_carrier import leg
from tests.fakes.fake_clock import FakeClock
from tests.harness.handoff_world import CALLER, PUBLIC, World, served_earlier

pytestmark = pytest.mark.integration

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # a Monday


def an_agent(number: int, idle: float, skills: list[str] | None = None, languages: list[str] | None = None) -> Agent:
    since = NOW - timedelta(seconds=idle)
    return Agent(id=number, skills=skills or [], languages=languages or ["en"], presence_since=since)


# --- who is asked ---


def test_a_specialist_is_asked_before_one_who_has_been_idle_longer() -> None:
    specialist, idle = an_agent(1, 10, ["dispute"]), an_agent(2, 100)
    chosen = choose([specialist, idle], [specialist, idle], Requirement("dispute"))
    assert chosen is specialist


def test_among_equals_the_longest_idle_is_asked() -> None:
    agents = [an_agent(1, 10), an_agent(2, 100), an_agent(3, 50)]
    chosen = choose(agents, agents, Requirement("dispute"))
    assert chosen is agents[1]


def test_when_the_specialists_have_had_it_the_circle_widens_to_all_who_speak_the_language() -> None:
    specialist, able = an_agent(1, 10, ["dispute"]), an_agent(2, 100)
    assert choose([specialist, able], [specialist, able], Requirement("dispute"), exclude=[1]) is able
    assert choose([able], [specialist, able], Requirement("dispute")) is able


def test_another_language_is_no_help_while_somebody_there_speaks_the_callers() -> None:
    english, spanish = an_agent(1, 10), an_agent(2, 10, languages=["es"])
    assert choose([english], [english, spanish], Requirement("dispute", "es")) is None
    assert choose([english], [english], Requirement("dispute", "es")) is english


# --- the order ---


def test_those_who_are_upset_or_call_again_stand_as_if_they_had_come_earlier(world: World) -> None:
    world.agent("ann", "on-call")
    calm = world.parked().id
    world.clock.forward(60)
    upset = world.another_caller(2, mood="upset")
    world.clock.forward(60)
    again = world.another_caller(3, caller="+15550001111")
    with world.sessions() as tx:
        assert [one.handoff.id for one in read_queue(tx, world.clock.now())] == [upset, again, calm]
        assert [(one.upset, one.repeat, one.position) for one in read_queue(tx, world.clock.now())] == [
            (True, False, 1), (False, True, 2), (False, False, 3),
        ]  # fmt: skip


def test_nobody_starves_behind_callers_with_a_head_start(world: World) -> None:
    world.agent("ann", "on-call")
    first = world.parked().id
    world.clock.forward(361)
    world.another_caller(2, mood="upset")
    with world.sessions() as tx:
        assert read_queue(tx, world.clock.now())[0].handoff.id == first


def test_who_becomes_free_gets_who_is_next_and_only_one(world: World) -> None:
    ann = world.agent("ann", "on-call")
    first = world.parked().id
    world.clock.forward(10)
    second = world.another_caller(2)
    with world.sessions.begin() as tx:
        tx.get_one(Agent, ann).presence = "wrap-up"
    world.service.presence(ann, "available")
    assert (world.service.find(first).state, world.service.find(second).state) == ("offered", "requested")


# --- what he hears ---


def test_the_news_are_the_place_and_a_time_that_is_known(world: World) -> None:
    world.agent("ann", "on-call")
    world.another_caller(2)
    world.clock.forward(1)
    world.parked()
    for wait in (60, 170, 200):
        served_earlier(world, wait)
    heard = world.hook("queue", CallSid=CALLER)
    print(heard)
    assert "You are number 2 in the queue. Callers like you lately waited about 3 minutes." in heard
    assert 'action="https://line.test/handoff/2/key"' in heard


def test_no_time_is_made_up(world: World, sessions: Sessions) -> None:
    served_earlier(world, 60)
    served_earlier(world, 70)
    served_earlier(world, 80, intent="payment")
    served_earlier(world, 90, ago=3700)
    with sessions() as tx:
        assert median_wait(tx, "dispute", world.clock.now()) is None
    assert "waited" not in Announcements("en").news(1, None)
    served_earlier(world, 100)
    with sessions() as tx:
        assert median_wait(tx, "dispute", world.clock.now()) == 70


def test_each_round_of_news_asks_those_again_who_did_not_take_him(world: World) -> None:
    world.agent("ann")
    world.parked().leg_is(1, "busy")
    world.hook("queue", CallSid=CALLER)
    assert world.row.state == "parked"
    world.clock.forward(45)
    world.hook("queue/1", CallSid=CALLER)
    assert world.row.state == "offered"
    assert world.carrier.names().count("ring") == 2


def test_who_accepts_moves_the_caller_out_of_the_queue_into_a_new_conference(world: World) -> None:
    ann = world.agent("ann", "on-call")
    world.parked()
    world.hook("queue", CallSid=CALLER)
    with world.sessions.begin() as tx:
        tx.get_one(Agent, ann).presence = "wrap-up"
    world.service.presence(ann, "available")
    world.hook("1/agent", CallSid=leg(1))
    joined = world.hook("1/accept", CallSid=leg(1), Digits="1")
    room = f"{PUBLIC}/handoff/{world.id}/room"
    assert ("move", CALLER, room) in world.carrier.asked
    second = f"xfer-{CALLER}-{world.id}-2"
    assert second in joined
    assert second in world.hook("room", CallSid=CALLER)
    world.joins("agent-1", leg(1), "CF" + "2" * 32)
    world.joins("caller", CALLER, "CF" + "2" * 32)
    assert world.row.state == "bridged"


def test_whatever_he_is_keying_in_an_agent_who_has_accepted_comes_first(world: World) -> None:
    ann = world.agent("ann")
    world.parked()
    world.hook("queue", CallSid=CALLER)
    world.service.accept(world.id, ann)
    for path in ("queue/3", "key", "offers", "choice", "call-back", "number", "keyed"):
        assert "<Conference" in world.hook(path, CallSid=CALLER, Digits="1"), path


# --- opening hours ---

HOURS = OpeningHours.parse("mon-fri 08:00-20:00, sat 09:00-13:00", "2026-03-03", "America/New_York")


@pytest.mark.parametrize(
    ("at", "is_open", "spoken"),
    [
        (datetime(2026, 3, 2, 14, tzinfo=UTC), True, "today at 9 AM"),  # Monday, 9 in New York
        (datetime(2026, 3, 2, 9, tzinfo=UTC), False, "today at 8 AM"),
        (datetime(2026, 3, 3, 1, tzinfo=UTC), False, "on Wednesday at 8 AM"),  # Monday night; Tuesday is a holiday
        (datetime(2026, 3, 3, 15, tzinfo=UTC), False, "tomorrow at 8 AM"),
        (
            datetime(2026, 3, 7, 18, tzinfo=UTC),
            False,
            "on Monday at 8 AM",
        ),  # Saturday, 13:00: closed; summer time begins
    ],
)
def test_the_desk_opens_when_the_hours_say_in_their_time_zone(at: datetime, is_open: bool, spoken: str) -> None:
    assert HOURS.is_open(at) is is_open
    assert HOURS.spoken(at, English()) == spoken


def test_summer_time_does_not_move_the_opening() -> None:
    opening = HOURS.next_opening(datetime(2026, 3, 7, 19, tzinfo=UTC))
    assert opening is not None
    assert opening.astimezone(UTC) == datetime(2026, 3, 9, 12, tzinfo=UTC)


def test_without_hours_the_desk_never_closes() -> None:
    assert OpeningHours.parse().is_open(NOW)


@pytest.mark.parametrize(
    ("hours", "holidays", "named"),
    [
        ("monday 8-20", "", "'monday 8-20'"),
        ("mon 20:00-08:00", "", "close before they open"),
        ("mon 08:00-25:00", "", "'25:00'"),
        ("", "25.12.2026", "'25.12.2026'"),
    ],
)
def test_hours_that_cannot_be_read_are_named(hours: str, holidays: str, named: str) -> None:
    with pytest.raises(OpeningHoursError, match=named):
        OpeningHours.parse(hours, holidays)


def test_outside_the_hours_the_caller_hears_when_we_open_and_may_choose(sessions: Sessions, clock: FakeClock) -> None:
    world = World(sessions, clock, HOURS)
    world.agent("ann")  # early at work
    world.parked()
    assert world.carrier.names() == ["move"]
    heard = world.hook("offers", CallSid=CALLER)
    assert "We are closed just now. We open today at 8 AM. Press 1, and we will call you back. Press 2" in heard


def test_nobody_at_the_desk_is_not_called_closed(world: World) -> None:
    world.parked()
    heard = world.hook("offers", CallSid=CALLER)
    assert "Nobody is free" in heard
    assert "closed" not in heard
    with world.sessions() as tx:
        assert tx.scalars(select(Handoff.state)).all() == ["unanswered"]


def test_silence_leads_to_a_message(world: World) -> None:
    world.parked()
    assert f"{PUBLIC}/handoff/{world.id}/choice</Redirect>" in world.hook("offers", CallSid=CALLER)
    assert f"{PUBLIC}/voice/resume" in world.hook("choice", CallSid=CALLER)
    assert (world.call.stage, world.row.state) == ("message", "unanswered")
    world.service.message_left(CALLER, "RE" + "1" * 32)
    assert (world.row.state, world.call.outcome) == ("message-taken", "message")


def test_an_agent_whose_phone_never_rang_has_missed_nothing(world: World) -> None:
    ada = world.agent("ada")
    world.carrier.faults["ring"] = CarrierError("away", again=True)
    world.parked()
    world.service.expire(world.id, 1, "accept")
    assert world.outcomes == ["no-answer"]
    assert world.presence(ada) == "available"

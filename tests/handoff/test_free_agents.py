"""Nobody is left to a message while somebody is free: offers at the menu and in a message, and after a no."""

import pytest
from sqlalchemy import select

from ivr.handoff.state import State
from ivr.store.models import Agent, CallBack
from tests.fakes.fake_carrier import leg
from tests.harness.handoff_world import CALLER, PUBLIC, World

pytestmark = pytest.mark.integration

RECORDING = "RE" + "1" * 32


def at_the_menu(world: World, language: str = "en") -> int:
    """A caller who has been told that nobody is free, and an agent who is away."""
    ann = world.agent("ann", "away", languages=["en", "es"])
    world.parked(language)
    assert world.row.state == "unanswered"
    world.hook("offers", CallSid=CALLER)
    return ann


def in_a_message(world: World) -> int:
    ann = at_the_menu(world)
    world.hook("choice", CallSid=CALLER)
    assert world.call.stage == "message"
    return ann


def ready(world: World, agent: int) -> None:
    world.service.presence(agent, "available")


def takes_it(world: World, number: int = 1) -> None:
    world.hook(f"{number}/agent", CallSid=leg(number))
    world.hook(f"{number}/accept", CallSid=leg(number), Digits="1")


def meet(world: World, number: int = 1) -> None:
    conference = "CF" + "2" * 32
    world.joins(f"agent-{number}", leg(number), conference)
    world.joins("caller", CALLER, conference)
    assert world.row.state == "bridged"


def path(name: str, world: World) -> str:
    return f"{PUBLIC}/handoff/{world.id}/{name}"


# --- at the menu and in a message ---


@pytest.mark.parametrize(("language", "words"), [("en", "An agent is free now."), ("es", "Ya hay un agente libre.")])
def test_who_is_at_the_menu_is_offered_at_once_to_the_agent_who_comes_free(
    world: World, language: str, words: str
) -> None:
    ann = at_the_menu(world, language)
    ready(world, ann)
    assert (world.row.state, world.presence(ann)) == ("offered", "offered")
    takes_it(world)
    assert ("move", CALLER, path("room", world)) in world.carrier.asked
    assert words in world.hook("room", CallSid=CALLER)
    meet(world)


def test_a_message_is_broken_into_only_by_an_agent_who_has_accepted(world: World) -> None:
    ann = in_a_message(world)
    ready(world, ann)
    assert ("move", CALLER, path("room", world)) not in world.carrier.asked
    takes_it(world)
    assert ("move", CALLER, path("room", world)) in world.carrier.asked
    assert world.call.stage == "parked"
    meet(world)


def test_who_has_said_their_message_stays_on_the_line_while_an_agents_phone_rings(world: World) -> None:
    ann = in_a_message(world)
    ready(world, ann)
    assert world.service.message_left(CALLER, RECORDING) == path("queue", world)
    assert (world.row.state, world.call.stage) == ("offered", "parked")
    assert "Press zero" not in world.hook("queue", CallSid=CALLER), "nothing is asked of them meanwhile"
    takes_it(world)
    world.hook("room", CallSid=CALLER)
    meet(world)
    world.service.end(world.id, ann)
    assert (world.row.state, world.call.outcome) == ("served", "handed-off")


def test_a_message_counts_when_the_agent_cannot_be_had_after_all(world: World) -> None:
    ann = in_a_message(world)
    ready(world, ann)
    world.service.message_left(CALLER, RECORDING)
    world.hook("queue", CallSid=CALLER)
    world.service.decline(world.id, ann)
    assert (world.row.state, world.call.outcome) == ("message-taken", "message")
    assert ("move", CALLER, path("queue", world)) in world.carrier.asked
    assert "We have your message" in world.hook("queue", CallSid=CALLER)
    assert world.state.sent is None, "the goodbye is said once"


def test_a_message_that_was_broken_into_goes_on_when_the_agent_does_not_come(world: World) -> None:
    ann = in_a_message(world)
    ready(world, ann)
    world.service.accept(world.id, ann)  # a click, and their leg never fetches its way into the conference
    world.hook("room", CallSid=CALLER)
    world.joins("caller", CALLER, "CF" + "2" * 32)
    world.service.expire(world.id, 1, "join")
    assert (world.row.state, world.call.stage) == ("unanswered", "message")
    heard = world.hook("offers", CallSid=CALLER)
    assert "What you have said so far is kept." in heard
    assert f"{PUBLIC}/voice/resume" in heard, "they are not asked again what they have chosen"


def test_silence_at_the_menu_takes_no_message_while_an_agents_phone_rings(world: World) -> None:
    ann = at_the_menu(world)
    ready(world, ann)
    heard = world.hook("choice", CallSid=CALLER)
    assert "phone is ringing for you" in heard
    assert path("queue", world) in heard
    assert world.presence(ann) == "offered"
    world.hook("queue", CallSid=CALLER)
    world.service.decline(world.id, ann)
    assert (world.row.state, world.call.stage) == ("unanswered", "message"), "they had chosen it"


def test_a_decline_leaves_who_is_at_the_menu_undisturbed(world: World) -> None:
    ann = at_the_menu(world)
    ready(world, ann)
    asked = world.carrier.names().count("move")
    world.service.decline(world.id, ann)
    assert world.row.state == "unanswered"
    assert world.carrier.names().count("move") == asked


def test_a_call_back_stays_booked_until_they_talk_and_is_owed_no_longer(world: World) -> None:
    ann = at_the_menu(world)
    ready(world, ann)
    assert "phone is ringing for you" in world.hook("number", CallSid=CALLER, Digits="1")
    assert call_back(world).state == "booked"
    world.hook("queue", CallSid=CALLER)
    takes_it(world)
    world.hook("room", CallSid=CALLER)
    assert call_back(world).state == "booked"
    meet(world)
    assert (call_back(world).state, call_back(world).next_at) == ("served", None)


@pytest.mark.parametrize("how", ["declines", "caller hangs up"])
def test_a_call_back_that_was_booked_while_it_rang_is_owed_when_they_do_not_talk(world: World, how: str) -> None:
    ann = at_the_menu(world)
    ready(world, ann)
    world.hook("number", CallSid=CALLER, Digits="1")
    world.hook("queue", CallSid=CALLER)
    if how == "declines":
        world.service.decline(world.id, ann)
        assert "We will call you back" in world.hook("queue", CallSid=CALLER)
    else:
        world.service.caller_gone(CALLER)
    assert (world.row.state, call_back(world).state) == ("callback-booked", "booked")


def test_a_message_that_ends_as_the_agent_says_yes_does_not_end_the_call(world: World) -> None:
    ann = in_a_message(world)
    ready(world, ann)
    takes_it(world)
    assert world.service.message_left(CALLER, RECORDING) == path("queue", world)
    assert "<Conference" in world.hook("queue", CallSid=CALLER)
    assert world.presence(ann) == "on-call"


def test_the_longest_wait_is_no_reason_not_to_be_offered(world: World) -> None:
    ann = world.agent("ann", "on-call")
    world.parked()
    world.service.deadline(world.id, last=True)
    assert world.row.state == "unanswered"
    with world.sessions.begin() as tx:
        tx.get_one(Agent, ann).presence = "wrap-up"
    ready(world, ann)
    assert world.row.state == "offered"


# --- after a no ---


def test_who_declines_with_nobody_else_there_is_asked_again_after_a_short_pause(world: World) -> None:
    ann = world.agent("ann")
    world.parked()
    world.service.decline(world.id, ann)
    world.hook("queue", CallSid=CALLER)
    world.clock.forward(19)
    world.run_due()
    world.service.ask_again(world.id)
    assert world.row.state == "parked"
    world.clock.forward(1)
    world.run_due()
    assert world.presence(ann) == "offered"


def test_who_declines_does_not_keep_another_from_being_asked_at_once(world: World) -> None:
    ann, bob = world.agent("ann"), world.agent("bob", "away")
    world.parked()
    world.service.decline(world.id, ann)
    ready(world, bob)
    assert world.presence(bob) == "offered"


def test_ready_after_a_miss_brings_the_missed_caller_at_once(world: World) -> None:
    ann = world.agent("ann")
    world.agent("bob", "on-call")
    world.parked().leg_is(1, "no-answer")
    world.hook("queue", CallSid=CALLER)
    ready(world, ann)
    assert world.presence(ann) == "offered"


def test_a_pause_whose_timer_was_lost_ends_all_the_same(world: World) -> None:
    ann = world.agent("ann")
    world.parked()
    world.service.decline(world.id, ann)
    world.clock.forward(45)
    world.hook("queue/1", CallSid=CALLER)
    assert world.presence(ann) == "offered"


def test_after_the_longest_wait_who_has_declined_once_is_waited_for_once(world: World) -> None:
    ann = world.agent("ann")
    world.parked()
    world.service.decline(world.id, ann)
    world.service.deadline(world.id, last=True)
    assert world.row.state == "parked"
    world.clock.forward(20)
    world.run_due()
    assert world.presence(ann) == "offered"
    world.service.decline(world.id, ann)
    assert world.row.state == "unanswered"


# --- rows of other versions ---


def test_a_row_that_was_written_before_pauses_were_kept_is_read() -> None:
    declined = {"agent": 7, "outcome": "declined"}
    old = State.from_json({"briefed": True, "asked": True, "since": 1, "attempts": [declined]})
    assert (old.recalled, old.attempts[0].again, old.phase, old.passed) == (None, False, "unanswered", ())


def call_back(world: World) -> CallBack:
    with world.sessions() as tx:
        return tx.scalars(select(CallBack)).one()

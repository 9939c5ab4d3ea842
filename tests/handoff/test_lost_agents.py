"""An agent whose leg is over without a word, a machine that answers, and documents that cannot be had."""

import pytest

from ivr.handoff import events as ev
from ivr.handoff.reconciliation import reconcile
from ivr.store.models import Agent, Handoff
from tests.fakes.fake_carrier import SUPERVISOR, leg
from tests.harness.call_back_world import DIALLED, trying
from tests.harness.handoff_world import CALLER, PUBLIC, World

pytestmark = pytest.mark.integration

PARTING, ROOM, RESUME = f"{PUBLIC}/handoff/1/parting", f"{PUBLIC}/handoff/1/room", f"{PUBLIC}/voice/resume"
SECOND_ROOM = "CF" + "2" * 32


def telephone(world: World, agent: int) -> None:
    with world.sessions.begin() as tx:
        tx.get_one(Agent, agent).phone = "+12025550199"


# --- hung up, or cut off? ---


def test_an_agent_whose_leg_is_over_leaves_a_caller_who_is_asked_whether_all_is_said(world: World) -> None:
    ann = world.agent("ann")
    world.bridged().leaves("agent-1", leg(1))
    assert (world.row.state, world.presence(ann)) == ("parting", "wrap-up")
    assert ("move", CALLER, PARTING) in world.carrier.asked
    heard = world.hook("parting", CallSid=CALLER)
    assert "just hang up" in heard and "stay on the line" in heard and "/handoff/1/stays" in heard


def test_who_is_done_hangs_up_and_was_served(world: World) -> None:
    world.agent("ann")
    world.bridged().leaves("agent-1", leg(1))
    world.service.caller_gone(CALLER)
    assert (world.row.state, world.call.outcome) == ("served", "handed-off")


def test_that_he_hung_up_is_found_out_where_nobody_tells_it(world: World) -> None:
    world.agent("ann")
    world.bridged().leaves("agent-1", leg(1))
    world.carrier.statuses[CALLER] = "completed"
    reconcile(world.service, world.carrier)
    assert (world.row.state, world.call.outcome) == ("served", "handed-off")


def test_a_hand_off_that_cannot_be_read_keeps_nobody_from_being_looked_after(world: World) -> None:
    world.request()
    other = world.another_caller(2)
    with world.sessions.begin() as tx:
        tx.get_one(Handoff, 1).machine = {"attempts": [{}], "what": "no version wrote"}
    sid = world.service.find(other).call_sid
    world.carrier.statuses[sid] = "completed"
    reconcile(world.service, world.carrier)
    assert world.service.find(other).state == "caller-left"


def test_who_stays_on_the_line_is_the_first_in_the_queue_and_gets_another_agent(world: World) -> None:
    world.agent("ann")
    world.bridged()
    other = world.another_caller(2, mood="upset")
    world.leaves("agent-1", leg(1))
    world.hook("parting", CallSid=CALLER)
    assert world.row.place_at < world.service.find(other).place_at
    world.service.apply(other, ev.CallerGone())
    bob = world.agent("bob")
    assert "<Conference" in world.hook("stays", CallSid=CALLER)
    assert (world.row.state, world.presence(bob)) == ("offered", "offered")


def test_who_stays_on_the_line_while_nobody_is_free_hears_his_place(world: World) -> None:
    world.agent("ann")
    world.agent("carl", "on-call")
    world.bridged().leaves("agent-1", leg(1))
    assert "You are next in the queue." in world.hook("stays", CallSid=CALLER)
    assert world.row.state == "parked"


def test_while_he_is_asked_nobody_is_rung_for_him(world: World) -> None:
    world.agent("ann")
    bob = world.agent("bob")
    world.bridged().leaves("agent-1", leg(1))
    world.service.offer_to_free_agents()
    assert (world.row.state, world.presence(bob)) == ("parting", "available")


def test_what_is_learnt_of_a_failed_line_spares_him_the_question(world: World) -> None:
    world.agent("ann")
    bob = world.agent("bob")
    world.bridged().leaves("agent-1", leg(1))
    world.leg_is(1, "failed")
    assert (world.row.state, world.presence(bob)) == ("offered", "offered")
    assert world.carrier.asked[-2:] == [("move", CALLER, ROOM), ("ring", "client:bob", f"{PUBLIC}/handoff/1/2/agent")]


def test_an_agent_who_ends_it_on_his_page_has_said_goodbye(world: World) -> None:
    ann = world.agent("ann")
    world.bridged()
    world.service.end(world.id, ann)
    assert world.row.state == "served"
    assert ("move", CALLER, RESUME) in world.carrier.asked


@pytest.mark.parametrize(("status", "state"), [("failed", "offered"), ("completed", "parting")])
def test_a_leg_that_the_carrier_only_tells_of_when_asked_is_taken_for_what_it_was(
    world: World, status: str, state: str
) -> None:
    world.agent("ann")
    world.agent("bob")
    world.bridged()
    world.carrier.statuses[leg(1)] = status
    reconcile(world.service, world.carrier)
    assert world.row.state == state


def test_a_conference_that_breaks_under_both_brings_them_together_in_the_next(world: World) -> None:
    ann = world.agent("ann")
    world.bridged()
    waits = world.hook("1/agent-left", CallSid=leg(1), CallStatus="in-progress")
    assert "<Pause" in waits and "/handoff/1/1/agent" in waits
    assert RESUME in world.hook("caller-left", CallSid=CALLER, CallStatus="in-progress")
    assert f"xfer-{CALLER}-1-2" in world.hook("1/agent", CallSid=leg(1))
    world.joins("caller", CALLER, SECOND_ROOM)
    world.joins("agent-1", leg(1), SECOND_ROOM)
    assert (world.row.state, world.presence(ann), world.outcomes) == ("bridged", "on-call", ["accepted"])
    assert ("end", leg(1)) not in world.carrier.asked


def test_an_agent_whose_caller_has_hung_up_is_told_so_in_a_moment(world: World) -> None:
    world.agent("ann")
    world.bridged()
    world.hook("1/agent-left", CallSid=leg(1), CallStatus="in-progress")
    world.service.caller_gone(CALLER)
    assert "This call has ended" in world.hook("1/agent", CallSid=leg(1))


def test_a_supervisor_who_took_over_and_is_lost_leaves_the_caller_to_the_same_question(world: World) -> None:
    world.agent("ann")
    boss = world.agent("boss", "away", roles=["supervisor"])
    world.bridged()
    world.service.apply(world.id, ev.TakenOver(boss, SUPERVISOR))
    world.leaves(f"supervisor-{boss}", SUPERVISOR)
    assert world.row.state == "parting"


# --- a person, or a machine? ---


def test_a_click_while_a_telephone_rings_waits_for_a_key_on_it(world: World) -> None:
    ann = world.agent("ann")
    telephone(world, ann)
    world.parked()
    assert world.service.accept(world.id, ann).ok
    heard = world.hook("1/agent", CallSid=leg(1))
    assert "<Conference" not in heard and "Press 1" in heard
    assert "<Conference" in world.hook("1/accept", CallSid=leg(1), Digits="1")


def test_a_voicemail_that_answers_after_a_click_is_never_put_through(world: World) -> None:
    ann = world.agent("ann")
    bob = world.agent("bob")
    telephone(world, ann)
    world.parked()
    world.service.accept(world.id, ann)
    world.hook("1/agent", CallSid=leg(1))
    world.leg_is(1, "completed")
    assert (world.outcomes, world.presence(bob)) == (["failed", None], "offered")


def test_a_click_in_the_whisper_of_a_telephone_is_no_proof_either(world: World) -> None:
    ann = world.agent("ann")
    telephone(world, ann)
    world.parked()
    world.hook("1/agent", CallSid=leg(1))
    world.service.accept(world.id, ann)
    assert "<Conference" not in world.hook("1/agent", CallSid=leg(1))


def test_a_machine_hears_neither_name_nor_reason(world: World) -> None:
    telephone(world, world.agent("ann"))
    world.parked()
    heard = world.hook("1/agent", CallSid=leg(1))
    assert "dispute" not in heard and "Press 1 to accept, 2 to decline, 3 to hear who it is." in heard
    assert "Wants to dispute a charge" in world.hook("1/accept", CallSid=leg(1), Digits="3")


def test_who_has_pressed_a_key_is_no_machine_whatever_is_detected_later(world: World) -> None:
    telephone(world, world.agent("ann"))
    world.bridged()
    world.hook("1/status", CallSid=leg(1), CallStatus="in-progress", AnsweredBy="machine_start")
    assert world.row.state == "bridged"


def test_who_clicked_and_will_not_have_it_after_all_gives_it_back(world: World) -> None:
    ann = world.agent("ann")
    bob = world.agent("bob")
    telephone(world, ann)
    world.parked()
    world.service.accept(world.id, ann)
    world.hook("1/agent", CallSid=leg(1))
    assert "Goodbye" in world.hook("1/accept", CallSid=leg(1), Digits="2")
    assert (world.outcomes, world.presence(bob)) == (["declined", None], "offered")


# --- documents that fail ---


def test_an_agents_failed_document_is_made_by_the_fallback(world: World) -> None:
    world.agent("ann")
    world.parked()
    at = f"{PUBLIC}/handoff/1/1"
    assert "Press 1 to accept" in world.hook("1/agent-fallback", CallSid=leg(1), ErrorUrl=f"{at}/agent")
    world.hook("1/agent-fallback", CallSid=leg(1), Digits="1", ErrorUrl=f"{at}/accept")
    assert world.row.state == "accepted"


def test_a_customer_who_answers_his_call_back_while_we_start_anew_gets_his_agent(world: World) -> None:
    trying(world)
    failed = f"{PUBLIC}/handoff/2/1/caller"
    heard = world.hook("1/caller-fallback", CallSid=DIALLED, ErrorUrl=failed)
    assert "the call back from Test Bank" in heard and "<Conference" in heard
    world.joins("caller", DIALLED)
    assert world.row.state == "bridged"
    again = world.hook("1/caller-fallback", CallSid=DIALLED, ErrorUrl=f"{PUBLIC}/handoff/2/wait")
    assert "<Conference" in again and "call back" not in again


@pytest.mark.parametrize("kind", ["agent", "caller"])
def test_while_the_database_is_away_who_answers_our_call_is_asked_for_a_moment_a_few_times(
    world: World, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    trying(world)

    def away(*_: object) -> None:
        raise OSError("the database is away")

    monkeypatch.setattr(world.service, "apply", away)
    monkeypatch.setattr(world.service, "find", away)
    at, heard = f"{PUBLIC}/handoff/2/1/{kind}", []
    for number in range(6):
        path = f"1/{kind}-fallback"
        heard.append(world.hook(path, CallSid=leg(1), ErrorUrl=f"{at}?again={number}" if number else at))
    assert all("One moment, please." in one and "<Redirect" in one for one in heard[:5])
    assert "<Hangup" in heard[5]


def test_both_legs_that_we_call_have_a_fallback(world: World) -> None:
    trying(world)
    assert world.carrier.fallbacks == [
        f"{PUBLIC}/handoff/2/1/agent-fallback",
        f"{PUBLIC}/handoff/2/1/caller-fallback",
    ]


def test_the_music_lasts_until_he_is_moved_without_being_fetched_again(world: World) -> None:
    world.agent("ann")
    world.parked()
    assert 'loop="5"' in world.hook("wait", CallSid=CALLER), "more than 60 s until the first answer and 15 to join"


# --- what nobody told ---


def fetch_their_way_to_each_other(world: World) -> None:
    """Both documents are fetched, from the queue and the whisper, and no callback has come."""
    world.agent("ann", "on-call")
    world.parked()
    world.hook("queue", CallSid=CALLER)
    with world.sessions.begin() as tx:
        tx.get_one(Agent, 1).presence = "wrap-up"
    world.service.presence(1, "available")
    world.hook("1/agent", CallSid=leg(1))
    world.hook("1/accept", CallSid=leg(1), Digits="1")
    world.hook("room", CallSid=CALLER)
    world.carrier.asked.clear()


@pytest.mark.parametrize("told", ["caller", "agent", "nobody"])
def test_a_conversation_whose_beginning_was_told_to_nobody_goes_on(world: World, told: str) -> None:
    fetch_their_way_to_each_other(world)
    if told != "nobody":
        world.joins(
            "caller" if told == "caller" else "agent-1", CALLER if told == "caller" else leg(1), "CF" + "2" * 32
        )
    world.clock.forward(16)
    world.run_due()
    assert (world.state.bridged, world.presence(1)) == (True, "on-call")
    assert "end" not in world.carrier.names()


def test_who_ends_it_on_the_page_is_company_until_the_caller_is_on_their_way(world: World) -> None:
    world.agent("ann")
    world.bridged()
    world.carrier.asked.clear()
    world.service.end(world.id, 1)
    assert world.carrier.names()[:2] == ["move", "end"]

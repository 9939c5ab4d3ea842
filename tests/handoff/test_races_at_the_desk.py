"""Two who do the same at once, or one who has read what is no longer so."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select, update

from ivr.calls import repository
from ivr.desk import agents
from ivr.desk.opening_hours import OpeningHours
from ivr.desk.queue import median_wait
from ivr.handoff import call_backs
from ivr.store.models import Agent, Call, CallBack, Handoff, Offer
from tests.fakes.fake_carrier import leg
from tests.harness.call_back_world import booked, promise
from tests.harness.handoff_world import CALLER, World, served_earlier

pytestmark = pytest.mark.integration

ALWAYS = OpeningHours()


def behind(tx: Any, statement: Any) -> None:
    """Another process has done this since we last looked."""
    tx.execute(statement, execution_options={"synchronize_session": False})


def test_a_try_that_another_worker_has_begun_is_not_begun_again(world: World) -> None:
    booked(world)
    world.clock.forward(10)
    with world.sessions.begin() as tx:
        read = call_backs.find(tx, 1)
        assert read.state == "booked"
        behind(tx, update(CallBack).values(state="trying", tries=1, next_at=None))
        assert call_backs.start_try(tx, 1, 1, world.clock.now(), ALWAYS) is None


def test_a_call_back_that_has_just_been_begun_is_not_moved(world: World) -> None:
    booked(world)
    with world.sessions.begin() as tx:
        read = call_backs.find(tx, 1)
        assert read.state == "booked"
        behind(tx, update(CallBack).values(state="trying", tries=1, next_at=None))
        assert call_backs.move(tx, 1, world.clock.now(), ALWAYS) is None


def test_a_cancelled_call_back_is_not_moved(world: World) -> None:
    booked(world)
    with world.sessions.begin() as tx:
        read = call_backs.find(tx, 1)
        assert read.state == "booked"
        behind(tx, update(CallBack).values(state="cancelled"))
        assert call_backs.move(tx, 1, world.clock.now(), ALWAYS) is None


def test_a_break_chosen_as_a_call_is_offered_is_kept_for_afterwards(world: World) -> None:
    ann = world.agent("ann")
    with world.sessions.begin() as tx:
        agent = tx.get_one(Agent, ann)
        behind(tx, update(Agent).values(presence="offered"))
        agents.choose_presence(tx, agent, "break", world.clock.now())
        assert (agent.presence, agent.next_presence) == ("offered", "break")


def test_the_stage_of_a_call_that_has_ended_meanwhile_stays_so(world: World) -> None:
    world.agent("ann")
    world.parked()
    world.hook("1/agent", CallSid=leg(1))
    world.hook("1/accept", CallSid=leg(1), Digits="1")

    @event.listens_for(world.sessions, "do_orm_execute")
    def ended_meanwhile(state: Any) -> None:
        if state.is_update and "handoffs" in str(state.statement):
            behind(state.session, update(Call).values(stage="ended"))

    world.joins("agent-1", leg(1))
    event.remove(world.sessions, "do_orm_execute", ended_meanwhile)
    assert (world.row.state, world.call.stage) == ("bridged", "ended")


# --- a call-back and the call that it was promised in ---


def promised_in_the_call(world: World) -> None:
    world.agent("ann")
    world.bridged()
    assert world.service.book_call_back(world.id, "+15550001111", by="ann@bank.test") is not None


def hand_offs(world: World) -> list[str]:
    with world.sessions() as tx:
        return list(tx.scalars(select(Handoff.kind).order_by(Handoff.id)))


def test_a_call_back_as_soon_as_possible_waits_until_the_caller_is_off_the_line(world: World) -> None:
    promised_in_the_call(world)
    for _ in range(6):
        world.clock.forward(10)
        world.run_due()
    assert hand_offs(world) == ["call"], "he still talks"
    world.leaves("caller", CALLER)
    world.clock.forward(10)
    world.run_due()
    assert hand_offs(world) == ["call"], "his line is not known to be over"
    with world.sessions.begin() as tx:
        tx.get_one(Call, CALLER).ended_at = world.clock.now()
    world.clock.forward(10)
    world.run_due()
    assert hand_offs(world) == ["call", "callback"]


def test_a_call_whose_end_was_never_told_does_not_hold_up_its_call_back_for_ever(world: World) -> None:
    promised_in_the_call(world)
    world.leaves("caller", CALLER)
    world.clock.forward(timedelta(hours=4, minutes=1).total_seconds())
    world.run_due()
    assert hand_offs(world) == ["call", "callback"]


def test_the_hand_off_of_a_call_is_never_its_call_back(world: World) -> None:
    booked(world)
    world.clock.forward(10)
    world.run_due()
    assert hand_offs(world) == ["call", "callback"]
    with world.sessions() as tx:
        found = repository.handoff_of(tx, CALLER)
        assert found is not None and (found.id, found.kind) == (1, "call")
    assert promise(world).state == "trying"


# --- who is free, and who waits ---


def three_wait(world: World) -> list[int]:
    with world.sessions.begin() as tx:
        tx.add(an_agent_on_a_call(world))
    return [world.parked().id, world.another_caller(2), world.another_caller(3)]


def an_agent_on_a_call(world: World) -> Agent:
    return Agent(
        email="eve@bank.test", name="eve", password_hash="", phone="client:eve", roles=["agent"],
        presence="on-call", presence_since=world.clock.now(),
    )  # fmt: skip


def test_one_who_becomes_free_is_offered_the_first_and_the_others_are_left_alone(world: World) -> None:
    ids = three_wait(world)
    versions = {i: world.service.find(i).version for i in ids}
    ann = world.agent("ann", "away")
    world.service.presence(ann, "available")
    assert world.service.find(ids[0]).state == "offered"
    assert {i: world.service.find(i).version for i in ids[1:]} == {i: versions[i] for i in ids[1:]}


def test_the_queue_is_read_once_however_many_wait(world: World) -> None:
    three_wait(world)
    read: list[str] = []
    ann = world.agent("ann", "away")

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        read.append(statement)

    engine = world.sessions.engine
    event.listen(engine, "before_cursor_execute", note)
    world.service.presence(ann, "available")
    event.remove(engine, "before_cursor_execute", note)
    assert sum("ORDER BY handoffs.place_at" in statement for statement in read) == 1
    with world.sessions() as tx:
        assert tx.scalars(select(Offer.agent_id)).all() == [ann]


def test_two_who_are_free_get_the_first_two_who_want_them(world: World) -> None:
    ids = three_wait(world)
    for name in ("ann", "bob"):
        world.agent(name)
    world.service.offer_to_free_agents()
    assert [world.service.find(i).state for i in ids] == ["offered", "offered", "requested"]


def test_who_waits_for_another_language_does_not_hold_up_those_behind(world: World) -> None:
    with world.sessions.begin() as tx:
        eve = an_agent_on_a_call(world)
        eve.languages = ["es"]
        tx.add(eve)
    world.request(language="es")
    world.service.write_brief(world.id)
    other = world.another_caller(2)
    world.agent("ann")
    world.service.offer_to_free_agents()
    assert (world.row.state, world.service.find(other).state) == ("requested", "offered")


def test_a_waiting_time_is_told_from_the_latest_callers_without_reading_all(world: World) -> None:
    for number in range(80):
        served_earlier(world, wait=1000.0 if number < 30 else 100.0, ago=3000 - number)
    seen: list[object] = []

    def note(row: object, _context: object) -> None:
        seen.append(row)

    event.listen(Handoff, "load", note)
    with world.sessions() as tx:
        assert median_wait(tx, "dispute", world.clock.now()) == 100.0
    event.remove(Handoff, "load", note)
    assert len(seen) <= 50

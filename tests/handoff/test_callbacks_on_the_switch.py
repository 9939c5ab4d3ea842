"""A call-back through the switch: what the caller hears when they take it, and who hears whom when it is kept."""

import pytest

from ivr.store.models import CallBack
from tests.harness.line_on_switch import ANN, BOB, CALLER, Line, Play, hears, say, until
from tests.harness.switch_world import CALLER as NUMBER
from tests.harness.switch_world import Person

pytestmark = [pytest.mark.switch, pytest.mark.slow]


def promise(line: Line) -> CallBack:
    with line.sessions() as tx:
        return tx.get_one(CallBack, 1)


async def booked(line: Line) -> Person:
    """Nobody is free; the caller presses 0, confirms their number and is thanked. The phone at home."""
    line.nobody_free()
    caller = await line.w.call()
    await line.hears(caller, "Press zero, and we will call you back.")
    caller.press("0")
    await line.hears(caller, "you keep your place in the queue")
    caller.press("1")
    await line.hears(caller, "We will call you back as soon as it is your turn")
    await until(lambda: bool(caller.final))
    return line.w.person(NUMBER)


async def kept(line: Line) -> Person:
    """Its time has come, and Ann is free."""
    home = await booked(line)
    await line.available("ann")
    line.later(11)
    return home


def test_the_agent_is_rung_first_then_the_caller_and_both_hear_each_other(play: Play) -> None:
    async def story(line: Line) -> None:
        home = await kept(line)
        ann = line.phones["ann"]
        await until(lambda: ann.up)
        assert home.rung is None, "nobody is called before an agent is there for them"
        await line.accepts("ann", handoff=2)
        assert "Call-back. " in await line.hears(ann, "Press 1 to accept")
        heard = await line.hears(home, "This is the call back from Test Bank that you asked for")
        assert "It is recorded." in heard
        await until(lambda: line.state(2).bridged)
        await say({home: CALLER, ann: ANN}, home, ANN)
        assert hears(ann, CALLER)
        home.hang_up()
        await until(lambda: bool(ann.final))
        await until(lambda: promise(line).outcome == "served")
        assert promise(line).state == "served"

    play(story)


def test_an_agent_who_does_not_pick_up_is_followed_by_the_next_and_the_caller_is_not_rung_for_nobody(
    play: Play,
) -> None:
    async def story(line: Line) -> None:
        line.phones["ann"].answers = False
        home = await kept(line)
        await until(lambda: line.outcomes(2) == ["no-answer"])
        assert (home.rung, line.presence("ann"), promise(line).state) == (None, "away", "trying")
        await line.available("bob")
        bob = await line.accepts("bob", 2, handoff=2)
        await line.hears(home, "This is the call back")
        await until(lambda: line.state(2).bridged)
        await say({home: CALLER, bob: BOB}, home, BOB)
        home.hang_up()

    play(story, rings=1)


@pytest.mark.parametrize("reason", ["busy", "no-answer"])
def test_a_caller_who_does_not_pick_up_costs_the_agent_one_try_and_is_called_again_later(
    play: Play, reason: str
) -> None:
    async def story(line: Line) -> None:
        home = await kept(line)
        home.answers = False
        ann = await line.accepts("ann", handoff=2)
        await until(lambda: home.rung is not None)
        home.line.decline(reason)
        await until(lambda: bool(ann.final))
        await until(lambda: promise(line).state == "booked")
        assert (promise(line).outcome, promise(line).tries) == (reason, 1)
        assert line.presence("ann") == "available"

        home.answers, home.rung = True, None
        line.later(15 * 60)
        ann.up = False
        await line.accepts("ann", handoff=3)
        await line.hears(home, "This is the call back")
        await until(lambda: line.state(3).bridged)
        home.hang_up()

    play(story)


def test_a_caller_who_hangs_up_before_he_is_through_is_called_again_and_the_agent_is_let_go(play: Play) -> None:
    async def story(line: Line) -> None:
        home = await kept(line)
        ann = await line.accepts("ann", handoff=2)
        await until(lambda: home.up)
        home.hang_up()
        await until(lambda: bool(ann.final))
        await until(lambda: promise(line).state == "booked")
        assert promise(line).outcome == "hung-up"

    play(story)


def test_a_call_back_to_another_number_is_keyed_read_back_and_rings_there(play: Play) -> None:
    async def story(line: Line) -> None:
        elsewhere = line.w.person("+12125552368")
        line.nobody_free()
        caller = await line.w.call()
        await line.hears(caller, "Press zero")
        caller.press("0")
        await line.hears(caller, "2 for another number")
        caller.press("2")
        await line.hears(caller, "then press pound")
        caller.press("2125552368#")
        assert "2 1 2, 5 5 5, 2 3 6 8" in await line.hears(caller, "Press 1 if that is right, or 2 to key")
        caller.press("1")
        await until(lambda: bool(caller.final))
        await line.available("ann")
        line.later(11)
        await line.accepts("ann", handoff=2)
        await line.hears(elsewhere, "This is the call back")
        await until(lambda: line.state(2).bridged)
        elsewhere.hang_up()

    play(story)

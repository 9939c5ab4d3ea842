"""A warm transfer and a supervisor's part through the switch: who hears whom."""

import pytest

from tests.harness.line_on_switch import ANN, BOB, CALLER, EVE, Line, Play, hears, say, until

pytestmark = pytest.mark.switch


def test_the_caller_hears_music_in_the_briefing_then_both_then_the_second_alone(play: Play) -> None:
    async def story(line: Line) -> None:
        caller, ann = await line.talking()
        await say({caller: CALLER, ann: ANN}, caller, ANN)
        assert hears(ann, CALLER)

        await line.available("bob")
        await line.do(line.transfers.ask, 1, line.ids["ann"], line.ids["bob"])
        bob = await line.accepts("bob", 2)
        await say({caller: CALLER, ann: ANN, bob: BOB}, bob, ANN)
        assert hears(ann, BOB)
        assert not hears(ann, CALLER) and not hears(bob, CALLER)
        assert not hears(caller, ANN) and not hears(caller, BOB)
        assert caller.sound, "music, not silence"

        await line.do(line.transfers.together, 1, line.ids["ann"])
        await until(lambda: not line.held())
        await say({caller: CALLER, ann: ANN, bob: BOB}, caller, BOB)
        assert hears(caller, ANN) and hears(bob, CALLER)

        await line.do(line.transfers.leave, 1, line.ids["ann"])
        await until(lambda: bool(ann.final))
        await say({caller: CALLER, bob: BOB}, caller, BOB)
        caller.hang_up()
        await until(lambda: bool(bob.final) and line.state().end == "served")

    play(story)


@pytest.mark.slow
def test_a_muted_agent_hears_and_is_not_heard_and_a_held_caller_hears_music(play: Play) -> None:
    async def story(line: Line) -> None:
        caller, ann = await line.talking()
        await line.do(line.service.mute, 1, line.ids["ann"], True)
        await say({caller: CALLER, ann: ANN}, ann, CALLER)
        assert not hears(caller, ANN)
        await line.do(line.service.mute, 1, line.ids["ann"], False)
        await line.do(line.service.hold, 1, line.ids["ann"], True)
        caller.heard.clear()
        await until(lambda: bool(caller.sound))
        await line.do(line.service.hold, 1, line.ids["ann"], False)
        await until(lambda: not line.held())
        await say({caller: CALLER, ann: ANN}, caller, ANN)

    play(story)


def test_a_supervisor_who_listens_is_heard_by_nobody_who_coaches_by_the_agent_who_barges_by_both_and_takes_over(
    play: Play,
) -> None:
    async def story(line: Line) -> None:
        caller, ann = await line.talking()
        eve, boss = line.phones["eve"], line.ids["eve"]
        voices = {caller: CALLER, ann: ANN, eve: EVE}

        await line.do(line.supervision.join, 1, boss, "listen")
        await until(lambda: eve.up)
        await say(voices, eve, ANN)
        assert hears(eve, CALLER)
        assert hears(ann, CALLER) and not hears(ann, EVE)
        assert hears(caller, ANN) and not hears(caller, EVE)

        await line.do(line.supervision.join, 1, boss, "coach")
        await say(voices, ann, EVE)
        assert hears(caller, ANN) and not hears(caller, EVE)
        assert hears(eve, CALLER) and hears(eve, ANN)

        await line.do(line.supervision.join, 1, boss, "barge")
        await say(voices, caller, EVE)
        assert hears(ann, EVE) and hears(caller, ANN) and hears(eve, CALLER)

        await line.do(line.supervision.take_over, 1, boss)
        await until(lambda: bool(ann.final))
        await say({caller: CALLER, eve: EVE}, caller, EVE)
        assert hears(eve, CALLER)
        eve.hang_up()
        await line.hears(caller, "Your call with our agent has ended")

    play(story)


@pytest.mark.slow
def test_a_supervisor_who_leaves_leaves_both_talking(play: Play) -> None:
    async def story(line: Line) -> None:
        caller, ann = await line.talking()
        eve, boss = line.phones["eve"], line.ids["eve"]
        await line.do(line.supervision.join, 1, boss, "listen")
        await until(lambda: eve.up)
        await line.do(line.supervision.leave, 1, boss)
        await until(lambda: bool(eve.final))
        await say({caller: CALLER, ann: ANN}, caller, ANN)
        assert hears(ann, CALLER) and line.state().bridged

    play(story)


@pytest.mark.slow
def test_an_announcement_is_said_to_all_who_wait_before_their_place_until_it_is_taken_away(play: Play) -> None:
    async def story(line: Line) -> None:
        boss = line.ids["eve"]
        line.nobody_free()
        await line.do(line.supervision.announce, "Card payments are slow this morning.", boss)
        caller = await line.w.call()
        await line.hears(caller, "You are next in the queue.")
        assert line.voice.told(caller)[-2:][0] == "Card payments are slow this morning."
        await line.do(line.supervision.announce, "", boss)
        other = await line.w.call()
        await line.hears(other, "Press zero")
        assert "Card payments are slow this morning." not in line.voice.told(other)
        other.hang_up()
        caller.hang_up()

    play(story)


@pytest.mark.slow
def test_one_from_outside_is_told_that_the_call_is_recorded_before_he_is_briefed(play: Play) -> None:
    async def story(line: Line) -> None:
        caller, ann = await line.talking()
        outside = line.phones["bob"] = line.w.person("+12125550188")
        await line.do(line.transfers.ask, 1, line.ids["ann"], 0, "+12125550188")
        await line.accepts("bob", 2)
        await line.hears(outside, "Before you begin: this call is recorded.")
        await say({caller: CALLER, ann: ANN, outside: BOB}, outside, ANN)
        assert hears(ann, BOB) and not hears(caller, BOB)

    play(story)

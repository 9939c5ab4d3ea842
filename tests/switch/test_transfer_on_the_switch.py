"""A warm transfer and a supervisor's part through the switch: who hears whom."""

from pathlib import Path

from ivr.store import Sessions
from tests.switch.line_on_switch import ANN, BOB, CALLER, EVE, hears, line_on, say
from tests.switch.switch_world import MakeWorld, Run, until


def test_the_caller_hears_music_in_the_briefing_then_both_then_the_second_alone(
    world: MakeWorld, run: Run, sessions: Sessions, tmp_path: Path
) -> None:
    async def story() -> None:
        async with line_on(world, sessions, tmp_path) as line:
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

    run(story())


def test_a_muted_agent_hears_and_is_not_heard_and_a_held_caller_hears_music(
    world: MakeWorld, run: Run, sessions: Sessions, tmp_path: Path
) -> None:
    async def story() -> None:
        async with line_on(world, sessions, tmp_path) as line:
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

    run(story())


def test_a_supervisor_who_listens_is_heard_by_nobody_who_coaches_by_the_agent_who_barges_by_both_and_takes_over(
    world: MakeWorld, run: Run, sessions: Sessions, tmp_path: Path
) -> None:
    async def story() -> None:
        async with line_on(world, sessions, tmp_path) as line:
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
            await line.hears(caller, "Thank you for calling")

    run(story())


def test_a_supervisor_who_leaves_leaves_both_talking(
    world: MakeWorld, run: Run, sessions: Sessions, tmp_path: Path
) -> None:
    async def story() -> None:
        async with line_on(world, sessions, tmp_path) as line:
            caller, ann = await line.talking()
            eve, boss = line.phones["eve"], line.ids["eve"]
            await line.do(line.supervision.join, 1, boss, "listen")
            await until(lambda: eve.up)
            await line.do(line.supervision.leave, 1, boss)
            await until(lambda: bool(eve.final))
            await say({caller: CALLER, ann: ANN}, caller, ANN)
            assert hears(ann, CALLER) and line.state().bridged

    run(story())

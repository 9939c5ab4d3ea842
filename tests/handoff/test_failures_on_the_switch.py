"""Each row of the warm transfer's failure table through the switch: what the caller hears, and that no leg is left."""

import asyncio

import pytest

from ivr.handoff.reconciliation import reconcile
from tests.harness.line_on_switch import ANN, BOB, CALLER, MUSIC, NOTICE, Line, Play, hears, say, until
from tests.harness.switch_world import Person

pytestmark = [pytest.mark.switch, pytest.mark.slow]


async def hears_the_next(line: Line, caller: Person, name: str, k: int, pitch: int) -> None:
    agent = await line.accepts(name, k)
    await until(lambda: line.state().bridged)
    await say({caller: CALLER, agent: pitch}, caller, pitch)
    assert hears(agent, CALLER)


@pytest.mark.parametrize("how", ["busy", "no-answer", "failed"])
def test_after_an_agent_who_cannot_be_reached_he_hears_music_and_then_the_next(play: Play, how: str) -> None:
    async def story(line: Line) -> None:
        line.phones["ann"].answers = False
        if how == "failed":
            line.number_of("ann", "+12125550199")  # where nobody is
        await line.available("ann", "bob")
        caller = await line.w.call()
        if how == "busy":
            await until(lambda: line.phones["ann"].rung)
            line.phones["ann"].line.decline("busy")
        await until(lambda: len(line.outcomes()) == 2)
        await line.hears_music(caller)
        await hears_the_next(line, caller, "bob", 2, BOB)
        assert line.outcomes() == [how, "accepted"]

    play(story, rings=1)


def test_when_nobody_takes_it_he_is_told_his_place_and_of_the_call_back_and_hears_music(play: Play) -> None:
    async def story(line: Line) -> None:
        line.nobody_free()
        line.phones["ann"].answers = False
        await line.available("ann")
        caller = await line.w.call()
        heard = await line.hears(caller, "You are next in the queue.")
        assert "Press zero, and we will call you back." in heard
        await line.hears_music(caller)
        assert (line.outcomes(), line.presence("ann")) == (["no-answer"], "away")

    play(story, rings=1)


def test_a_voicemail_that_answers_is_not_put_through_to_him(play: Play) -> None:
    async def story(line: Line) -> None:
        await line.available("ann")
        caller, voicemail = await line.w.call(), line.phones["ann"]
        await until(lambda: voicemail.up)
        caller.heard.clear()
        await line.available("bob")
        while not voicemail.final:  # no key: the whisper runs out
            voicemail.speak(0.2, ANN)
            await asyncio.sleep(0.2)
        assert hears(caller, MUSIC) and not hears(caller, ANN)
        await hears_the_next(line, caller, "bob", 2, BOB)
        assert line.outcomes() == ["no-answer", "accepted"]

    play(story)


def test_after_an_agent_who_declines_by_key_he_gets_the_next_at_once(play: Play) -> None:
    async def story(line: Line) -> None:
        await line.available("ann", "bob")
        caller, ann = await line.w.call(), line.phones["ann"]
        await line.hears(ann, "Press 1 to accept, 2 to decline.")
        ann.press("2")
        await until(lambda: bool(ann.final))
        await hears_the_next(line, caller, "bob", 2, BOB)
        assert (line.outcomes(), line.presence("ann")) == (["declined", "accepted"], "available")

    play(story)


def test_after_a_minute_he_is_told_how_he_waits_while_the_phone_rings_on(play: Play) -> None:
    async def story(line: Line) -> None:
        caller, ann = await line.ringing()
        line.later(61)
        await line.hears(caller, "You are next in the queue.")
        ann.line.answer()
        await hears_the_next(line, caller, "ann", 1, ANN)

    play(story, rings=90)


def test_after_the_longest_wait_a_phone_rings_to_its_end_and_then_he_may_leave_a_message(play: Play) -> None:
    async def story(line: Line) -> None:
        caller, ann = await line.ringing()
        line.later(1801)
        await line.hears(caller, "Press 1, and we will call you back. Press 2 to leave a message.")
        await until(lambda: bool(ann.final))
        caller.heard.clear()
        caller.press("2")
        await until(lambda: hears(caller, NOTICE))  # "leave your message after the tone"
        await asyncio.sleep(0.5)
        caller.speak(0.5, CALLER)
        await until(lambda: not caller.words)
        caller.press("#")
        await line.hears(caller, "We have your message and will call you back.")
        await until(lambda: line.state().end == "message-taken")

    play(story)


def test_with_nobody_at_the_desk_he_is_told_so_and_silence_takes_a_message(play: Play) -> None:
    async def story(line: Line) -> None:
        caller = await line.w.call()
        await line.hears(caller, "Nobody is free to talk to you just now.")
        caller.heard.clear()
        await until(lambda: hears(caller, NOTICE))
        await until(lambda: line.state().message)

    play(story)


def test_a_caller_who_abandons_stops_the_agents_phone(play: Play) -> None:
    async def story(line: Line) -> None:
        ann = line.phones["ann"]
        ann.answers = False
        await line.available("ann")
        caller = await line.w.call()
        await until(lambda: ann.rung is not None)
        caller.hang_up()
        await until(lambda: bool(ann.final))
        await until(lambda: line.state().end == "caller-left")
        assert line.presence("ann") == "available"

    play(story)


@pytest.mark.parametrize("first", ["caller", "agent"])
def test_a_caller_who_abandons_as_the_agent_accepts_leaves_no_agent_in_an_empty_room(play: Play, first: str) -> None:
    async def story(line: Line) -> None:
        await line.available("ann")
        caller, ann = await line.w.call(), line.phones["ann"]
        await line.hears(ann, "Press 1 to accept")
        for deed in (caller.hang_up, lambda: ann.press("1"))[:: 1 if first == "caller" else -1]:
            deed()
        await until(lambda: bool(ann.final))
        await until(lambda: line.state().end in ("caller-left", "served"))

    play(story)


def test_an_agent_whose_line_drops_leaves_him_with_music_and_then_another(play: Play) -> None:
    async def story(line: Line) -> None:
        caller, ann = await line.talking()
        await line.available("bob")
        line.drop(ann)
        await line.hears_music(caller)
        await hears_the_next(line, caller, "bob", 2, BOB)
        assert await line.do(line.service.hold, 1, line.ids["bob"], True), "hold speaks of the new conference"
        await until(line.held)

    play(story)


def test_an_agent_who_hangs_up_leaves_him_who_is_done_to_hang_up_too(play: Play) -> None:
    async def story(line: Line) -> None:
        caller, ann = await line.talking()
        ann.hang_up()
        await line.hears(caller, "If you are done, thank you for calling, and just hang up.")
        caller.hang_up()
        await until(lambda: line.state().end == "served")
        assert line.presence("ann") == "wrap-up"

    play(story)


def test_an_agent_whose_phone_goes_dead_leaves_him_who_stays_on_the_line_to_another(play: Play) -> None:
    async def story(line: Line) -> None:
        caller, ann = await line.talking()
        await line.available("bob")
        ann.hang_up()  # a dead battery looks the same
        await line.hears(caller, "stay on the line")
        caller.press("1")
        await hears_the_next(line, caller, "bob", 2, BOB)

    play(story)


def test_an_agent_who_ends_it_on_his_page_has_said_goodbye_and_he_is_thanked(play: Play) -> None:
    async def story(line: Line) -> None:
        caller, ann = await line.talking()
        await line.do(line.service.end, 1, line.ids["ann"])
        await line.hears(caller, "Thank you for calling. Goodbye.")
        await until(lambda: bool(ann.final))
        await until(lambda: bool(caller.final))
        assert (line.state().end, line.presence("ann")) == ("served", "wrap-up")

    play(story)


def test_after_a_restart_what_was_promised_is_done_and_he_gets_his_agent(play: Play) -> None:
    async def story(line: Line) -> None:
        line.killed = True  # after its commit, before it asks the carrier to ring
        await line.available("ann")
        caller = await line.w.call()
        await line.hears_music(caller)
        await until(lambda: line.outcomes() == [None])
        assert line.phones["ann"].rung is None
        line.killed, line.service = False, line.another_process()
        line.later(9)
        await hears_the_next(line, caller, "ann", 1, ANN)

    play(story)


def test_after_lost_goodbyes_the_agent_is_let_go_once_the_carrier_has_been_asked(play: Play) -> None:
    async def story(line: Line) -> None:
        caller, ann = await line.talking()
        line.lost |= {"/status": 9, "/conference": 9, "/caller-left": 9, "/agent-left": 9}
        caller.hang_up()
        await until(lambda: bool(caller.final))
        await line.do(reconcile, line.another_process(), line.carrier)
        await until(lambda: bool(ann.final))
        assert line.state().end == "served"

    play(story)


def test_while_the_worker_is_away_his_waiting_music_makes_up_for_it(play: Play) -> None:
    async def story(line: Line) -> None:
        await line.available("ann")
        caller = await line.w.call()
        await line.hears_music(caller)
        line.later(4)
        await hears_the_next(line, caller, "ann", 1, ANN)

    play(story, works=False)


def test_a_lost_callback_of_his_coming_is_made_up_for(play: Play) -> None:
    async def story(line: Line) -> None:
        line.lost["/conference"] = 1
        await line.available("ann")
        caller = await line.w.call()
        await hears_the_next(line, caller, "ann", 1, ANN)

    play(story)


def test_a_carrier_that_is_asked_too_much_is_asked_again_and_one_phone_rings_once(play: Play) -> None:
    async def story(line: Line) -> None:
        line.http.refusals = 1
        await line.available("ann")
        caller = await line.w.call()
        await until(lambda: not line.http.refusals)
        line.later(3)
        await hears_the_next(line, caller, "ann", 1, ANN)
        assert [leg.direction for leg in line.w.switch.calls.values()] == ["inbound", "outbound-api"]

    play(story)


def test_out_of_the_conference_and_alive_he_is_asked_for_a_moment_and_parked_again(play: Play) -> None:
    async def story(line: Line) -> None:
        line.phones["ann"].answers = False
        await line.available("ann")
        caller = await line.w.call()
        await until(lambda: line.state().caller == "in")
        caller.heard.clear()
        await line.do(line.carrier.end_conference, line.state().conference)
        await line.hears(caller, "One moment, please.")
        await line.hears_music(caller)
        line.phones["ann"].line.answer()
        await hears_the_next(line, caller, "ann", 1, ANN)

    play(story)

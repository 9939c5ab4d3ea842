"""The traps that warm transfers are reported to fall into, through the switch: what the caller hears."""

import pytest

from tests.harness.line_on_switch import ANN, BOB, CALLER, EVE, Line, Play, hears, say, until
from tests.harness.switch_world import Person

pytestmark = [pytest.mark.switch, pytest.mark.slow]


async def both_hear(line: Line, caller: Person, agent: Person, pitch: int) -> None:
    await until(lambda: line.state().bridged)
    await say({caller: CALLER, agent: pitch}, caller, pitch)
    assert hears(agent, CALLER)


def test_trap_1_the_end_of_the_stream_is_not_the_end_of_the_call(play: Play) -> None:
    async def story(line: Line) -> None:
        line.phones["ann"].answers = False
        await line.available("ann")
        caller = await line.w.call()
        await line.hears_music(caller)
        assert not caller.final

    play(story)


def test_trap_2_the_bots_last_sentence_is_not_cut_off_whatever_the_desk_has_found_out(play: Play) -> None:
    async def story(line: Line) -> None:
        line.said.clear()  # the caller is still being spoken to, and there is nobody at the desk
        caller = await line.w.call()
        await until(lambda: line.state().briefed)
        line.later(61)
        await until(lambda: line.state().asked)
        assert not line.stopped
        line.said.set()
        await line.hears(caller, "Nobody is free to talk to you just now.")
        assert not line.stopped

    play(story)


def test_trap_3_a_socket_that_breaks_off_again_and_again_leads_to_a_person_and_not_to_silence(play: Play) -> None:
    async def story(line: Line) -> None:
        line.drops = 3
        await line.available("ann")
        caller = await line.w.call()
        await line.hears_music(caller)
        assert line.service.find(1).reason == "fault"
        await both_hear(line, caller, await line.accepts("ann"), ANN)

    play(story)


def test_trap_4_who_answers_after_the_caller_has_gone_hears_no_brief(play: Play) -> None:
    async def story(line: Line) -> None:
        ann = line.phones["ann"]
        ann.answers = False
        await line.available("ann")
        caller = await line.w.call()
        await until(lambda: ann.rung is not None)
        line.killed = True  # nobody stops the ringing in time
        caller.hang_up()
        await until(lambda: line.state().end == "caller-left")
        ann.line.answer()
        await line.hears(ann, "The caller has hung up. Goodbye.")
        assert not any("Press 1 to accept" in text for text in line.voice.told(ann))

    play(story)


def test_trap_5_an_agent_who_is_there_first_meets_him_and_no_conference_is_looked_up(play: Play) -> None:
    async def story(line: Line) -> None:
        line.said.clear()
        await line.available("ann")
        caller = await line.w.call()
        ann = await line.accepts("ann")
        assert not line.state().bridged
        line.said.set()
        await both_hear(line, caller, ann, ANN)
        assert not any(method == "GET" and "/Conferences" in url for method, url in line.http.asked)

    play(story)


def test_trap_6_a_call_that_ends_while_a_phone_rings_stops_that_phone_by_its_own_sid(play: Play) -> None:
    async def story(line: Line) -> None:
        caller, ann = await line.talking()
        bob = line.phones["bob"]
        bob.answers = False
        await line.available("bob")
        await line.do(line.transfers.ask, 1, line.ids["ann"], line.ids["bob"])
        await until(lambda: bob.rung is not None)
        caller.hang_up()
        await until(lambda: bool(bob.final) and bool(ann.final))
        assert (line.presence("bob"), line.state().end) == ("available", "served")

    play(story)


def test_trap_7_a_caller_on_hold_who_hangs_up_ends_the_conference(play: Play) -> None:
    async def story(line: Line) -> None:
        caller, ann = await line.talking()
        await line.do(line.service.hold, 1, line.ids["ann"], True)
        await line.hears_hold_music(caller)
        caller.hang_up()
        await until(lambda: bool(ann.final))
        assert not any("EndConferenceOnExit" in url for _, url in line.http.asked)

    play(story)


def test_trap_8_an_agent_who_leaves_while_the_second_rings_leaves_him_to_the_seconds_answer(play: Play) -> None:
    async def story(line: Line) -> None:
        caller, ann = await line.talking()
        bob = line.phones["bob"]
        bob.answers = False
        await line.available("bob")
        await line.do(line.transfers.ask, 1, line.ids["ann"], line.ids["bob"])
        await until(lambda: bob.rung is not None)
        ann.hang_up()
        await line.hears_hold_music(caller)
        bob.line.answer()
        await line.accepts("bob", 2)
        await both_hear(line, caller, bob, BOB)

    play(story)


def test_trap_9_after_a_dropped_line_hold_is_of_the_new_conference(play: Play) -> None:
    async def story(line: Line) -> None:
        caller, ann = await line.talking()
        await line.available("bob")
        line.drop(ann)
        bob = await line.accepts("bob", 2)
        await both_hear(line, caller, bob, BOB)
        assert await line.do(line.service.hold, 1, line.ids["bob"], True)
        await line.hears_hold_music(caller)
        bob.speak(0.3, BOB)
        await until(lambda: not bob.words)
        assert not hears(caller, BOB)

    play(story)


def test_trap_10_the_conference_begins_with_the_agent_and_ends_with_the_caller(play: Play) -> None:
    async def story(line: Line) -> None:
        line.phones["ann"].answers = False
        await line.available("ann")
        caller = await line.w.call()
        await line.hears_music(caller)
        [room] = line.w.switch.conferences.values()
        assert room.status == "init"
        line.phones["ann"].line.answer()
        ann = await line.accepts("ann")
        assert room.status == "in-progress"
        caller.hang_up()
        await until(lambda: bool(ann.final) and room.status == "completed")

    play(story)


def test_trap_11_a_late_callback_of_the_old_conference_changes_nothing(play: Play) -> None:
    async def story(line: Line) -> None:
        caller, ann = await line.talking()
        await line.available("bob")
        line.drop(ann)
        await both_hear(line, caller, await line.accepts("bob", 2), BOB)
        before = line.service.find(1).machine
        old = [request for request in line.w.customer.to("/handoff/1/conference") if "agent-1" in str(request.params)]
        for request in old:
            line.hook(request.path, request.params)
        assert old and line.service.find(1).machine == before
        await both_hear(line, caller, line.phones["bob"], BOB)

    play(story)


def test_trap_12_a_caller_who_has_just_hung_up_cannot_be_moved_and_his_hand_off_ends(play: Play) -> None:
    async def story(line: Line) -> None:
        caller, ann = await line.ringing()
        line.lost |= {"/status": 9, "/conference": 9, "/caller-left": 9}
        caller.hang_up()
        await until(lambda: bool(caller.final))
        line.later(61)  # the caller is to be moved to the queue
        await until(lambda: line.state().end == "caller-left" and bool(ann.final))

    play(story, rings=90)


def test_trap_13_a_click_in_the_whisper_ends_it_and_they_hear_each_other(play: Play) -> None:
    async def story(line: Line) -> None:
        await line.available("ann")
        caller, ann = await line.w.call(), line.phones["ann"]
        await line.hears(ann, "Press 1 to accept")
        await line.do(line.service.accept, 1, line.ids["ann"])
        await both_hear(line, caller, ann, ANN)

    play(story)


def test_trap_14_being_moved_out_of_a_room_is_no_hanging_up(play: Play) -> None:
    async def story(line: Line) -> None:
        line.nobody_free()
        caller = await line.w.call()
        await line.hears(caller, "You are next in the queue.")
        await line.available("ann")  # out of the queue into a new conference
        await both_hear(line, caller, await line.accepts("ann"), ANN)

    play(story)


def test_trap_15_the_recording_is_the_calls_with_both_sides_and_without_the_coach(play: Play) -> None:
    async def story(line: Line) -> None:
        caller, ann = await line.talking()
        eve = line.phones["eve"]
        await line.do(line.supervision.join, 1, line.ids["eve"], "coach")
        await until(lambda: eve.up)
        await say({caller: CALLER, ann: ANN, eve: EVE}, ann, EVE)
        assert not hears(caller, EVE), "what the caller hears is what is recorded of the agents' side"
        [recording] = line.w.switch.recordings.values()
        assert (recording.leg.sid, recording.options.channels) == (caller.line.sid, 2)

    play(story)


def test_trap_16_callbacks_that_come_before_the_carriers_answer_are_understood(play: Play) -> None:
    async def story(line: Line) -> None:
        line.http.late = 0.6
        await line.available("ann")
        caller = await line.w.call()
        await both_hear(line, caller, await line.accepts("ann"), ANN)
        legs = [leg for leg in line.w.switch.calls.values() if leg.direction != "inbound"]
        assert len(legs) == 1

    play(story)

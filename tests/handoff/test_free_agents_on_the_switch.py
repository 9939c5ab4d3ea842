"""A caller who was told that nobody is free, through the switch: an agent comes free, and they talk."""

import asyncio

import pytest
from sqlalchemy import select

from ivr.store.models import Recording
from ivr.web.pages.agent_messages import read_messages
from tests.harness.line_on_switch import ANN, CALLER, NOTICE, Line, Play, hears, say, until
from tests.harness.switch_world import Person

pytestmark = [pytest.mark.switch, pytest.mark.slow]


async def leaving_a_message(line: Line) -> Person:
    caller = await line.w.call()
    await line.hears(caller, "Press 2 to leave a message.")
    caller.heard.clear()
    caller.press("2")
    await until(lambda: hears(caller, NOTICE))  # "leave your message after the tone"
    await asyncio.sleep(0.5)
    caller.speak(1.0, CALLER)
    return caller


def messages(line: Line) -> list[str]:
    """The states of what was recorded of a message, and, after them, what is on the agents' page."""
    with line.sessions() as tx:
        recorded = list(tx.scalars(select(Recording.state).where(Recording.kind == "message")))
        return [*recorded, *("owed" for _ in read_messages(tx))]


def test_who_is_leaving_a_message_talks_with_the_agent_who_comes_free_and_no_message_is_owed(play: Play) -> None:
    async def story(line: Line) -> None:
        caller = await leaving_a_message(line)
        await line.available("ann")
        ann = await line.accepts("ann")
        await line.hears(caller, "An agent is free now. One moment, please.")
        await until(lambda: line.state().bridged)
        await say({caller: CALLER, ann: ANN}, caller, ANN)
        assert hears(ann, CALLER)
        await until(lambda: len(messages(line)) == 1)
        assert "owed" not in messages(line)
        caller.hang_up()
        await until(lambda: line.state().end == "served")
        assert "owed" not in messages(line)

    play(story)


def test_who_has_left_their_message_while_it_rang_is_told_so_when_the_agent_declines(play: Play) -> None:
    async def story(line: Line) -> None:
        line.phones["ann"].answers = False
        caller = await leaving_a_message(line)
        await line.available("ann")
        await until(lambda: line.phones["ann"].rung is not None and not caller.words)
        caller.press("#")
        await line.hears(caller, "An agent's phone is ringing for you just now.")
        await line.hears_music(caller)
        await line.do(line.service.decline, 1, line.ids["ann"])
        await line.hears(caller, "We have your message and will call you back.")
        await until(lambda: line.state().end == "message-taken" and bool(messages(line)))
        assert messages(line)[-1] == "owed"

    play(story)

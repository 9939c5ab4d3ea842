"""A caller who is taken over from the bot hears so within a second or two, whatever the bot was about."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from zoneinfo import ZoneInfo

import pytest

from ivr.calls.dialogue_steps import DialogueSteps
from ivr.calls.take_over import BotCalls
from ivr.channels.conversation import Conversation, Threads
from ivr.channels.moved_calls import MovedCalls
from ivr.handoff.request import request_handoff
from ivr.people import roster
from ivr.store.engine import Sessions
from speech.events import Close, NoInput, Speak
from tests.fakes.fake_clock import FakeClock
from tests.fakes.fake_live_updates import FakeLiveUpdates
from tests.fakes.fake_session import FakeSession
from tests.harness.call_line import LINE, MORGAN, SID
from tests.harness.calls import Calls

pytestmark = pytest.mark.integration

SENTENCE = "One moment, a colleague of mine will go on with you."


class Moved:
    """Counts how often it was told."""

    def __init__(self) -> None:
        self.told = 0

    async def moved_on(self) -> None:
        self.told += 1


def test_the_sentence_is_said_once_and_the_stream_closed(calls: Calls, sessions: Sessions, clock: FakeClock) -> None:
    with sessions.begin() as tx:
        eve = roster.add(
            tx, email="eve@bank.test", name="Eve", phone="client:eve", roles=["supervisor"], now=clock.now()
        ).id
    steps = DialogueSteps(clock, ZoneInfo("UTC"), request_handoff)
    bot_calls = BotCalls(sessions, clock, FakeLiveUpdates(), steps)

    async def call() -> list[object]:
        session = FakeSession()
        connected = calls.dialogue.connect(SID, calls.answer(SID, MORGAN, LINE).token)
        with ThreadPoolExecutor(2) as sql, ThreadPoolExecutor(2) as ledger:
            async with asyncio.TaskGroup() as tasks:
                conversation = Conversation(calls.dialogue, SID, connected, session, Threads(sql, ledger), tasks)
                session.tell(await conversation.opening())
                session.told.clear()
                bot_calls.take_over(SID, eve)

                async def not_talking(sids: Sequence[str]) -> Sequence[str]:
                    return calls.dialogue.not_talking(sids)

                moved = MovedCalls(not_talking)
                with moved.watched(SID, conversation):
                    await moved.look()
                    await moved.look()
                await conversation.handle(NoInput(7.0, 10.0))
        return list(session.told)

    told = asyncio.run(call())
    said = [command for command in told if isinstance(command, Speak)]
    assert [command.text for command in said] == [SENTENCE]
    assert not said[0].interruptible
    assert told[1] == Close()


def test_a_look_that_fails_is_made_again_and_one_who_has_gone_is_not_told() -> None:
    answers: list[list[str] | Exception] = [OSError("away"), ["a", "b"], ["a"]]

    async def not_talking(_sids: Sequence[str]) -> Sequence[str]:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def looks() -> tuple[int, int]:
        moved, first, gone = MovedCalls(not_talking), Moved(), Moved()
        await moved.look()  # nobody is there: nothing is asked
        with moved.watched("a", first):
            with moved.watched("b", gone):
                pass
            await moved.look()
            await moved.look()
            await moved.look()
        return first.told, gone.told

    assert asyncio.run(looks()) == (1, 0)
    assert answers == [["a"]]  # who was told is not asked for again

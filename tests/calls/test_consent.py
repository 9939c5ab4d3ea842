"""A caller who will not be recorded: the carrier stops at once, wherever they say it, and it is noted."""

import pytest
from sqlalchemy import select, update

from ivr.store.engine import Sessions
from ivr.store.models import Call, Handoff, Outbox
from speech.events import UserTurn
from tests.harness.call_line import LINE, MORGAN, SID
from tests.harness.calls import Calls
from tests.harness.handoff_world import CALLER, World
from tests.harness.media_caller import MediaCaller

pytestmark = pytest.mark.integration


@pytest.fixture
def caller(calls: Calls) -> MediaCaller:
    return MediaCaller(calls)


def stops(sessions: Sessions) -> list[str]:
    with sessions() as tx:
        return [row.payload["call"] for row in tx.scalars(select(Outbox).where(Outbox.topic == "recording.stop"))]


def refused(sessions: Sessions, sid: str = SID) -> bool:
    with sessions() as tx:
        return tx.get_one(Call, sid).unrecorded_at is not None


@pytest.mark.parametrize("before", [[], ["balance"], ["pay"]], ids=["at the menu", "at the PIN", "while paying"])
def test_said_to_the_bot_it_is_promised_with_the_turn(
    before: list[str], caller: MediaCaller, sessions: Sessions
) -> None:
    caller.dial()
    for words in before:
        caller.say(words)
    caller.say("don't record me")
    assert refused(sessions) and stops(sessions) == [SID]


def test_another_wish_stops_nothing(caller: MediaCaller, sessions: Sessions) -> None:
    caller.dial()
    caller.say("balance")
    assert not refused(sessions) and not stops(sessions)


def test_said_while_they_wait_or_talk_with_an_agent_it_stands_in_what_the_agent_reads(
    caller: MediaCaller, calls: Calls, sessions: Sessions
) -> None:
    caller.dial()
    caller.say("agent")
    calls.resume(SID, MORGAN, LINE)
    calls.dialogue.overheard(SID, "outbound", UserTurn("don't record me", 0.9, (), 1.0, 2.0, {}), 5.0)
    assert not refused(sessions), "those are the agent's words"
    calls.dialogue.overheard(SID, "inbound", UserTurn("stop recording, please", 0.9, (), 3.0, 4.0, {}), 5.0)
    assert refused(sessions) and stops(sessions) == [SID]
    with sessions() as tx:
        assert tx.scalars(select(Handoff)).one().known["recording"].startswith("off")


def test_who_refuses_in_the_queue_hears_once_that_it_is_off(world: World) -> None:
    world.agent("ann")
    world.parked().leg_is(1, "no-answer")
    assert "not recorded any more" not in world.hook("queue", CallSid=CALLER)
    with world.sessions.begin() as tx:
        tx.execute(update(Call).where(Call.sid == CALLER).values(unrecorded_at=world.clock.now()))
    assert "not recorded any more" in world.hook("queue/1", CallSid=CALLER)
    assert "not recorded any more" not in world.hook("queue/2", CallSid=CALLER)

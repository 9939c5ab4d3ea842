"""A supervisor takes a caller over from the bot: one sentence, then their own phone, and nobody else's."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from ivr.calls.dialogue_steps import DialogueSteps
from ivr.calls.take_over import BotCalls
from ivr.dialogue.events import Said, Started
from ivr.handoff.request import request_handoff
from ivr.handoff.state import State
from ivr.handoff.supervision import SupervisionRefusedError
from ivr.people import roster
from ivr.store.engine import Sessions
from ivr.store.models import Agent, Audit, Call, Handoff, Turn
from speech.events import UserTurn
from tests.fakes.fake_clock import FakeClock
from tests.fakes.fake_live_updates import FakeLiveUpdates
from tests.harness.call_line import LINE, MORGAN, SID, understand
from tests.harness.calls import Calls

pytestmark = pytest.mark.integration


@pytest.fixture
def eve(sessions: Sessions, clock: FakeClock) -> int:
    with sessions.begin() as tx:
        return roster.add(
            tx, email="eve@bank.test", name="Eve", phone="client:eve", roles=["supervisor"], now=clock.now()
        ).id


@pytest.fixture
def bot_calls(sessions: Sessions, clock: FakeClock, calls: Calls) -> BotCalls:
    steps = DialogueSteps(clock, ZoneInfo("UTC"), request_handoff)
    return BotCalls(sessions, clock, FakeLiveUpdates(), steps)


def greeted(calls: Calls) -> None:
    ticket = calls.answer(SID, MORGAN, LINE)
    calls.dialogue.connect(SID, ticket.token)
    calls.dialogue.apply(SID, Started(date(2026, 3, 2), None, "Test Bank"), "s1.1")


def test_the_bot_says_one_sentence_and_the_hand_off_wants_the_supervisor(
    calls: Calls, bot_calls: BotCalls, sessions: Sessions, eve: int
) -> None:
    greeted(calls)
    bot_calls.take_over(SID, eve)
    with sessions() as tx:
        handoff = tx.scalars(select(Handoff)).one()
        assert (handoff.reason, handoff.call.stage) == ("supervisor", "parked")
        assert State.from_json(handoff.machine).wanted == eve
        last = tx.scalars(select(Turn).order_by(Turn.id.desc())).first()
        assert last is not None
        assert (last.speaker, last.prompt) == ("bot", "person.supervisor/1")
        noted = tx.scalars(select(Audit).where(Audit.action == "took-over")).one()
        assert (noted.actor, noted.subject) == ("eve@bank.test", f"call:{SID}")


def test_the_second_supervisor_is_told_that_the_bot_has_it_no_more(
    calls: Calls, bot_calls: BotCalls, sessions: Sessions, eve: int
) -> None:
    greeted(calls)
    bot_calls.take_over(SID, eve)
    with pytest.raises(SupervisionRefusedError, match="any more"):
        bot_calls.take_over(SID, eve)
    with sessions() as tx:
        assert len(tx.scalars(select(Handoff)).all()) == 1


@pytest.mark.parametrize(("stage", "why"), [("card", "card"), ("parked", "any more"), ("ended", "any more")])
def test_what_the_bot_cannot_give_away_is_refused_with_the_reason(
    calls: Calls, bot_calls: BotCalls, sessions: Sessions, eve: int, stage: str, why: str
) -> None:
    greeted(calls)
    with sessions.begin() as tx:
        tx.get_one(Call, SID).stage = stage
    with pytest.raises(SupervisionRefusedError, match=why):
        bot_calls.take_over(SID, eve)


def test_who_listens_in_stands_in_the_audit_before_they_hear_anything(
    calls: Calls, bot_calls: BotCalls, sessions: Sessions, eve: int
) -> None:
    greeted(calls)
    assert bot_calls.has(SID)
    bot_calls.listen(SID, eve)
    with sessions() as tx:
        noted = tx.scalars(select(Audit).where(Audit.action == "listened-live")).one()
        assert (noted.actor, noted.subject) == ("eve@bank.test", f"call:{SID}")


@pytest.mark.parametrize("stage", ["parked", "bridged", "ended"])
def test_a_call_that_the_bot_does_not_have_is_not_listened_to(
    calls: Calls, bot_calls: BotCalls, sessions: Sessions, eve: int, stage: str
) -> None:
    greeted(calls)
    with sessions.begin() as tx:
        tx.get_one(Call, SID).stage = stage
    assert not bot_calls.has(SID)
    with pytest.raises(SupervisionRefusedError, match="any more"):
        bot_calls.listen(SID, eve)
    assert not bot_calls.has("CA" + "9" * 32)


def test_who_has_a_call_takes_over_no_second_one(
    calls: Calls, bot_calls: BotCalls, sessions: Sessions, eve: int
) -> None:
    greeted(calls)
    with sessions.begin() as tx:
        tx.get_one(Agent, eve).presence = "on-call"
    with pytest.raises(SupervisionRefusedError, match="yourself"):
        bot_calls.take_over(SID, eve)


def test_a_call_that_was_not_greeted_or_is_none_is_not_taken(calls: Calls, bot_calls: BotCalls, eve: int) -> None:
    with pytest.raises(LookupError):
        bot_calls.take_over("CA" + "9" * 32, eve)
    calls.answer(SID, MORGAN, LINE)
    with pytest.raises(SupervisionRefusedError, match="greeted"):
        bot_calls.take_over(SID, eve)


def test_a_turn_that_comes_afterwards_is_answered_by_the_sentence_and_moves_nothing(
    calls: Calls, bot_calls: BotCalls, sessions: Sessions, eve: int
) -> None:
    greeted(calls)
    bot_calls.take_over(SID, eve)
    turn = UserTurn("balance", 0.9, (), 4.0, 4.6, {})
    said = Said("balance", 0.9, understand("balance", "open", date(2026, 3, 2)))
    applied = calls.dialogue.apply(SID, said, "s1.2", turn)
    assert applied.elsewhere
    assert [getattr(action, "prompt", "") for _, action in applied.actions] == ["person.supervisor/1"]
    calls.dialogue.mark_spoken(SID, applied.actions[0][0], 5.0, 7.0, {})
    assert calls.dialogue.moved_on(SID).actions == ()  # said once

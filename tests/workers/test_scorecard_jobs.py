"""A finished call is judged by its facts, and its scores stand among them, however often the job runs."""

import pytest
from sqlalchemy import select

from ivr.quality.scorecards import evaluations
from ivr.store import outbox
from ivr.store.models import AutomaticAnswer, Call, CallFacts
from ivr.store.topics import CALL_FACTS
from tests.fakes.fake_clock import FakeClock
from tests.harness.judged_calls import CALL, JudgedCalls, judgement
from tests.harness.worker_jobs import work_off
from workers.context import WorkerContext

pytestmark = pytest.mark.integration


@pytest.fixture
def calls(context: WorkerContext, clock: FakeClock) -> JudgedCalls:
    return JudgedCalls(context.sessions, clock)


def over(context: WorkerContext) -> list[str]:
    with context.sessions.begin() as tx:
        outbox.put(tx, CALL_FACTS, {"call": CALL}, context.clock.now())
    return work_off(context)


def answers(context: WorkerContext) -> dict[tuple[str, int], str]:
    with context.sessions() as tx:
        return {(one.rule, one.agent_id): one.value for one in tx.scalars(select(AutomaticAnswer))}


def test_facts_are_followed_by_what_they_answer(context: WorkerContext, calls: JudgedCalls) -> None:
    ada = calls.person("Ada", "agent")
    calls.call(agent=ada)
    assert over(context) == ["call.facts", "call.score"]
    first = answers(context)
    assert first["said-it-is-ai", 0] == "yes"
    assert first["let-finish", 0] == "no"
    assert first["let-finish", ada] == "yes"
    assert over(context) == ["call.facts", "call.score"]
    assert answers(context) == first


def test_a_published_judgement_brings_its_score_into_the_facts(context: WorkerContext, calls: JudgedCalls) -> None:
    calls.call()
    version, rosa = calls.scorecard(), calls.person("Rosa", "reviewer")
    with context.sessions.begin() as tx:
        row = evaluations.save(tx, judgement(version, rosa), context.clock.now())
        evaluations.publish(tx, row, "rosa@bank.test", context.clock.now())
    assert work_off(context) == ["call.facts", "call.score"]
    with context.sessions() as tx:
        facts = tx.get_one(CallFacts, CALL)
        assert (facts.score_bot, facts.score_agent) == (100.0, None)


def test_a_forgotten_call_keeps_what_its_facts_answered(context: WorkerContext, calls: JudgedCalls) -> None:
    calls.call()
    over(context)
    first = answers(context)
    with context.sessions.begin() as tx:
        row = tx.get_one(Call, CALL)
        row.forgotten_at, row.notice = context.clock.now(), None
    over(context)
    assert answers(context) == first

"""Samples in SQL: drawn from the facts, with a record by which they can be drawn again, and worked off."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select

from ivr.quality import facts_store, samples
from ivr.quality.samples import Filters, Plan, SampleRefusedError
from ivr.quality.scorecards import evaluations
from ivr.store.engine import Sessions
from ivr.store.models import Audit, Call, CallFacts, Sample
from tests.fakes.fake_clock import FakeClock
from tests.harness.judged_calls import JudgedCalls, judgement

pytestmark = pytest.mark.integration

CALLS = 12


@pytest.fixture
def calls(sessions: Sessions, clock: FakeClock) -> JudgedCalls:
    """Twelve calls, of which Ada had every third, a minute apart."""
    calls = JudgedCalls(sessions, clock)
    ada = calls.person("Ada", "agent", "reviewer")
    for number in range(CALLS):
        calls.call(f"CA{number:032}", ada if number % 3 == 0 else None)
        clock.forward(60)
    with sessions.begin() as tx:
        for number in range(CALLS):
            facts_store.keep(tx, f"CA{number:032}")
    return calls


def plan(calls: JudgedCalls, kind: str = "random", size: int = 4, **more: str) -> Plan:
    now = calls.clock.now()
    return Plan("This week", kind, size, Filters(now - timedelta(days=7), now), **more)


def drawn(calls: JudgedCalls, wanted: Plan, *reviewers: int) -> int:
    with calls.sessions.begin() as tx:
        return samples.draw(tx, wanted, reviewers, "rosa@bank.test", calls.clock.now()).id


def sids(calls: JudgedCalls, sample: int) -> list[str]:
    with calls.sessions() as tx:
        return [one.call_sid for one in samples.calls_of(tx, sample)]


@pytest.mark.parametrize("kind", ["random", "risk"])
def test_the_record_of_a_sample_draws_it_again(calls: JudgedCalls, kind: str) -> None:
    rosa = calls.person("Rosa", "reviewer")
    first = drawn(calls, plan(calls, kind), rosa)
    with calls.sessions() as tx:
        record = tx.get_one(Sample, first)
        assert (record.population, record.kind, record.size, record.by) == (CALLS, kind, 4, "rosa@bank.test")
        assert bool(record.weights) == (kind == "risk")
        assert [one.action for one in tx.scalars(select(Audit))] == ["sample-drawn"]
    again = drawn(calls, plan(calls, kind, seed=record.seed), rosa)
    assert sids(calls, again) == sids(calls, first)
    assert sids(calls, drawn(calls, plan(calls, kind), rosa)) != sids(calls, first)


def test_nobody_is_given_a_call_of_their_own(calls: JudgedCalls) -> None:
    ada, rosa = calls.person("Ada"), calls.person("Rosa", "reviewer")
    sample = drawn(calls, plan(calls, size=CALLS), ada, rosa)
    with calls.sessions() as tx:
        whose = {one.call_sid: one.reviewer_id for one in samples.calls_of(tx, sample)}
    assert all(whose[f"CA{number:032}"] == rosa for number in range(0, CALLS, 3))
    assert Counter(whose.values()) == {ada: 6, rosa: 6}


def test_a_list_is_worked_off_call_by_call(calls: JudgedCalls) -> None:
    rosa, version = calls.person("Rosa", "reviewer"), calls.scorecard()
    drawn(calls, plan(calls, size=2), rosa)
    for left in (2, 1):
        with calls.sessions.begin() as tx:
            assert samples.left(tx, rosa) == left
            waiting = samples.next_call(tx, rosa)
            assert waiting is not None
            row = evaluations.save(tx, judgement(version, rosa, sid=waiting.call_sid), calls.clock.now())
            evaluations.publish(tx, row, "rosa@bank.test", calls.clock.now())
    with calls.sessions() as tx:
        assert samples.next_call(tx, rosa) is None
        assert [(one.calls, one.done) for one in samples.newest(tx)] == [(2, 2)]


def test_filters_make_the_population(calls: JudgedCalls) -> None:
    now, ada = calls.clock.now(), calls.person("Ada")
    with calls.sessions() as tx:
        since = now - timedelta(days=1)
        assert len(samples.candidates(tx, Filters(since, now))) == CALLS
        assert len(samples.candidates(tx, Filters(since, now, agent=ada))) == 4
        assert len(samples.candidates(tx, Filters(since, now, outcome="failed"))) == 0
        assert len(samples.candidates(tx, Filters(since, now, intent="payment", flag="upset"))) == 0
        assert len(samples.candidates(tx, Filters(now - timedelta(seconds=200), now))) == 2


def test_risk_adds_up_what_may_have_gone_wrong() -> None:
    quiet = CallFacts(call_sid="CA", resolved_by="bot")
    assert samples.risk(quiet, 0) == 1.0
    bad = CallFacts(call_sid="CA", resolved_by="none", rating=1, lowest_confidence=0.4, handoff_reason="asked")
    assert samples.risk(bad, 3) == 1 + 3 + 2 + 1 + 4 + 2
    assert samples.risk(CallFacts(call_sid="CA", resolved_by="bot", rating=3, lowest_confidence=0.6), 0) == 1.0


@pytest.mark.parametrize(
    ("wanted", "words"),
    [({"size": 0}, "1 to 500"), ({"kind": "best"}, "random or by risk"), ({"per": "mood"}, "per agent")],
)
def test_what_cannot_be_drawn_is_refused(calls: JudgedCalls, wanted: dict[str, str], words: str) -> None:
    with pytest.raises(SampleRefusedError, match=words):
        drawn(calls, plan(calls, **wanted), 1)  # type: ignore[arg-type]
    with pytest.raises(SampleRefusedError, match="a reviewer"):
        drawn(calls, plan(calls))


def test_each_agent_has_a_share(calls: JudgedCalls) -> None:
    with calls.sessions() as tx:
        assert tx.get_one(Call, f"CA{0:032}").outcome == "resolved"
    assert len(sids(calls, drawn(calls, plan(calls, size=3, per="agent"), calls.person("Rosa")))) == 6

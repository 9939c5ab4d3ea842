"""A judgement's way: drafted, published, read or disputed by the agent, and decided by a second reviewer."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from ivr.quality.scorecards import evaluations
from ivr.quality.scorecards.automatic import agreement_with_people, answer_by_facts
from ivr.quality.scorecards.evaluations import EvaluationRefusedError, Given, Judgement
from ivr.recordings.retention import purge_older
from ivr.recordings.storage import RecordingFiles
from ivr.store.engine import Sessions
from ivr.store.models import Audit, AutomaticAnswer, Evaluation
from tests.fakes.fake_clock import FakeClock
from tests.harness import both_databases
from tests.harness.judged_calls import CALL, JudgedCalls, judgement

pytestmark = pytest.mark.integration

store = both_databases.store


@pytest.fixture
def calls(store: Sessions, clock: FakeClock) -> JudgedCalls:
    return JudgedCalls(store, clock)


@pytest.fixture
def ada(calls: JudgedCalls) -> int:
    return calls.person("Ada", "agent")


@pytest.fixture
def rosa(calls: JudgedCalls) -> int:
    return calls.person("Rosa", "reviewer")


@pytest.fixture
def sam(calls: JudgedCalls) -> int:
    return calls.person("Sam", "reviewer")


@pytest.fixture
def version(calls: JudgedCalls, ada: int) -> int:
    """The published version by which the one call, in which Ada was, is judged."""
    calls.call(agent=ada)
    return calls.scorecard()


def published(calls: JudgedCalls, judged: Judgement) -> int:
    with calls.sessions.begin() as tx:
        row = evaluations.save(tx, judged, calls.clock.now())
        evaluations.publish(tx, row, "rosa@bank.test", calls.clock.now())
        return row.id


def state(calls: JudgedCalls, evaluation_id: int) -> str:
    with calls.sessions() as tx:
        return tx.get_one(Evaluation, evaluation_id).state


def actions(calls: JudgedCalls) -> list[str]:
    with calls.sessions() as tx:
        rows = tx.scalars(select(Audit.action).where(Audit.subject.startswith("evaluation:")).order_by(Audit.id))
        return list(rows)


def test_a_draft_is_written_over_and_a_published_judgement_is_not(calls: JudgedCalls, version: int, rosa: int) -> None:
    with calls.sessions.begin() as tx:
        first = evaluations.save(tx, judgement(version, rosa, q4=Given("3")), calls.clock.now())
    evaluation = published(calls, judgement(version, rosa, q4=Given("2")))
    assert first.id == evaluation
    with calls.sessions() as tx:
        row = tx.get_one(Evaluation, evaluation)
        assert (row.state, row.score) == ("published", 83.3)  # (2 + 3 + 3 + 2) of 12
    with calls.sessions.begin() as tx, pytest.raises(EvaluationRefusedError, match="already"):
        evaluations.save(tx, judgement(version, rosa), calls.clock.now())


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"q4": Given("")}, "no answer yet"),
        ({"q3": Given("1")}, "comment"),
        ({"q3": Given("7")}, "no answer to"),
        ({"q2": Given("yes")}, "facts"),
    ],
)
def test_what_is_incomplete_is_not_published(
    calls: JudgedCalls, version: int, rosa: int, answers: dict[str, Given], words: str
) -> None:
    with calls.sessions.begin() as tx:
        answer_by_facts(tx, CALL, calls.clock.now())
    complete = {"q2": Given("no")}  # as the facts say
    with pytest.raises(EvaluationRefusedError, match=words):
        judged = judgement(version, rosa)
        published(calls, replace(judged, answers={**judged.answers, **complete, **answers}))


def test_facts_answer_with_their_evidence_and_may_be_overruled_with_a_reason(
    calls: JudgedCalls, version: int, rosa: int
) -> None:
    with calls.sessions.begin() as tx:
        answer_by_facts(tx, CALL, calls.clock.now())
    with calls.sessions() as tx:
        fact = tx.scalars(select(AutomaticAnswer).where(AutomaticAnswer.rule == "let-finish")).first()
        assert fact is not None
        assert (fact.value, fact.spans, fact.agent_id) == ("no", [[10.0, 11.0]], 0)
    overruled = Given("yes", reason="They had said it all, and only breathed out.")
    evaluation = published(calls, judgement(version, rosa, q2=overruled))
    with calls.sessions() as tx:
        kept = {one.question: one for one in tx.get_one(Evaluation, evaluation).answers}
        assert (kept["q2"].value, kept["q2"].automatic, kept["q2"].rule) == ("yes", "no", "let-finish")
        assert kept["q2"].reason.startswith("They had said")
        found = agreement_with_people(tx, calls.clock.now())
    assert (found["let-finish"].percent, found["said-it-is-ai"].percent) == (0.0, 100.0)


def test_facts_that_are_read_again_replace_themselves(calls: JudgedCalls, version: int) -> None:
    with calls.sessions.begin() as tx:
        first = answer_by_facts(tx, CALL, calls.clock.now())
    with calls.sessions.begin() as tx:
        assert answer_by_facts(tx, CALL, calls.clock.now()) == first
    with calls.sessions() as tx:
        assert len(tx.scalars(select(AutomaticAnswer)).all()) == first


def test_the_agent_acknowledges_what_is_published_and_sees_no_draft(
    calls: JudgedCalls, version: int, ada: int, rosa: int
) -> None:
    with calls.sessions.begin() as tx:
        draft = evaluations.save(tx, judgement(version, rosa, ada), calls.clock.now())
    with calls.sessions.begin() as tx, pytest.raises(EvaluationRefusedError, match="no such review"):
        evaluations.acknowledge(tx, draft.id, ada, "ada", calls.clock.now())
    evaluation = published(calls, judgement(version, rosa, ada))
    with calls.sessions.begin() as tx, pytest.raises(EvaluationRefusedError, match="no such review"):
        evaluations.acknowledge(tx, evaluation, rosa, "rosa", calls.clock.now())
    with calls.sessions.begin() as tx:
        evaluations.acknowledge(tx, evaluation, ada, "ada", calls.clock.now())
    assert state(calls, evaluation) == "acknowledged"
    with calls.sessions.begin() as tx, pytest.raises(EvaluationRefusedError, match="answered"):
        evaluations.dispute(tx, evaluation, ada, "No!", "ada", calls.clock.now())


def test_a_dispute_is_decided_by_a_second_reviewer_alone(
    calls: JudgedCalls, version: int, ada: int, rosa: int, sam: int
) -> None:
    evaluation = published(calls, judgement(version, rosa, ada))
    with calls.sessions.begin() as tx:
        evaluations.dispute(tx, evaluation, ada, "The caller had hung up.", "ada", calls.clock.now())
    with calls.sessions.begin() as tx, pytest.raises(EvaluationRefusedError, match="somebody else"):
        evaluations.uphold(tx, evaluation, rosa, "It stands.", "rosa", calls.clock.now())
    with calls.sessions.begin() as tx:
        evaluations.uphold(tx, evaluation, sam, "They had not: see 0:42.", "sam", calls.clock.now())
    assert state(calls, evaluation) == "upheld"
    assert actions(calls) == ["evaluation-published", "evaluation-disputed", "evaluation-upheld"]


def test_a_second_judgement_overturns_the_disputed_one_and_counts_instead(
    calls: JudgedCalls, version: int, ada: int, rosa: int, sam: int
) -> None:
    first = published(calls, judgement(version, rosa, ada, q4=Given("3")))
    with calls.sessions.begin() as tx:
        assert evaluations.scores(tx, CALL) == {"bot": None, "agent": 60.0}
        evaluations.dispute(tx, first, ada, "They were helped.", "ada", calls.clock.now())
    anew = judgement(version, sam, ada)
    published(calls, Judgement(anew.subject, version, sam, anew.answers, "Right.", replaces=first))
    assert state(calls, first) == "overturned"
    with calls.sessions() as tx:
        assert evaluations.scores(tx, CALL) == {"bot": None, "agent": 100.0}


def test_nobody_judges_a_call_of_their_own(calls: JudgedCalls, version: int, ada: int) -> None:
    for agent in (None, ada):
        with calls.sessions.begin() as tx, pytest.raises(EvaluationRefusedError, match="yourself"):
            evaluations.save(tx, judgement(version, ada, agent), calls.clock.now())


def test_who_was_not_in_the_call_is_not_judged(calls: JudgedCalls, version: int, rosa: int, sam: int) -> None:
    with calls.sessions.begin() as tx, pytest.raises(EvaluationRefusedError, match="nobody of that name"):
        evaluations.save(tx, judgement(version, rosa, sam), calls.clock.now())


def test_a_purge_empties_the_texts_and_leaves_the_scores(
    calls: JudgedCalls, version: int, ada: int, rosa: int, tmp_path: Path
) -> None:
    evaluation = published(calls, judgement(version, rosa, ada, q3=Given("1", "Called Grace a liar.")))
    with calls.sessions.begin() as tx:
        evaluations.dispute(tx, evaluation, ada, "Grace Hopper shouted.", "ada", calls.clock.now())
    files = RecordingFiles((tmp_path / "sound").as_uri())
    purge_older(calls.sessions, calls.clock.now() + timedelta(days=9), calls.clock, files, lambda _: None)
    with calls.sessions() as tx:
        row = tx.get_one(Evaluation, evaluation)
        assert (row.dispute, [one.comment for one in row.answers]) == ("", [""] * 3)
        assert (row.score, row.answers[1].value) == (70.0, "1")  # (3 + 0 + 4) of 10


def test_a_secret_that_is_written_in_a_comment_is_taken_out(calls: JudgedCalls, version: int, rosa: int) -> None:
    told = Given("1", "The bot read out 4000 0566 5566 5556.")
    evaluation = published(calls, judgement(version, rosa, q3=told))
    with calls.sessions() as tx:
        kept = {one.question: one.comment for one in tx.get_one(Evaluation, evaluation).answers}
    assert "5556" not in kept["q3"]

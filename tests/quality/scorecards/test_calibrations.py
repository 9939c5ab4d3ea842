"""Blind calibration: nobody sees an answer before all are in, and agreement is computed question by question."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from ivr.quality.scorecards import calibrations, evaluations
from ivr.quality.scorecards.evaluations import EvaluationRefusedError, Given
from ivr.quality.scorecards.subjects import Subject
from ivr.store.models import Calibration, Evaluation
from tests.harness.judged_calls import CALL, JudgedCalls, judgement

pytestmark = pytest.mark.integration


@pytest.fixture
def calls(sessions: object, clock: object) -> JudgedCalls:
    return JudgedCalls(sessions, clock)  # type: ignore[arg-type]


@pytest.fixture
def judges(calls: JudgedCalls) -> list[int]:
    return [calls.person(name, "reviewer") for name in ("Rosa", "Sam", "Tove")]


def begun(calls: JudgedCalls, judges: list[int], sid: str = CALL) -> int:
    """A calibration of the bot in a call in which Ada was."""
    calls.call(sid, calls.person("Ada", "agent"))
    with calls.sessions() as tx:
        known = tx.scalars(select(Evaluation.version_id)).first()
    version = known or calls.scorecard()
    with calls.sessions.begin() as tx:
        return calibrations.begin(tx, Subject(sid), version, judges, "lead@bank.test", calls.clock.now()).id


def hand_in(calls: JudgedCalls, calibration: int, reviewer: int, **answers: Given) -> None:
    with calls.sessions.begin() as tx:
        row = tx.get_one(Calibration, calibration)
        judged = judgement(row.version_id, reviewer, sid=row.call_sid)
        judged = replace(judged, calibration=calibration, answers={**judged.answers, **answers})
        calibrations.hand_in(tx, judged, "x@bank.test", calls.clock.now())


def test_nothing_is_seen_until_all_are_in(calls: JudgedCalls, judges: list[int]) -> None:
    calibration = begun(calls, judges)
    for judge in judges[:2]:
        hand_in(calls, calibration, judge)
        with calls.sessions() as tx, pytest.raises(EvaluationRefusedError, match="when all are in"):
            calibrations.results(tx.get_one(Calibration, calibration))
    hand_in(calls, calibration, judges[2], q2=Given("no"))
    with calls.sessions() as tx:
        found = {one.question.id: one for one in calibrations.results(tx.get_one(Calibration, calibration))}
        assert (found["q1"].agreed, found["q2"].agreed) == (True, False)
        assert found["q2"].answers == {judges[0]: "yes", judges[1]: "yes", judges[2]: "no"}
        whole = calibrations.agreement_in(found.values())
    assert (whole.units, whole.percent, whole.measure) == (4, 83.3, "alpha")  # 10 of 12 pairs


def test_a_lead_may_close_it_with_those_who_are_in(calls: JudgedCalls, judges: list[int]) -> None:
    calibration = begun(calls, judges)
    for judge in judges[:2]:
        hand_in(calls, calibration, judge)
    with calls.sessions.begin() as tx:
        calibrations.close(tx, calibration, "lead", calls.clock.now())
    with calls.sessions() as tx:
        assert len(calibrations.results(tx.get_one(Calibration, calibration))[0].answers) == 2
    with pytest.raises(EvaluationRefusedError, match="closed"):
        hand_in(calls, calibration, judges[2])


def test_each_judges_once(calls: JudgedCalls, judges: list[int]) -> None:
    calibration = begun(calls, judges)
    hand_in(calls, calibration, judges[0])
    with pytest.raises(EvaluationRefusedError, match="judged already"):
        hand_in(calls, calibration, judges[0])


def test_it_counts_for_no_score_and_the_facts_do_not_answer_in_it(calls: JudgedCalls, judges: list[int]) -> None:
    calibration = begun(calls, judges)
    hand_in(calls, calibration, judges[0])
    with calls.sessions() as tx:
        assert evaluations.scores(tx, CALL) == {"bot": None, "agent": None}
        assert [one.automatic for one in tx.scalars(select(Evaluation)).one().answers] == [None] * 4


def test_who_is_to_judge_is_known_by_the_open_seat(calls: JudgedCalls, judges: list[int]) -> None:
    calibration = begun(calls, judges)
    with calls.sessions() as tx:
        seat = calibrations.open_seat(tx, CALL, judges[0])
        assert seat is not None
        assert seat.id == calibration
    hand_in(calls, calibration, judges[0])
    with calls.sessions() as tx:
        assert calibrations.open_seat(tx, CALL, judges[0]) is None


def test_it_needs_two_who_were_not_in_the_call(calls: JudgedCalls, judges: list[int]) -> None:
    with pytest.raises(EvaluationRefusedError, match="two reviewers"):
        begun(calls, judges[:1])
    with calls.sessions.begin() as tx, pytest.raises(EvaluationRefusedError, match="was in this call"):
        version, ada = 1, calls.person("Ada")
        calibrations.begin(tx, Subject(CALL), version, [judges[0], ada], "lead", calls.clock.now())


def test_over_several_calls_each_question_has_its_own_kappa(calls: JudgedCalls, judges: list[int]) -> None:
    """Two judges, four calls: q2 yes/yes, yes/no, no/no, no/no: observed 3/4, expected (2*1 + 2*3) / 16, kappa 0.5."""
    said = [("yes", "yes"), ("yes", "no"), ("no", "no"), ("no", "no")]
    closed = []
    for number, both in enumerate(said):
        closed.append(begun(calls, judges[:2], f"CA{number:032}"))
        for judge, answer in zip(judges, both, strict=False):
            hand_in(calls, closed[-1], judge, q2=Given(answer))
    with calls.sessions() as tx:
        card = tx.get_one(Calibration, closed[0]).version.scorecard_id
        found = calibrations.agreement_by_question(calibrations.closed_of(tx, card))
    assert (found["q2"].units, found["q2"].percent, found["q2"].beyond_chance) == (4, 75.0, 0.5)
    assert (found["q1"].percent, found["q1"].beyond_chance) == (100.0, None)

"""Blind calibration: reviewers judge one call, each unseen by the others until all are in or a lead closes it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.quality.scorecards import evaluations
from ivr.quality.scorecards.agreement import Agreement, Unit, agreement
from ivr.quality.scorecards.definition import Definition, Question
from ivr.quality.scorecards.evaluations import EvaluationRefusedError, Judgement
from ivr.quality.scorecards.subjects import Subject, in_call, subjects_of
from ivr.store.models import Audit, Calibration, CalibrationSeat, Evaluation, ScorecardVersion


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """A question with each judge's answer and comment, by their id, in one calibration."""

    question: Question
    answers: dict[int, str]
    comments: dict[int, str]

    @property
    def agreed(self) -> bool:
        return len(set(self.answers.values())) < 2


def begin(
    tx: Session, subject: Subject, version_id: int, reviewers: Iterable[int], by: str, now: datetime
) -> Calibration:
    """Ask two reviewers or more, none of whom was in the call. Raises EvaluationRefusedError."""
    seats = list(dict.fromkeys(reviewers))
    if len(seats) < 2:
        raise EvaluationRefusedError("a calibration needs two reviewers at least")
    if subject not in subjects_of(tx, subject.sid):
        raise EvaluationRefusedError("nobody of that name was in this call")
    if not in_call(tx, subject.sid).isdisjoint(seats):
        raise EvaluationRefusedError("one of the reviewers was in this call: somebody else judges it")
    row = Calibration(
        call_sid=subject.sid, version_id=version_id, party=subject.party, agent_id=subject.agent_id, by=by,
        began_at=now, seats=[CalibrationSeat(reviewer_id=reviewer) for reviewer in seats],
    )  # fmt: skip
    tx.add(row)
    tx.flush()
    _audit(tx, "calibration-begun", row, by, now)
    return row


def hand_in(tx: Session, judgement: Judgement, by: str, now: datetime) -> Evaluation:
    """A reviewer's judgement is in; with the last one the answers open. Raises EvaluationRefusedError."""
    row = tx.get_one(Calibration, judgement.calibration, with_for_update=True)
    seat = next((one for one in row.seats if one.reviewer_id == judgement.reviewer_id and one.in_at is None), None)
    if row.closed_at is not None or seat is None:
        raise EvaluationRefusedError("this calibration is closed, or you have judged already")
    evaluation = evaluations.save(tx, judgement, now)
    evaluations.publish(tx, evaluation, by, now)
    seat.in_at = now
    if all(one.in_at for one in row.seats):
        row.closed_at = now
        _audit(tx, "calibration-closed", row, by, now)
    return evaluation


def close(tx: Session, calibration_id: int, by: str, now: datetime) -> None:
    """A lead opens the answers that are in; who has not judged does not any more."""
    row = tx.get_one(Calibration, calibration_id, with_for_update=True)
    if row.closed_at is None:
        row.closed_at = now
        _audit(tx, "calibration-closed", row, by, now)


def open_seat(tx: Session, sid: str, reviewer_id: int) -> Calibration | None:
    """The open calibration of this call in which the reviewer is still to judge."""
    waiting = select(CalibrationSeat).where(CalibrationSeat.reviewer_id == reviewer_id, CalibrationSeat.in_at.is_(None))
    for seat in tx.scalars(waiting):
        row = tx.get_one(Calibration, seat.calibration_id)
        if row.call_sid == sid and row.closed_at is None:
            return row
    return None


def results(calibration: Calibration) -> list[QuestionResult]:
    """The answers of a closed calibration, question by question. Raises EvaluationRefusedError while it is open."""
    if calibration.closed_at is None:
        raise EvaluationRefusedError("the answers are seen when all are in, or when it is closed")
    definition = Definition.from_json(calibration.version.definition)
    given: dict[str, dict[int, str]] = defaultdict(dict)
    said: dict[str, dict[int, str]] = defaultdict(dict)
    for one in _in(calibration):
        for answer in one.answers:
            given[answer.question][one.reviewer_id] = answer.value
            said[answer.question][one.reviewer_id] = answer.comment
    return [QuestionResult(one, given[one.id], said[one.id]) for one in definition.questions() if one.id in given]


def agreement_in(found: Iterable[QuestionResult]) -> Agreement:
    """Over all questions of one calibration; or of several, one after the other."""
    return agreement([_unit(one.answers) for one in found])


def agreement_by_question(calibrations: Sequence[Calibration]) -> dict[str, Agreement]:
    """How far judges agree on each question, over closed calibrations of versions of one scorecard."""
    units: dict[str, list[Unit]] = defaultdict(list)
    for calibration in calibrations:
        for one in results(calibration):
            units[one.question.id].append(_unit(one.answers))
    return {question: agreement(all_) for question, all_ in units.items()}


def closed_of(tx: Session, scorecard_id: int, most: int = 200) -> Sequence[Calibration]:
    """The closed calibrations by versions of one scorecard, the newest first."""
    versions = select(ScorecardVersion.id).where(ScorecardVersion.scorecard_id == scorecard_id)
    closed = select(Calibration).where(Calibration.version_id.in_(versions), Calibration.closed_at.is_not(None))
    return tx.scalars(closed.order_by(Calibration.closed_at.desc(), Calibration.id.desc()).limit(most)).all()


def _in(calibration: Calibration) -> list[Evaluation]:
    return [one for one in calibration.evaluations if one.state == "published"]


def _unit(answers: dict[int, str]) -> dict[str, str]:
    return {str(reviewer): answer for reviewer, answer in answers.items()}


def _audit(tx: Session, action: str, row: Calibration, by: str, now: datetime) -> None:
    detail = {"call": row.call_sid, "reviewers": [one.reviewer_id for one in row.seats]}
    tx.add(Audit(at=now, actor=by, action=action, subject=f"calibration:{row.id}", detail=detail))

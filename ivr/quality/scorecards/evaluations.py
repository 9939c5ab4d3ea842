"""Judgements of calls: drafted, published, acknowledged or disputed by whom they judge, and decided by a second person.

Every step is in the audit; the audit holds no free text.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from ivr.quality.scorecards.definition import Definition, Party, asked
from ivr.quality.scorecards.scoring import score, uncommented
from ivr.quality.scorecards.subjects import Subject, in_call, subjects_of
from ivr.redaction import mask_text
from ivr.store import outbox
from ivr.store.models import Audit, AutomaticAnswer, Call, Evaluation, EvaluationAnswer, SampleCall, ScorecardVersion
from ivr.store.topics import CALL_FACTS

STANDING = ("published", "acknowledged", "disputed", "upheld")  # what an agent sees, and what counts
LONGEST_TEXT = 2000
MOST_SPANS = 10


class EvaluationRefusedError(ValueError):
    """Why a judgement is not taken: a sentence for the page."""


@dataclass(frozen=True, slots=True)
class Given:
    """A reviewer's answer to one question. `reason`: why it differs from what the facts say."""

    value: str
    comment: str = ""
    spans: tuple[tuple[float, float], ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a reviewer says of `subject` by version `version_id`; answers by question. `replaces`: the disputed
    evaluation that it overturns. `calibration`: the calibration that it is a part of."""

    subject: Subject
    version_id: int
    reviewer_id: int
    answers: Mapping[str, Given]
    comment: str = ""
    replaces: int | None = None
    calibration: int | None = None
    key: str = field(init=False)

    def __post_init__(self) -> None:
        kind = f"c{self.calibration}" if self.calibration else f"r{self.replaces}" if self.replaces else "-"
        parts = (self.subject.sid, self.subject.agent_id or 0, self.reviewer_id, kind)
        object.__setattr__(self, "key", ":".join(map(str, parts)))


def save(tx: Session, judgement: Judgement, now: datetime) -> Evaluation:
    """Keep a judgement as a draft, over the one that the reviewer had begun. Raises EvaluationRefusedError."""
    _check(tx, judgement)
    version = tx.get_one(ScorecardVersion, judgement.version_id)
    row = tx.scalar(select(Evaluation).where(Evaluation.key == judgement.key).with_for_update())
    if row is None:
        row = _begin(tx, judgement, now)
    elif row.state != "draft":
        raise EvaluationRefusedError("you have published your judgement of this already")
    row.version_id, row.comment = version.id, _kept(judgement.comment)
    _write_answers(tx, row, judgement, Definition.from_json(version.definition))
    return row


def publish(tx: Session, evaluation: Evaluation, by: str, now: datetime) -> None:
    """From now on it counts, and the agent sees it. Raises EvaluationRefusedError for what is incomplete."""
    if evaluation.state != "draft":
        raise EvaluationRefusedError("it is published already")
    definition, party = Definition.from_json(evaluation.version.definition), cast("Party", evaluation.party)
    answers = {one.question: one.value for one in evaluation.answers}
    _check_complete(definition, evaluation, answers, party)
    evaluation.state, evaluation.published_at = "published", now
    evaluation.score = score(definition, answers, party).percent
    if evaluation.replaces_id is not None:
        _overturn(tx, evaluation, by, now)
    done = update(SampleCall).where(
        SampleCall.call_sid == evaluation.call_sid,
        SampleCall.reviewer_id == evaluation.reviewer_id,
        SampleCall.done_at.is_(None),
    )
    if evaluation.calibration_id is None:
        tx.execute(done.values(done_at=now))
        outbox.put(tx, CALL_FACTS, {"call": evaluation.call_sid}, now)
    _audit(tx, "evaluation-published", evaluation, by, now, score=evaluation.score)


def acknowledge(tx: Session, evaluation_id: int, agent_id: int, by: str, now: datetime) -> Evaluation:
    """The agent has read it. Raises EvaluationRefusedError."""
    row = _to_answer(tx, evaluation_id, agent_id)
    row.state, row.answered_at = "acknowledged", now
    _audit(tx, "evaluation-acknowledged", row, by, now)
    return row


def dispute(tx: Session, evaluation_id: int, agent_id: int, words: str, by: str, now: datetime) -> Evaluation:
    """The agent says why it is wrong. Raises EvaluationRefusedError."""
    row = _to_answer(tx, evaluation_id, agent_id)
    row.state, row.answered_at, row.dispute = "disputed", now, _words(words, "Say what is wrong with it")
    _audit(tx, "evaluation-disputed", row, by, now)
    return row


def uphold(tx: Session, evaluation_id: int, decider_id: int, words: str, by: str, now: datetime) -> Evaluation:
    """A second reviewer lets it stand, and says why. Raises EvaluationRefusedError."""
    row = disputed(tx, evaluation_id, decider_id)
    row.state, row.decided_at, row.decided_by = "upheld", now, decider_id
    row.decision = _words(words, "Say why it stands")
    _audit(tx, "evaluation-upheld", row, by, now)
    return row


def disputed(tx: Session, evaluation_id: int, decider_id: int) -> Evaluation:
    """A disputed evaluation that `decider_id` may decide. Raises EvaluationRefusedError."""
    row = tx.get(Evaluation, evaluation_id, with_for_update=True)
    if row is None or row.state != "disputed":
        raise EvaluationRefusedError("there is no dispute to decide any more")
    if decider_id == row.reviewer_id:
        raise EvaluationRefusedError("a dispute is decided by somebody else than who judged")
    _not_in_it(tx, row.call_sid, decider_id)
    return row


def open_disputes(tx: Session) -> Sequence[Evaluation]:
    """Longest first."""
    waiting = select(Evaluation).where(Evaluation.state == "disputed").order_by(Evaluation.id)
    return tx.scalars(waiting).all()


def scores(tx: Session, sid: str) -> dict[str, float | None]:
    """The newest standing score of the bot and of an agent in a call, by party."""
    rows = select(Evaluation.party, Evaluation.score).where(
        Evaluation.call_sid == sid, Evaluation.state.in_(STANDING), Evaluation.calibration_id.is_(None)
    )
    newest = dict(tx.execute(rows.order_by(Evaluation.published_at, Evaluation.id)).tuples().all())
    return {"bot": newest.get("bot"), "agent": newest.get("agent")}


def _check(tx: Session, judgement: Judgement) -> None:
    call = tx.get(Call, judgement.subject.sid)
    if call is None or judgement.subject not in subjects_of(tx, judgement.subject.sid):
        raise EvaluationRefusedError("nobody of that name was in this call")
    if call.ended_at is None:
        raise EvaluationRefusedError("this call is not over yet")
    _not_in_it(tx, judgement.subject.sid, judgement.reviewer_id)
    if judgement.replaces is not None:
        disputed(tx, judgement.replaces, judgement.reviewer_id)


def _not_in_it(tx: Session, sid: str, person_id: int) -> None:
    if person_id in in_call(tx, sid):
        raise EvaluationRefusedError("you were in this call yourself: somebody else judges it")


def _begin(tx: Session, judgement: Judgement, now: datetime) -> Evaluation:
    row = Evaluation(
        key=judgement.key, call_sid=judgement.subject.sid, version_id=judgement.version_id,
        party=judgement.subject.party, agent_id=judgement.subject.agent_id, reviewer_id=judgement.reviewer_id,
        state="draft", began_at=now, replaces_id=judgement.replaces, calibration_id=judgement.calibration,
    )  # fmt: skip
    tx.add(row)
    tx.flush()
    return row


def _write_answers(tx: Session, row: Evaluation, judgement: Judgement, definition: Definition) -> None:
    party = judgement.subject.party
    values = {name: given.value for name, given in judgement.answers.items() if given.value}
    facts = {} if judgement.calibration else automatic(tx, judgement.subject)
    tx.execute(delete(EvaluationAnswer).where(EvaluationAnswer.evaluation_id == row.id))
    for question in asked(definition, values, party):
        given = judgement.answers.get(question.id)
        if given is None or not given.value:
            continue
        if not question.accepts(given.value):
            raise EvaluationRefusedError(f"{given.value!r} is no answer to {question.text!r}")
        fact = facts.get(question.rule)
        said = fact.value if fact is not None and question.accepts(fact.value) else None
        tx.add(
            EvaluationAnswer(
                evaluation_id=row.id, question=question.id, value=given.value, rule=question.rule if said else "",
                comment=_kept(given.comment), spans=[list(span) for span in given.spans][:MOST_SPANS],
                automatic=said, reason=_kept(given.reason) if said not in (None, given.value) else "",
            )
        )  # fmt: skip
    tx.flush()
    tx.expire(row, ["answers"])


def automatic(tx: Session, subject: Subject) -> dict[str, AutomaticAnswer]:
    """What the facts say of `subject`, by rule."""
    rows = select(AutomaticAnswer).where(
        AutomaticAnswer.call_sid == subject.sid, AutomaticAnswer.agent_id == (subject.agent_id or 0)
    )
    return {row.rule: row for row in tx.scalars(rows)}


def _check_complete(definition: Definition, evaluation: Evaluation, answers: Mapping[str, str], party: Party) -> None:
    missing = score(definition, answers, party).missing
    if missing:
        raise EvaluationRefusedError(f"{len(missing)} of the questions have no answer yet")
    comments = {one.question: one.comment for one in evaluation.answers}
    if uncommented(definition, answers, comments, party):
        raise EvaluationRefusedError("a fail needs a comment where the question says so")
    if any(one.automatic not in (None, one.value) and not one.reason for one in evaluation.answers):
        raise EvaluationRefusedError("an answer that differs from what the facts say needs a reason")


def _overturn(tx: Session, evaluation: Evaluation, by: str, now: datetime) -> None:
    former = disputed(tx, evaluation.replaces_id or 0, evaluation.reviewer_id)
    former.state, former.decided_at, former.decided_by = "overturned", now, evaluation.reviewer_id
    former.decision = evaluation.comment
    _audit(tx, "evaluation-overturned", former, by, now, by_evaluation=evaluation.id)


def _to_answer(tx: Session, evaluation_id: int, agent_id: int) -> Evaluation:
    """A published evaluation of the agent's own. Raises EvaluationRefusedError."""
    row = tx.get(Evaluation, evaluation_id, with_for_update=True)
    if row is None or row.agent_id != agent_id or row.calibration_id is not None or row.state not in STANDING:
        raise EvaluationRefusedError("there is no such review of yours")
    if row.state != "published":
        raise EvaluationRefusedError("you have answered this review already")
    return row


def _words(words: str, else_: str) -> str:
    words = words.strip()
    if not 1 <= len(words) <= LONGEST_TEXT:
        raise EvaluationRefusedError(f"{else_}: 1 to {LONGEST_TEXT} characters, not {len(words)}")
    return _kept(words)


def _kept(words: str) -> str:
    """Without secrets, of which somebody may have written one."""
    return mask_text(words.strip()[:LONGEST_TEXT])


def _audit(tx: Session, action: str, row: Evaluation, by: str, now: datetime, **detail: Any) -> None:
    more = {"call": row.call_sid, **detail}
    tx.add(Audit(at=now, actor=by, action=action, subject=f"evaluation:{row.id}", detail=more))

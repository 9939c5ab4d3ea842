"""The scorecard beside a call: what is asked of whom, what the facts say, and what the reviewer has said so far."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import request
from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.quality.scorecards import calibrations, evaluations, versions
from ivr.quality.scorecards.definition import Definition, Question
from ivr.quality.scorecards.evaluations import STANDING, EvaluationRefusedError, Given, Judgement
from ivr.quality.scorecards.scoring import Score, score, uncommented
from ivr.quality.scorecards.subjects import Subject, in_call, subjects_of
from ivr.store.models import Agent, AutomaticAnswer, Calibration, Evaluation, EvaluationAnswer, ScorecardVersion
from ivr.web.pages.signed_in import SignedInPerson

TIME = re.compile(r"(?:(\d{1,2}):)?(\d{1,2}):(\d{2}(?:\.\d{1,2})?)")


@dataclass(frozen=True)
class FormRow:
    """One question as it stands on the form. `problem`: why it cannot be published so."""

    question: Question
    value: str
    comment: str
    spans: Sequence[Sequence[float]]
    reason: str
    fact: AutomaticAnswer | None
    problem: str


@dataclass(frozen=True)
class CardForm:
    """The form for one subject. `refused`: why this person may not judge here. `done`: the judgement they published.

    `others`: what others have published of this call, which a judge of an open calibration does not see.
    """

    sid: str
    subject: Subject
    subjects: list[tuple[Subject, str]]
    version: ScorecardVersion | None
    versions: Sequence[ScorecardVersion]
    sections: list[tuple[str, list[FormRow]]]
    score: Score | None
    comment: str
    done: Evaluation | None
    calibration: Calibration | None
    replaces: Evaluation | None
    others: Sequence[Evaluation]
    refused: str


def read_card_form(tx: Session, sid: str, person: SignedInPerson) -> CardForm | None:
    """The form that the call's page includes as `quality/_card.html`, under the name `card_form`.

    None where there is nobody to judge, or `person` judges no calls. The address may say whom (`judge`: "bot" or an
    agent's id), by which version (`card`), that a dispute is decided (`replaces`), and that faults are shown (`check`).
    """
    subjects = subjects_of(tx, sid)
    if not subjects or not person.may("reviewer", "supervisor"):
        return None
    calibration = calibrations.open_seat(tx, sid, person.id)
    replaces = None if calibration else _disputed(tx, sid, request.args.get("replaces", 0, type=int))
    subject = _chosen(subjects, calibration, replaces, request.args.get("judge", ""))
    in_use = versions.in_use(tx)
    blank = Judgement(subject, 0, person.id, {}, "", _id(replaces), _id(calibration))
    begun = tx.scalar(select(Evaluation).where(Evaluation.key == blank.key))
    version = _version(tx, in_use, calibration, begun, replaces)
    editable = begun is None or begun.state == "draft"
    rows, found = _sections(tx, subject, version, begun, calibration, replaces) if version and editable else ([], None)
    return CardForm(
        sid=sid, subject=subject, subjects=[(one, _name(tx, one)) for one in subjects], version=version,
        versions=in_use, sections=rows, score=found, comment=begun.comment if begun else "",
        done=None if editable else begun, calibration=calibration, replaces=replaces,
        others=[] if calibration else _others(tx, sid),
        refused="You were in this call yourself: somebody else judges it." if person.id in in_call(tx, sid) else "",
    )  # fmt: skip


def judged(tx: Session, sid: str, person: SignedInPerson, form: Mapping[str, str]) -> Judgement:
    """What a form sent for call `sid` says. Raises EvaluationRefusedError."""
    named = form.get("judge", "")
    subject = Subject(sid, int(named) if named.isdecimal() else None)
    version = tx.get(ScorecardVersion, _number(form.get("card", "")))
    if version is None or version.state == "draft":
        raise EvaluationRefusedError("there is no such scorecard")
    answers = {one.id: _given(form, one.id) for one in Definition.from_json(version.definition).questions()}
    replaces, calibration = _number(form.get("replaces", "")) or None, calibrations.open_seat(tx, sid, person.id)
    if calibration is not None and (calibration.version_id, calibration.agent_id) != (version.id, subject.agent_id):
        raise EvaluationRefusedError("this call waits for your calibration first")
    comment = form.get("comment", "")
    return Judgement(subject, version.id, person.id, answers, comment, replaces, _id(calibration))


def spans_in(written: str) -> tuple[tuple[float, float], ...]:
    """Times that a reviewer wrote, "0:42" or "0:42-0:50", several with commas between, as seconds. Raises
    EvaluationRefusedError."""
    return tuple(_span(part) for part in written.split(",") if part.strip())


def _span(part: str) -> tuple[float, float]:
    ends = [one.strip() for one in part.split("-")]
    found = [TIME.fullmatch(one) for one in ends]
    times = [3600 * int(one[1] or 0) + 60 * int(one[2]) + float(one[3]) for one in found if one]
    if not 1 <= len(times) == len(ends) <= 2 or times[-1] < times[0]:
        raise EvaluationRefusedError(f"{part.strip()!r} is not a time in the call like 0:42 or 0:42-0:50")
    return times[0], times[-1]


def _given(form: Mapping[str, str], name: str) -> Given:
    spans = spans_in(form.get(f"{name}-spans", ""))
    return Given(form.get(name, ""), form.get(f"{name}-comment", ""), spans, form.get(f"{name}-reason", ""))


def _id(row: Calibration | Evaluation | None) -> int | None:
    return None if row is None else row.id


def _number(written: str) -> int:
    return int(written) if written.isdecimal() and len(written) < 10 else 0


def _disputed(tx: Session, sid: str, evaluation_id: int) -> Evaluation | None:
    row = tx.get(Evaluation, evaluation_id) if evaluation_id else None
    return row if row is not None and row.state == "disputed" and row.call_sid == sid else None


def _chosen(
    subjects: list[Subject], calibration: Calibration | None, replaces: Evaluation | None, named: str
) -> Subject:
    fixed = calibration or replaces
    agent = fixed.agent_id if fixed else int(named) if named.isdecimal() else None
    wanted = Subject(subjects[0].sid, agent)
    return wanted if wanted in subjects else subjects[0]


def _version(
    tx: Session,
    in_use: Sequence[ScorecardVersion],
    calibration: Calibration | None,
    begun: Evaluation | None,
    replaces: Evaluation | None,
) -> ScorecardVersion | None:
    fixed = calibration or replaces
    if fixed is not None:
        return tx.get(ScorecardVersion, fixed.version_id)
    wanted = request.args.get("card", 0, type=int) or (begun.version_id if begun else 0)
    return next((one for one in in_use if one.id == wanted), in_use[0] if in_use else None)


def _sections(
    tx: Session,
    subject: Subject,
    version: ScorecardVersion,
    begun: Evaluation | None,
    calibration: Calibration | None,
    replaces: Evaluation | None,
) -> tuple[list[tuple[str, list[FormRow]]], Score]:
    definition, facts = (
        Definition.from_json(version.definition),
        {} if calibration else evaluations.automatic(tx, subject),
    )
    standing = begun or replaces
    given = {one.question: one for one in standing.answers} if standing else {}
    values = _values(definition, given, facts)
    found = score(definition, values, subject.party)
    problems = _problems(definition, values, given, found, subject) if "check" in request.args else {}
    rows = [
        (
            section.title,
            [
                _row(question, values.get(question.id, ""), given.get(question.id), facts, problems)
                for question in section.questions
                if question.asked_of(subject.party)
            ],
        )
        for section in definition.sections
    ]
    return [(title, questions) for title, questions in rows if questions], found


def _values(
    definition: Definition, given: Mapping[str, EvaluationAnswer], facts: Mapping[str, AutomaticAnswer]
) -> dict[str, str]:
    """What stands chosen: the reviewer's answer, else what the facts say."""
    values = {
        one.id: facts[one.rule].value
        for one in definition.questions()
        if one.rule in facts and one.accepts(facts[one.rule].value)
    }
    return values | {name: answer.value for name, answer in given.items()}


def _row(
    question: Question,
    value: str,
    given: EvaluationAnswer | None,
    facts: Mapping[str, AutomaticAnswer],
    problems: Mapping[str, str],
) -> FormRow:
    fact = facts.get(question.rule)
    fact = fact if fact is not None and question.accepts(fact.value) else None
    problem = problems.get(question.id, "")
    if given is None:
        return FormRow(question, value, "", fact.spans if fact else (), "", fact, problem)
    return FormRow(question, value, given.comment, given.spans, given.reason, fact, problem)


def _problems(
    definition: Definition,
    values: Mapping[str, str],
    given: Mapping[str, EvaluationAnswer],
    found: Score,
    subject: Subject,
) -> dict[str, str]:
    bare = [name for name, one in given.items() if one.automatic not in (None, one.value) and not one.reason.strip()]
    comments = {name: one.comment for name, one in given.items()}
    silent = uncommented(definition, values, comments, subject.party)
    return (
        dict.fromkeys(bare, "Say why you answer otherwise than the facts.")
        | dict.fromkeys(silent, "A fail needs a comment here.")
        | dict.fromkeys(found.missing, "This has no answer yet.")
    )


def _name(tx: Session, subject: Subject) -> str:
    return "The bot" if subject.agent_id is None else tx.get_one(Agent, subject.agent_id).name


def _others(tx: Session, sid: str) -> Sequence[Evaluation]:
    mine = select(Evaluation).where(
        Evaluation.call_sid == sid, Evaluation.state.in_((*STANDING, "overturned")), Evaluation.calibration_id.is_(None)
    )
    return tx.scalars(mine.order_by(Evaluation.published_at, Evaluation.id)).all()

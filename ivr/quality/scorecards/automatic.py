"""Keeps what the facts of a call say to the rules' questions, and how far people agree with them."""

from collections import defaultdict
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ivr.quality.scorecards.agreement import Agreement, agreement
from ivr.quality.scorecards.rules import findings
from ivr.quality.scorecards.trace import read_trace
from ivr.store.models import AutomaticAnswer, Call, Evaluation, EvaluationAnswer


def answer_by_facts(tx: Session, sid: str, now: datetime) -> int:
    """Judge a call by every rule, in place of what they said before; how many answers there are.

    Of a forgotten call not all facts are there any more: what they said before stands.
    """
    call = tx.get_one(Call, sid, with_for_update=True)
    if call.forgotten_at is not None:
        return 0
    tx.execute(delete(AutomaticAnswer).where(AutomaticAnswer.call_sid == sid))
    found = [
        AutomaticAnswer(
            call_sid=sid, rule=rule, agent_id=party, value=one.value, at=now,
            spans=[[round(start, 2), round(end, 2)] for start, end in one.spans],
        )
        for rule, party, one in findings(read_trace(tx, call))
    ]  # fmt: skip
    tx.add_all(found)
    return len(found)


def agreement_with_people(tx: Session, since: datetime) -> dict[str, Agreement]:
    """How far published judgements since then agree with the facts, by rule."""
    rows = (
        select(EvaluationAnswer.rule, EvaluationAnswer.automatic, EvaluationAnswer.value)
        .join(Evaluation, Evaluation.id == EvaluationAnswer.evaluation_id)
        .where(Evaluation.published_at >= since, EvaluationAnswer.automatic.is_not(None))
    )
    units = defaultdict(list)
    for rule, automatic, value in tx.execute(rows).tuples():
        units[rule].append({"facts": automatic or "", "people": value})
    return {rule: agreement(pairs) for rule, pairs in sorted(units.items())}

"""A whole call of one person, with something of them in every table that can hold it, and judged by reviewers."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.handoff.state import State
from ivr.quality import facts_store
from ivr.recordings.storage import RecordingFiles, RecordingStorage
from ivr.store import outbox
from ivr.store.engine import Sessions
from ivr.store.models import (
    Agent,
    AutomaticAnswer,
    Call,
    CallBack,
    CardPayment,
    Comment,
    Correction,
    Draft,
    Evaluation,
    EvaluationAnswer,
    Handoff,
    Note,
    OneTimeCode,
    PaymentOrder,
    PresenceSpell,
    Recording,
    Scorecard,
    ScorecardVersion,
    Turn,
    TurnComparison,
)
from tests.harness.call_line import LINE

CALLER, ACCOUNT, WORDS = "+15550177777", "acc-secret", "my mother Xanthippe is ill"


def a_call(
    sessions: Sessions,
    sid: str,
    at: datetime,
    files: RecordingFiles,
    caller: str = CALLER,
    account: str = ACCOUNT,
    words: str = WORDS,
) -> None:
    """A call that is over, recorded, handed over, called back and paid in."""
    keep = RecordingStorage("file:///nowhere", b"k" * 32)
    keep.files = files
    with sessions.begin() as tx:
        agent = tx.scalar(select(Agent)) or Agent(
            email="ann@bank.test", name="Ann", password_hash="", phone="client:ann", presence_since=at
        )
        tx.add(agent)
        tx.add(
            Call(
                sid=sid, caller=caller, called=LINE, started_at=at, ended_at=at, stage="ended", outcome="handed-off",
                account_id=account, dialogue={"said": words}, card={"account": account}, holder={"holder": words},
                figures={"answers": []},
            )
        )  # fmt: skip
        tx.flush()
        turn = Turn(call_sid=sid, key="1", speaker="caller", text=words, start=0.0, words=[{"word": words}])
        tx.add(turn)
        handoff = Handoff(
            call_sid=sid, state="served", reason="asked", intent="balance", summary=words, known={"number": caller},
            brief={"caller": caller}, machine={**State().to_json(), "end": "served", "later": {"phone": caller}},
            requested_at=at,
        )  # fmt: skip
        tx.add(handoff)
        tx.flush()
        tx.add(Draft(agent_id=agent.id, call_sid=sid, form="note", fields={"text": words}, at=at))
        tx.add(Note(call_sid=sid, agent_id=agent.id, at=at, kind="note", text=words))
        tx.add(CallBack(call_sid=sid, number=caller, place_at=at, state="served", booked_at=at, booked_by="caller"))
        tx.add(OneTimeCode(key=f"{sid}:1", call_sid=sid, account_id=account, hash="", tries=0, sent_at=at))
        tx.add(
            CardPayment(
                call_sid=sid, handoff_id=handoff.id, agent_id=agent.id, leg=sid, account=account, amount=1,
                currency="USD", on=at.date(), state="success", field="", begun_at=at, ended_at=at,
            )
        )  # fmt: skip
        tx.add(
            PaymentOrder(
                key=f"{sid}:1", call_sid=sid, account=account, amount=1, currency="USD", source="checking",
                on=at.date(), agreed_on=at.date(), state="made", asked_at=at,
            )
        )  # fmt: skip
        row = outbox.put(tx, "text.send", {"call": sid, "body": f"{words}: {account}"}, at)
        outbox.done(tx, row, at)
        tx.add(PresenceSpell(agent_id=agent.id, presence="away", began_at=at, ended_at=at))
        path, copy = keep.save(f"RE{sid}", b"RIFF"), keep.save(f"RE{sid}redacted", b"RIFF")
        tx.add(
            Recording(
                call_sid=sid, sid=f"RE{sid}", state="transcribed", path=path, created_at=at,
                source_url=f"https://carrier.example/RE{sid}",
                transcript=[{"channel": 1, "text": words, "start": 0.0, "end": 1.0, "words": []}],
                redaction="proved", redacted_path=copy, silenced=[{"kind": "pin"}], heard_again={"transcript": words},
            )
        )  # fmt: skip
        _judge(tx, sid, agent.id, turn, words)
    with sessions.begin() as tx:
        facts_store.keep(tx, sid)


def _judge(tx: Session, sid: str, agent_id: int, turn: Turn, words: str) -> None:
    """What people and rules say of the call, in which callers' words are repeated."""
    call = tx.get_one(Call, sid)
    card = tx.scalar(select(Scorecard)) or Scorecard(name="Every call", by="rosa@bank.test", created_at=call.started_at)
    tx.add(card)
    tx.flush()
    version = tx.scalar(select(ScorecardVersion)) or ScorecardVersion(
        scorecard_id=card.id, number=1, state="published", definition={}, by="rosa@bank.test"
    )
    tx.add(version)
    tx.flush()
    at, whose = call.started_at, {"call_sid": sid, "agent_id": agent_id}
    judged = Evaluation(
        key=f"{sid}:1", version_id=version.id, party="agent", reviewer_id=agent_id, state="disputed", score=50.0,
        comment=words, dispute=words, decision=words, began_at=at, **whose,
    )  # fmt: skip
    judged.answers = [
        EvaluationAnswer(question="q1", value="no", comment=words, reason=words, spans=[[0.0, 1.0, "caller"]])
    ]
    tx.add_all(
        [
            judged,
            AutomaticAnswer(rule="let-finish", value="no", spans=[[0.0, 1.0]], at=at, **whose),
            Comment(at=at, start=0.0, text=words, **whose),
            Correction(turn_id=turn.id, text=words, heard_as="balance", label="dispute", asked="open", at=at, **whose),
            TurnComparison(turn_id=turn.id, call_sid=sid, at=at, intent="balance", said=words, words=5, wrong=2),
        ]
    )

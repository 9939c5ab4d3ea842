"""A whole call of one person, with something of them in every table that can hold it."""

from datetime import datetime

from sqlalchemy import select

from ivr.handoff.state import State
from ivr.recordings.storage import RecordingFiles, RecordingStorage
from ivr.store import outbox
from ivr.store.engine import Sessions
from ivr.store.models import (
    Agent,
    Call,
    CallBack,
    CardPayment,
    Draft,
    Handoff,
    Note,
    OneTimeCode,
    PaymentOrder,
    PresenceSpell,
    Recording,
    Turn,
)
from tests.harness.call_line import LINE

CALLER, ACCOUNT, WORDS = "+15550177777", "acc-secret", "my mother is ill"


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
        tx.add(Turn(call_sid=sid, key="1", speaker="caller", text=words, start=0.0, words=[{"word": words}]))
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
                transcript=[{"text": words}],
                redaction="proved", redacted_path=copy, silenced=[{"kind": "pin"}], heard_again={"transcript": words},
            )
        )  # fmt: skip

"""What an agent is writing about a call and has not sent: kept while it grows, and never lost when their time is up."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from ivr.redaction import mask_text
from ivr.store import outbox
from ivr.store.models import Call, Draft, Note
from ivr.store.topics import CALL_FACTS

FORMS = ("note", "text", "transfer", "call-back")
LONGEST = 4000  # characters of one field
UNSENT = {
    "note": "",
    "text": "Text, not sent: ",
    "transfer": "Transfer, not asked for: ",
    "call-back": "Call-back, not booked: ",
}  # how the note begins that is made of a form

WORDS = ("text", "number", "at")  # the fields that people write in

Fields = Mapping[str, str]
Drafts = Mapping[str, Fields]


def save(
    tx: Session, agent_id: int, call_sid: str, form: str, fields: Fields, now: datetime, seen: Fields | None = None
) -> None:
    """Keep what stands in `form` now, by the names of its fields, secrets taken out; nothing in it forgets it.

    `seen`: what the page knew of the draft. What another page had written meanwhile is made a note of the call first.
    """
    written = _masked(fields)
    draft = _with_others_kept(tx, agent_id, call_sid, form, written, now, seen)
    if not written:
        _forget(tx, agent_id, call_sid, form)
    elif draft is None:
        tx.add(Draft(agent_id=agent_id, call_sid=call_sid, form=form, fields=written, at=now))
    else:
        draft.fields, draft.at = written, now
    tx.flush()


def read(tx: Session, agent_id: int, call_sid: str) -> Drafts:
    """What the agent has under way for the call: form -> field -> text."""
    rows = tx.scalars(select(Draft).where(Draft.agent_id == agent_id, Draft.call_sid == call_sid))
    return {row.form: row.fields for row in rows}


def sent(
    tx: Session, agent_id: int, call_sid: str, form: str, fields: Fields, now: datetime, seen: Fields | None = None
) -> None:
    """It is no draft any more. What another page had written meanwhile, and was not sent, is made a note first."""
    _with_others_kept(tx, agent_id, call_sid, form, _masked(fields), now, seen)
    _forget(tx, agent_id, call_sid, form)


def keep(tx: Session, agent_id: int, now: datetime) -> None:
    """Make notes of all that the agent has under way: they cannot go on writing it."""
    rows = tx.scalars(select(Draft).where(Draft.agent_id == agent_id).order_by(Draft.id).with_for_update()).all()
    for row in rows:
        if outcome := row.fields.get("outcome"):
            _add(tx, row, "outcome", outcome, now)
        _to_notes(tx, row, now)
        tx.delete(row)
    tx.flush()


def _with_others_kept(
    tx: Session, agent_id: int, call_sid: str, form: str, after: Fields, now: datetime, seen: Fields | None
) -> Draft | None:
    """The draft as it is; what is gone from it `after` this, and the page had not `seen`, is a note by now."""
    draft = tx.scalar(select(Draft).where(*_one(agent_id, call_sid, form)).with_for_update())
    if draft is not None and seen is not None and draft.fields != _masked(seen) and _loses(draft.fields, after):
        _to_notes(tx, draft, now)
    return draft


def _forget(tx: Session, agent_id: int, call_sid: str, form: str) -> None:
    tx.execute(delete(Draft).where(*_one(agent_id, call_sid, form)))


def _masked(fields: Fields) -> dict[str, str]:
    return {name: mask_text(text[:LONGEST]) for name, text in fields.items() if text.strip()}


def _loses(before: Fields, after: Fields) -> bool:
    """Whether words are gone; which outcome is ticked is no word."""
    return any(before.get(name, "").strip() not in after.get(name, "") for name in WORDS)


def _to_notes(tx: Session, draft: Draft, now: datetime) -> None:
    if text := _unsent(tx, draft):
        _add(tx, draft, "note", UNSENT[draft.form] + text, now)


def _unsent(tx: Session, draft: Draft) -> str:
    """What the agent wrote into the form; the caller's own number, which the page fills in, is nothing they wrote."""
    text, number, at = (draft.fields.get(name, "").strip() for name in WORDS)
    if draft.form == "call-back" and not at and number == tx.get_one(Call, draft.call_sid).caller:
        number = ""
    return ", ".join(filter(None, (text, number, at.replace("T", " "))))


def _add(tx: Session, draft: Draft, kind: str, text: str, now: datetime) -> None:
    """A note, or the rest of one: the end of a sentence may arrive after its beginning was kept."""
    theirs = select(Note).where(Note.call_sid == draft.call_sid, Note.agent_id == draft.agent_id, Note.kind == kind)
    last = tx.scalars(theirs.order_by(Note.id.desc()).limit(1)).first()
    if last is not None and text.startswith(last.text):
        last.text = text
    else:
        tx.add(Note(call_sid=draft.call_sid, agent_id=draft.agent_id, at=now, kind=kind, text=text))
    tx.flush()
    if kind == "outcome":
        outbox.put(tx, CALL_FACTS, {"call": draft.call_sid}, now)


def _one(agent_id: int, call_sid: str, form: str) -> tuple[ColumnElement[bool], ...]:
    return Draft.agent_id == agent_id, Draft.call_sid == call_sid, Draft.form == form

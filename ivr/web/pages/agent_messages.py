"""The messages that callers left when nobody was free, each one task."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from ivr.store.models import Call, Handoff, Recording
from ivr.web.pages.agent_screen import holder

MESSAGE_DONE = "message-done"
FORGOTTEN = ("deleting", "deleted")
SILENT = ("transcribed", "absent")  # a recording with nothing in it ends in one of these


@dataclass(frozen=True)
class Message:
    """A caller's message: a task until someone marks it done.

    `parts`: its recordings, oldest first; several where an agent came free while the caller spoke, and did not
    talk with them after all.
    """

    parts: Sequence[Recording]
    call: Call
    who: str
    why: str

    @property
    def id(self) -> int:
        """Of its first recording."""
        return self.parts[0].id

    @property
    def empty(self) -> bool:
        """Whether no words were heard in it, and none will be."""
        return all(_silent(part) for part in self.parts)


def read_messages(tx: Session) -> list[Message]:
    """Messages that nobody has marked done, oldest first and those without words last.

    Not the silence of a caller who was told they left none, nor of one who has talked with an agent after all. Who
    answers one has to know the number: it stands in full."""
    found = tx.scalars(
        select(Recording)
        .where(Recording.kind == "message", Recording.done_at.is_(None), Recording.state.not_in(FORGOTTEN))
        .options(joinedload(Recording.call).selectinload(Call.handoffs))
        .order_by(Recording.id)
    ).all()
    by_call: dict[str, list[Recording]] = defaultdict(list)
    for row in found:
        if (row.call.outcome == "message" or not _silent(row)) and not _answered(row.call):
            by_call[row.call_sid].append(row)
    messages = [_message(tx, rows) for rows in by_call.values()]
    return sorted(messages, key=lambda message: message.empty)


def message_parts(tx: Session, recording_id: int) -> list[Recording]:
    """What is done with the message that `recording_id` is part of: its recordings; none where it is no message."""
    first = tx.get(Recording, recording_id)
    if first is None or first.kind != "message":
        return []
    parts = select(Recording).where(Recording.call_sid == first.call_sid, Recording.kind == "message")
    return list(tx.scalars(parts.order_by(Recording.id)))


def _message(tx: Session, rows: Sequence[Recording]) -> Message:
    call = rows[0].call
    parts = [row for row in rows if not _silent(row)] or rows
    return Message(parts, call, holder(tx, call) or call.caller, _why(call))


def _silent(row: Recording) -> bool:
    return not row.transcript and row.state in SILENT


def _answered(call: Call) -> bool:
    """An agent came free while the caller spoke: they talk, or have talked."""
    own = [handoff for handoff in call.handoffs if handoff.kind == "call"]
    return bool(own) and max(own, key=lambda handoff: handoff.id).state in ("bridged", "parting", "served")


def _why(call: Call) -> str:
    handoffs: Sequence[Handoff] = call.handoffs
    return handoffs[-1].summary if handoffs else ""

"""What an agent's page shows, read from SQL: his state, his call or offer, his day, the messages left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy import String, cast, exists, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from ivr.store.models import Account, Agent, Audit, Call, Handoff, Offer, Recording
from ivr.web.shown import masked, plain

Mode = Literal["ringing", "talking", "wrap-up", "idle"]
WAITING = ("requested", "parked", "offered")
TAKEN = ("accepted", "bridged")
MESSAGE_DONE = "message-done"


@dataclass(frozen=True)
class Screen:
    """One agent's present. `handoff` is the one offered to him, his own, or the last one while he wraps up."""

    mode: Mode
    presence: str
    since: datetime
    in_state: float
    handoff: Handoff | None
    account: Account | None
    waited: float
    waiting: int


@dataclass(frozen=True)
class Talk:
    """A call of his day."""

    at: datetime
    who: str
    why: str
    seconds: float


@dataclass(frozen=True)
class Message:
    """A caller's message: a task until someone marks it done."""

    recording: Recording
    call: Call
    who: str
    why: str


def read_screen(tx: Session, agent_id: int, now: datetime) -> Screen:
    """The agent's present at `now`. Raises LookupError for an unknown agent."""
    agent = tx.get(Agent, agent_id)
    if agent is None:
        raise LookupError(f"no agent {agent_id}")
    mode, handoff = _mode(tx, agent)
    return Screen(
        mode=mode,
        presence=agent.presence,
        since=agent.presence_since,
        in_state=(now - agent.presence_since).total_seconds(),
        handoff=handoff,
        account=tx.get(Account, handoff.call.account_id) if handoff and handoff.call.account_id else None,
        waited=(now - handoff.requested_at).total_seconds() if handoff else 0.0,
        waiting=tx.scalar(select(func.count()).select_from(Handoff).where(Handoff.state.in_(WAITING))) or 0,
    )


def read_day(tx: Session, agent_id: int, now: datetime, zone: ZoneInfo) -> list[Talk]:
    """The agent's calls since midnight in `zone`, newest first."""
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    taken = exists().where(
        Offer.handoff_id == Handoff.id,
        Offer.agent_id == agent_id,
        Offer.outcome == "accepted",
        Offer.offered_at >= midnight,
    )
    found = tx.scalars(select(Handoff).where(taken).options(joinedload(Handoff.call)).order_by(Handoff.id.desc())).all()
    return [_talk(tx, handoff, now) for handoff in found if "bridged" in handoff.times]


def read_messages(tx: Session) -> list[Message]:
    """Messages that nobody has marked done, oldest first."""
    done = exists().where(Audit.action == MESSAGE_DONE, Audit.subject == "recording:" + cast(Recording.id, String))
    found = tx.scalars(
        select(Recording)
        .where(Recording.kind == "message", Recording.state != "deleted", ~done)
        .options(joinedload(Recording.call).selectinload(Call.handoffs))
        .order_by(Recording.id)
    ).all()
    return [Message(recording, recording.call, who(tx, recording.call), _why(recording.call)) for recording in found]


def who(tx: Session, call: Call) -> str:
    """The account's holder where an account is known, else the number."""
    account = tx.get(Account, call.account_id) if call.account_id else None
    return account.holder if account else masked(call.caller)


def _mode(tx: Session, agent: Agent) -> tuple[Mode, Handoff | None]:
    if handoff := _first(tx, Handoff.agent_id == agent.id, Handoff.state.in_(TAKEN)):
        return "talking", handoff
    standing = exists().where(Offer.handoff_id == Handoff.id, Offer.agent_id == agent.id, Offer.outcome.is_(None))
    if handoff := _first(tx, Handoff.state == "offered", standing):
        return "ringing", handoff
    if agent.presence == "wrap-up":
        return "wrap-up", _first(tx, Handoff.agent_id == agent.id)
    return "idle", None


def _first(tx: Session, *conditions: object) -> Handoff | None:
    whole = joinedload(Handoff.call).options(selectinload(Call.turns))
    query = select(Handoff).where(*conditions).options(whole).order_by(Handoff.id.desc())  # type: ignore[arg-type]
    return tx.scalars(query.limit(1)).unique().first()


def _talk(tx: Session, handoff: Handoff, now: datetime) -> Talk:
    began = datetime.fromisoformat(handoff.times["bridged"])
    over = handoff.times.get("served")
    ended = datetime.fromisoformat(over) if over else handoff.call.ended_at or now
    return Talk(began, who(tx, handoff.call), plain(handoff.intent), (ended - began).total_seconds())


def _why(call: Call) -> str:
    handoffs: Sequence[Handoff] = call.handoffs
    return handoffs[-1].summary if handoffs else ""

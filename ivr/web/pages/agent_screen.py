"""What an agent's page shows, read from SQL: their state, their call or offer, their day, the messages left."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from ivr.desk import agents, drafts
from ivr.desk.drafts import Drafts
from ivr.desk.queue import WaitingCaller, read_queue
from ivr.dialogue.facts import Facts
from ivr.handoff.account_holders import holder_of
from ivr.handoff.state import State
from ivr.ledger.port import Ledger, LedgerError
from ivr.payments import agent_cards
from ivr.payments.doubts import doubt
from ivr.store.models import Account, Agent, Call, CardPayment, Handoff, Note, Offer
from ivr.store.states import HANDOFF_IN_LINE, HANDOFF_WITH_AGENT
from ivr.web.pages.agent_transfer_screen import Transfer, read_transfer
from ivr.web.pages.formats import language_name, masked, midnight, plain
from ivr.web.pages.passed_over import PassedOver, passed_over

Mode = Literal["ringing", "talking", "wrap-up", "idle"]


@dataclass(frozen=True)
class Screen:
    """One agent's present. `handoff` is the one offered to them, their own, or the last one while they wrap up.

    `held`: its caller is on hold; `muted`: the agent is; `card`: the last card entry of this hand-off; `transfer`: the
    one under way or last tried; `colleagues` may take the call; `missed`: they are away because they missed a call;
    `passed_over`: whom their phone rang for last, where that is why it is silent, and `passed_over_who` their name;
    `doubt`: what may have been paid already; `drafts`: what the agent is writing, form -> field -> text;
    `writing_ends`: how long a wrap-up lasts at the most while they write; `kept`: their note, where it ended before
    they sent it.
    """

    mode: Mode
    presence: str
    since: datetime
    in_state: float
    next_presence: str | None
    wrap_up_until: datetime | None
    wrap_up_left: float
    handoff: Handoff | None
    card: CardPayment | None
    notes: Sequence[Note]
    waited: float
    waiting: int
    held: bool = False
    muted: bool = False
    transfer: Transfer | None = None
    colleagues: Sequence[Agent] = ()
    missed: bool = False
    passed_over: PassedOver | None = None
    passed_over_who: str = ""
    doubt: str | None = None
    drafts: Drafts = field(default_factory=dict)
    writing_ends: datetime | None = None
    kept: str = ""


@dataclass(frozen=True)
class Known:
    """An account as the ledger has it; None where the ledger does not answer."""

    facts: Facts | None


@dataclass(frozen=True)
class Talk:
    """A call of the agent's day."""

    at: datetime
    who: str
    why: str
    seconds: float


@dataclass(frozen=True)
class InLine:
    """One who waits for the desk; `speaks`: the language they need, where the agent does not speak it, and who does."""

    who: str
    why: str
    since: datetime
    waited: float
    offered: bool
    speaks: str = ""


def read_screen(tx: Session, agent_id: int, now: datetime) -> Screen:
    """The agent's present at `now`. Raises LookupError for an unknown agent."""
    agent = tx.get(Agent, agent_id)
    if agent is None:
        raise LookupError(f"no agent {agent_id}")
    mode, handoff = _mode(tx, agent)
    until = agent.wrap_up_until if mode == "wrap-up" else None
    state = State.from_json(handoff.machine) if handoff else State()
    passed = passed_over(tx, agent, now)
    return Screen(
        mode=mode,
        presence=agent.presence,
        since=agent.presence_since,
        in_state=(now - agent.presence_since).total_seconds(),
        next_presence=agent.next_presence,
        wrap_up_until=until,
        wrap_up_left=(until - now).total_seconds() if until else 0.0,
        handoff=handoff,
        card=agent_cards.last(tx, handoff.id) if handoff else None,
        notes=read_notes(tx, handoff.call_sid) if handoff else (),
        waited=(now - handoff.requested_at).total_seconds() if handoff else 0.0,
        waiting=tx.scalar(select(func.count()).select_from(Handoff).where(Handoff.state.in_(HANDOFF_IN_LINE))) or 0,
        held=state.held,
        muted=state.current is not None and state.current.muted,
        transfer=read_transfer(tx, state, agent_id) if mode in ("ringing", "talking") else None,
        colleagues=agents.colleagues(tx, agent_id) if mode == "talking" else (),
        doubt=doubt(tx, handoff.call_sid, handoff.call.account_id) if handoff and mode == "talking" else None,
        missed=passed is not None and passed.why == "missed",
        passed_over=passed,
        passed_over_who=who(tx, passed.handoff.call) if passed else "",
        drafts=drafts.read(tx, agent_id, handoff.call_sid) if handoff else {},
        writing_ends=agents.writing_ends(agent) if until else None,
        kept=_kept(tx, agent) if mode == "idle" else "",
    )


def read_account(ledger: Ledger, screen: Screen) -> Known | None:
    """What the ledger knows of a verified caller's account; None of any other's."""
    call = screen.handoff.call if screen.handoff else None
    if call is None or call.account_id is None or call.verified_at is None:
        return None
    try:
        return Known(ledger.facts(call.account_id))
    except LedgerError:
        return Known(None)


def read_notes(tx: Session, sid: str) -> Sequence[Note]:
    """What agents wrote of the call, oldest first."""
    return tx.scalars(select(Note).where(Note.call_sid == sid).options(joinedload(Note.agent)).order_by(Note.id)).all()


def own_handoff(tx: Session, handoff_id: int, agent_id: int) -> Handoff | None:
    """The hand-off if it is, or was last, this agent's."""
    handoff = tx.get(Handoff, handoff_id, options=[joinedload(Handoff.call)])
    if handoff is None or handoff.agent_id == agent_id:
        return handoff
    return handoff if tx.scalar(_offers(handoff_id, agent_id).where(Offer.outcome == "accepted").limit(1)) else None


def offered_handoff(tx: Session, handoff_id: int, agent_id: int) -> Handoff | None:
    """The hand-off if it was ever this agent's to take: they may have written of it before they were joined."""
    own = own_handoff(tx, handoff_id, agent_id)
    if own is not None or not tx.scalar(_offers(handoff_id, agent_id).limit(1)):
        return own
    return tx.get(Handoff, handoff_id)


def _offers(handoff_id: int, agent_id: int) -> Select[int]:
    return select(Offer.id).where(Offer.handoff_id == handoff_id, Offer.agent_id == agent_id)


def read_day(tx: Session, agent_id: int, now: datetime, zone: ZoneInfo) -> list[Talk]:
    """The agent's calls since midnight in `zone`, newest first."""
    today = midnight(now, zone)
    taken = select(Offer.handoff_id).where(
        Offer.agent_id == agent_id, Offer.offered_at >= today, Offer.outcome == "accepted"
    )
    theirs = select(Handoff).where(Handoff.id.in_(taken)).options(joinedload(Handoff.call))
    found = tx.scalars(theirs.order_by(Handoff.id.desc())).all()
    return [_talk(tx, handoff, now) for handoff in found if "bridged" in handoff.times]


def read_line(tx: Session, agent_id: int, now: datetime) -> list[InLine]:
    """All who wait for the desk, the next one first, as this agent sees them."""
    at_desk = agents.at_the_desk(tx)
    own = tx.get_one(Agent, agent_id).languages
    return [replace(in_line(tx, waiting), speaks=_speaks(waiting, own, at_desk)) for waiting in read_queue(tx, now)]


def _speaks(waiting: WaitingCaller, own: Collection[str], at_desk: Sequence[Agent]) -> str:
    """Why an agent who is free is not asked, or is though they do not speak the caller's language."""
    if waiting.language in own:
        return ""
    name = language_name(waiting.language)
    able = sorted(agent.name for agent in at_desk if waiting.language in agent.languages)
    if not able:
        return f"speaks {name}, which nobody at the desk does: whoever is free is asked"
    return f"speaks {name}: waits for {able[0] if len(able) == 1 else 'a colleague who does'}"


def in_line(tx: Session, waiting: WaitingCaller) -> InLine:
    marks = {"Call-back": waiting.kind == "callback", "Upset": waiting.upset, "Calls again": waiting.repeat}
    why = [_wish(waiting.intent), *(mark for mark, holds in marks.items() if holds)]
    handoff = waiting.handoff
    return InLine(who(tx, handoff.call), ", ".join(why), handoff.requested_at, waiting.waited, waiting.offered)


def who(tx: Session, call: Call) -> str:
    """The account's holder where an account is known, else the number."""
    return holder(tx, call) or masked(call.caller)


def holder(tx: Session, call: Call) -> str:
    """Whose account the call is about; empty where that is not known."""
    known = holder_of(call) or (tx.get(Account, call.account_id) if call.account_id else None)
    return (known.holder if known else None) or ""


def _kept(tx: Session, agent: Agent) -> str:
    """What the agent was writing of their last call when their time was over, until they do something else."""
    last = _last(tx, agent)
    if last is None:
        return ""
    theirs = select(Note).join(Handoff, Handoff.call_sid == Note.call_sid).where(Handoff.id == last)
    kept = theirs.where(Note.agent_id == agent.id, Note.at == agent.presence_since, Note.kind == "note")
    note = tx.scalar(kept.order_by(Note.id.desc()).limit(1))
    return note.text if note is not None else ""


def _mode(tx: Session, agent: Agent) -> tuple[Mode, Handoff | None]:
    offered_to_them = exists().where(Offer.handoff_id == Handoff.id, Offer.agent_id == agent.id)
    took = offered_to_them.where(Offer.outcome == "accepted")
    if handoff := _first(
        tx,
        or_(Handoff.agent_id == agent.id, took.where(Offer.ended_at.is_(None))),
        Handoff.state.in_(HANDOFF_WITH_AGENT),
    ):
        return "talking", handoff
    if handoff := _first(tx, Handoff.state.in_(("offered", "bridged")), offered_to_them.where(Offer.outcome.is_(None))):
        return "ringing", handoff
    if agent.presence == "wrap-up":
        return "wrap-up", _first(tx, Handoff.id == _last(tx, agent))
    return "idle", None


def _last(tx: Session, agent: Agent) -> int | None:
    """The newest hand-off that is or was theirs."""
    accepted = select(Offer.handoff_id).where(Offer.agent_id == agent.id, Offer.outcome == "accepted")
    own = select(Handoff.id).where(Handoff.agent_id == agent.id).order_by(Handoff.id.desc()).limit(1)
    newest = (tx.scalar(accepted.order_by(Offer.offered_at.desc()).limit(1)), tx.scalar(own))
    return max((known for known in newest if known is not None), default=None)


def _first(tx: Session, *conditions: object) -> Handoff | None:
    whole = joinedload(Handoff.call).options(selectinload(Call.turns))
    query = select(Handoff).where(*conditions).options(whole).order_by(Handoff.id.desc())  # type: ignore[arg-type]
    return tx.scalars(query.limit(1)).unique().first()


def _talk(tx: Session, handoff: Handoff, now: datetime) -> Talk:
    began = datetime.fromisoformat(handoff.times["bridged"])
    over = handoff.times.get("served")
    ended = datetime.fromisoformat(over) if over else handoff.call.ended_at or now
    return Talk(began, who(tx, handoff.call), _wish(handoff.intent), (ended - began).total_seconds())


def _wish(intent: str) -> str:
    return plain(intent) or "Asks for a person"

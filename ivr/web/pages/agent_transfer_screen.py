"""What an agent's page shows of a warm transfer, read from the hand-off's state."""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy.orm import Session

from ivr.handoff.events import Outcome
from ivr.handoff.state import Attempt, State
from ivr.store.models import Agent

Stage = Literal["ringing", "coming", "alone", "together", "over"]
WHY_OVER: dict[Outcome | None, str] = {
    "accepted": "has left the call",
    "declined": "cannot take it",
    "no-answer": "does not answer",
    "busy": "is on the phone",
    "failed": "could not be reached",
    "machine-answered": "has an answering machine on",
}


@dataclass(frozen=True, slots=True)
class Transfer:
    """`who` is brought in; `mine`: the one who looks is that person; `over` says what became of it (`why`).

    alone: the two agents talk and the caller hears music; together: all three hear each other.
    """

    stage: Stage
    who: str
    mine: bool
    why: str = ""


def read_transfer(tx: Session, state: State, agent_id: int) -> Transfer | None:
    """The transfer under way, or the last one of the call's present agent that came to nothing."""
    if state.second is not None:
        mine = state.second.agent == agent_id
        other = state.current if mine and state.current is not None else state.second
        return Transfer(_stage(state, state.second), _name(tx, other), mine)
    last = state.attempts[-1] if state.attempts else None
    if not state.bridged or last is None or not last.consult or last.outcome not in WHY_OVER:
        return None
    return Transfer("over", _name(tx, last), False, WHY_OVER[last.outcome])


def _stage(state: State, second: Attempt) -> Stage:
    if second.stands:
        return "ringing"
    if not second.joined:
        return "coming"
    return "alone" if state.held else "together"


def _name(tx: Session, attempt: Attempt) -> str:
    return tx.get_one(Agent, attempt.agent).name if attempt.agent else attempt.phone

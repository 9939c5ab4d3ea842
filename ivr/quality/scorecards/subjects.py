"""Who can be judged in a call: the bot where it spoke, and each agent who took it."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.quality.scorecards.definition import Party
from ivr.quality.scorecards.trace import taken
from ivr.store.models import Turn


@dataclass(frozen=True, slots=True)
class Subject:
    """One party of a call; `agent_id` None is the bot."""

    sid: str
    agent_id: int | None = None

    @property
    def party(self) -> Party:
        return "bot" if self.agent_id is None else "agent"


def subjects_of(tx: Session, sid: str) -> list[Subject]:
    """The bot first, then the agents as they came."""
    spoke = select(Turn.id).where(Turn.call_sid == sid, Turn.speaker == "bot").limit(1)
    bot = [Subject(sid)] if tx.scalar(spoke) is not None else []
    return [*bot, *(Subject(sid, agent) for agent in dict.fromkeys(offer.agent_id for offer in taken(tx, sid)))]


def in_call(tx: Session, sid: str) -> set[int]:
    """The people who talked in it."""
    return {offer.agent_id for offer in taken(tx, sid)}

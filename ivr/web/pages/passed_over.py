"""Why nothing rings though somebody waits: whom an agent has passed over, and when they are offered them again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from ivr.handoff.config import AGAIN_SECONDS
from ivr.handoff.state import UNATTENDED
from ivr.store.models import Agent, Handoff, Offer
from ivr.store.states import HANDOFF_WAITING


@dataclass(frozen=True)
class PassedOver:
    """An agent's last offer, of which nothing came.

    `waits`: its caller still does. `again_at`, `left` (seconds): when an agent who is there is offered them once more.
    An agent who has `missed` it is away, and is offered them as soon as they are back.
    """

    handoff: Handoff
    why: Literal["declined", "missed", "not-reached"]
    waits: bool
    again_at: datetime
    left: float


def passed_over(tx: Session, agent: Agent, now: datetime) -> PassedOver | None:
    """Whom `agent` has passed over, as long as it says why their phone is silent now."""
    offers = select(Offer).where(Offer.agent_id == agent.id).order_by(Offer.id.desc()).limit(1)
    offer = tx.scalar(offers)
    if offer is None or offer.outcome is None or offer.ended_at is None:
        return None
    handoff = tx.get_one(Handoff, offer.handoff_id, options=[joinedload(Handoff.call)])
    again_at = offer.ended_at + timedelta(seconds=AGAIN_SECONDS)
    waits, left = handoff.state in HANDOFF_WAITING, max(0.0, (again_at - now).total_seconds())
    if agent.presence == "away":
        missed = offer.outcome in UNATTENDED and offer.ended_at == agent.presence_since
        return PassedOver(handoff, "missed", waits, again_at, left) if missed else None
    if agent.presence != "available" or not waits or not left or offer.outcome not in ("declined", "busy", "failed"):
        return None
    return PassedOver(handoff, "declined" if offer.outcome == "declined" else "not-reached", waits, again_at, left)

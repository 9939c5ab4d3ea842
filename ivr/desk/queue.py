"""The queue: who waits, in which order, and how long it took lately; read from SQL, nothing made up."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from ivr.desk.routing import Requirement, choose
from ivr.dialling.phone_numbers import withheld
from ivr.store.models import Agent, Announcement, Call, Handoff
from ivr.store.states import HANDOFF_IN_LINE, HANDOFF_WAITING

UPSET = ("upset",)
HEAD_START = timedelta(minutes=3)  # what being upset, and calling again, each count for
REPEAT = timedelta(days=3)
RECENT_WAITS = timedelta(hours=1)
PAGE = 20  # rows of the queue that are read at a time
KNOWN, LATEST = 3, 50  # fewer waits than KNOWN say nothing; more than the LATEST are not looked at


@dataclass(frozen=True, slots=True)
class WaitingCaller:
    """One in the queue; `position` 1 is next, `waited` in seconds. `offered`: an agent's phone rings for them."""

    handoff: Handoff
    position: int
    waited: float
    kind: str
    intent: str
    language: str
    mood: str
    upset: bool
    repeat: bool
    offered: bool


def place_in_queue(tx: Session, call: Call, mood: str, now: datetime) -> datetime:
    """Where a new caller stands: those who are upset or call again stand as if they had come earlier."""
    ahead = HEAD_START * ((mood in UPSET) + is_repeat(tx, call))
    return now - ahead


def is_repeat(tx: Session, call: Call) -> bool:
    """The caller has called before, in the last days, from a number that we know."""
    if withheld(call.caller):
        return False
    earlier = select(Call.sid).where(
        Call.caller == call.caller,
        Call.sid != call.sid,
        Call.started_at >= call.started_at - REPEAT,
        Call.started_at < call.started_at,
    )
    return tx.scalar(earlier.limit(1)) is not None


def next_for(
    tx: Session, at_desk: Sequence[Agent], passed_over: Callable[[Handoff], Collection[int] | None]
) -> list[int]:
    """The ids of the hand-offs for which an agent is free, the next one first; the rest of the queue is not read.

    `at_desk`: all agents who are there. `passed_over`: the ids of agents who have been asked for a hand-off in vain;
    None when it looks for nobody.
    """
    free = [agent for agent in at_desk if agent.presence == "available"]
    found: list[int] = []
    if not free:
        return found
    waiting = select(Handoff).where(Handoff.state.in_(HANDOFF_WAITING)).options(joinedload(Handoff.call))
    for row in tx.scalars(waiting.order_by(Handoff.place_at, Handoff.id).execution_options(yield_per=PAGE)):
        passed = passed_over(row)
        if passed is None:
            continue
        agent = choose(free, at_desk, Requirement(row.intent, row.call.language), passed)
        if agent is not None:
            found.append(row.id)
            free.remove(agent)
        if not free:
            break
    return found


def to_the_head(tx: Session, row: Handoff) -> None:
    """Give the hand-off the place before all who wait."""
    first = tx.scalar(select(func.min(Handoff.place_at)).where(Handoff.state.in_(HANDOFF_WAITING)))
    row.place_at = min(first or row.place_at, row.place_at) - timedelta(microseconds=1)


def position(tx: Session, row: Handoff) -> int:
    """1 when nobody stands before the caller."""
    before = select(func.count()).where(
        Handoff.state.in_(HANDOFF_WAITING), Handoff.id != row.id, Handoff.place_at < row.place_at
    )
    return 1 + (tx.scalar(before) or 0)


def median_wait(tx: Session, intent: str, now: datetime) -> float | None:
    """Seconds to a person of the callers of the last hour with this intent; None when fewer than three are known."""
    lately = select(Handoff).where(
        Handoff.kind == "call", Handoff.intent == intent, Handoff.requested_at >= now - 2 * RECENT_WAITS
    )
    rows = tx.scalars(lately.order_by(Handoff.requested_at.desc()).limit(LATEST))
    waits = [wait for row in rows if (wait := waited_for_person(row, now - RECENT_WAITS)) is not None]
    return median(waits) if len(waits) >= KNOWN else None


def waited_for_person(row: Handoff, since: datetime) -> float | None:
    """Seconds that the caller waited, where they came to speak with a person after `since`; else None."""
    bridged = row.times.get("bridged")
    if bridged is None or datetime.fromisoformat(bridged) < since:
        return None
    return (datetime.fromisoformat(bridged) - row.requested_at).total_seconds()


def read_queue(tx: Session, now: datetime) -> list[WaitingCaller]:
    """All who wait, the next one first."""
    rows = tx.scalars(
        select(Handoff)
        .where(Handoff.state.in_(HANDOFF_IN_LINE))
        .options(joinedload(Handoff.call))
        .order_by(Handoff.place_at, Handoff.id)
    )
    return [
        WaitingCaller(
            handoff=row,
            position=number,
            waited=(now - row.requested_at).total_seconds(),
            kind=row.kind,
            intent=row.intent,
            language=row.call.language,
            mood=row.mood,
            upset=row.mood in UPSET,
            repeat=is_repeat(tx, row.call),
            offered=row.state == "offered",
        )
        for number, row in enumerate(rows, 1)
    ]


def announcement(tx: Session) -> str:
    """What all who wait are told; empty when there is nothing."""
    return tx.scalar(select(Announcement.text).order_by(Announcement.id.desc()).limit(1)) or ""

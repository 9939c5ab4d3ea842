"""How a caller waits: what his next document is to say."""

from dataclasses import dataclass

from ivr.handoff import queue
from ivr.handoff.service import HandoffService


@dataclass(frozen=True, slots=True)
class How:
    """`news`: his place is of interest; `wait` in seconds, where known; `opens`: when the desk opens, if closed."""

    asked: bool
    news: bool
    position: int
    wait: float | None
    announcement: str
    opens: str | None


def how_he_waits(handoffs: HandoffService, handoff_id: int) -> How:
    row, now = handoffs.find(handoff_id), handoffs.now()
    state = handoffs.state(row)
    with handoffs.sessions() as tx:
        return How(
            asked=state.asked,
            news=not state.away,
            position=queue.position(tx, row),
            wait=queue.median_wait(tx, row.intent, now),
            announcement=queue.announcement(tx),
            opens=None if handoffs.hours.is_open(now) else handoffs.hours.spoken(now),
        )

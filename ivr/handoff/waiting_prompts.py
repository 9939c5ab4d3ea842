"""How a caller waits: what his next document is to say."""

from dataclasses import dataclass

from ivr.desk import queue
from ivr.handoff.service import HandoffService
from ivr.phrasing.announcements import Words
from ivr.phrasing.locales import TONGUES


@dataclass(frozen=True, slots=True)
class How:
    """`words` are in his language; `news`: his place is of interest; `wait` in seconds, where known; `opens`: when the
    desk opens, if closed."""

    words: Words
    asked: bool
    news: bool
    position: int
    wait: float | None
    announcement: str
    opens: str | None


def how_he_waits(handoffs: HandoffService, handoff_id: int) -> How:
    row, now = handoffs.find(handoff_id), handoffs.now()
    state = handoffs.state(row)
    words = Words(row.call.language)
    with handoffs.sessions() as tx:
        return How(
            words=words,
            asked=state.asked,
            news=not state.away,
            position=queue.position(tx, row),
            wait=queue.median_wait(tx, row.intent, now),
            announcement=queue.announcement(tx),
            opens=None if handoffs.hours.is_open(now) else handoffs.hours.spoken(now, TONGUES[words.language]),
        )

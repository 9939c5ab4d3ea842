"""What a waiting caller's next document is to say."""

from dataclasses import dataclass

from ivr.desk import queue
from ivr.dialogue.prompts import LOCALES
from ivr.handoff.service import HandoffService
from ivr.phrasing.announcements import Announcements
from ivr.store.models import Handoff

TOLD = "told-unrecorded"  # among the times of a hand-off


@dataclass(frozen=True, slots=True)
class WaitingPrompt:
    """What is known of a caller's wait.

    `announcements` are in the caller's language. `asked`: they were offered a call-back or a message. `news`: their
    place in the queue is of interest to them, as no phone rings for them alone; `position` 1 is next, `wait` is the
    median of the last hour in seconds, None where it is not known. `desk_announcement`: what a supervisor has all
    callers told, or "". `opens`: when the desk opens, spoken, None while it is open. `unrecorded`: they are to hear
    that they are not recorded any more.
    """

    announcements: Announcements
    asked: bool
    news: bool
    position: int
    wait: float | None
    desk_announcement: str
    opens: str | None
    unrecorded: bool = False


def waiting_prompt(handoffs: HandoffService, handoff_id: int) -> WaitingPrompt:
    row, now = handoffs.find(handoff_id), handoffs.now()
    state = handoffs.state(row)
    hours = handoffs.config.hours
    announcements = Announcements(row.call.language)
    with handoffs.sessions() as tx:
        return WaitingPrompt(
            announcements=announcements,
            asked=state.asked,
            news=not state.away and state.recalled is None,
            position=queue.position(tx, row),
            wait=queue.median_wait(tx, row.intent, now),
            desk_announcement=queue.announcement(tx),
            unrecorded=_is_to_hear(row),
            opens=None if hours.is_open(now) else hours.spoken(now, LOCALES[announcements.language]),
        )


def _is_to_hear(row: Handoff) -> bool:
    """They refused while they waited; the bot has told those who refused before."""
    refused = row.call.unrecorded_at
    return refused is not None and refused >= row.requested_at and TOLD not in row.times

"""What people do about promised call-backs: cancel one, call now, agree another time. Each stands in the audit."""

from datetime import datetime

from sqlalchemy.orm import Session

from ivr.clock import Clock
from ivr.desk.opening_hours import OpeningHours
from ivr.handoff import call_backs
from ivr.live_updates import LiveUpdates
from ivr.store.engine import Sessions
from ivr.store.models import Audit, CallBack
from ivr.store.states import CALLBACK_OPEN


class CallBackRefusedError(ValueError):
    """Why it is not done: a sentence for the screen."""


class CallBackDesk:
    """`by` is an e-mail address. All raise CallBackRefusedError, and UnknownCallBackError for one that never was."""

    def __init__(self, sessions: Sessions, clock: Clock, live: LiveUpdates, hours: OpeningHours) -> None:
        self._sessions, self._clock, self._live, self._hours = sessions, clock, live, hours

    def cancel(self, callback_id: int, by: str, why: str) -> CallBack:
        """No further try; one that is under way goes on."""
        with self._sessions.begin() as tx:
            if call_backs.find(tx, callback_id).state not in CALLBACK_OPEN:
                raise CallBackRefusedError("this call-back is over already")
            row = call_backs.cancel(tx, callback_id)
            self._note(tx, row, by, "callback-cancelled", {"why": why})
        self._live.publish("desk", "call-back", str(callback_id))
        return row

    def move(self, callback_id: int, by: str, at: datetime | None = None) -> CallBack:
        """Try at `at`, or now; outside the desk's hours, when it opens. A place in the queue is kept."""
        now = self._clock.now()
        if at is not None and at <= now:
            raise CallBackRefusedError("that time is past")
        with self._sessions.begin() as tx:
            row = call_backs.move(tx, callback_id, at or now, self._hours)
            if row is None:
                raise CallBackRefusedError("this call-back is being tried or over; its time cannot be changed")
            self._note(tx, row, by, "callback-moved", {"to": row.next_at.isoformat() if row.next_at else None})
        self._live.publish("desk", "call-back", str(callback_id))
        return row

    def _note(self, tx: Session, row: CallBack, by: str, action: str, detail: dict[str, str | None]) -> None:
        subject = f"callback:{row.id}"
        tx.add(Audit(at=self._clock.now(), actor=by, action=action, subject=subject, detail=detail))

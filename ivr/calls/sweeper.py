"""The sweep: what the carrier's callbacks should have told us, asked for where they never came.

Calls that are over are ended; recordings and messages that nobody announced are fetched, and then deleted there.
Every question is asked outside of a transaction, and each thing found is one transaction of the service that would
have heard of it.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.calls.service import CallService
from ivr.carrier.callbacks import RecordingNews
from ivr.carrier.port import CALL_OVER, CallRecords, CarrierCall, CarrierError, CarrierRecording
from ivr.clock import Clock
from ivr.handoff.state import State
from ivr.logs import while_about
from ivr.store import outbox
from ivr.store.engine import Sessions
from ivr.store.idempotency import first_time
from ivr.store.models import Call, Handoff, Recording, Turn, Webhook
from ivr.store.topics import RECORDING_DELETE, RECORDING_FETCH, TURN_DELETE

log = logging.getLogger(__name__)
BATCH = 200
LOOK_BACK = timedelta(days=2)  # no recording is looked for that is older: it was looked for a thousand times
LONGEST_CALLBACK = timedelta(hours=1)  # from a call-back's beginning to that of its recording
T = TypeVar("T", str, Recording, CarrierRecording)
FETCHED = ("kept", "transcribed", "deleted", "absent")


class Handoffs(Protocol):
    """What the hand-offs are told."""

    def caller_gone(self, call_sid: str) -> None: ...
    def message_left(self, call_sid: str, recording_sid: str) -> object: ...


class Sweeper:
    """Looks after what began more than `after` ago. `number` is the line's own: only its calls are ours."""

    def __init__(
        self,
        sessions: Sessions,
        clock: Clock,
        carrier: CallRecords,
        calls: CallService,
        handoffs: Handoffs,
        number: str,
        after: timedelta,
    ) -> None:
        self._sessions, self._clock, self._carrier = sessions, clock, carrier
        self._calls, self._handoffs, self._number, self._after = calls, handoffs, number, after

    def sweep(self) -> None:
        """One round. A carrier that does not answer is asked again in the next."""
        for round_ in (self._end_calls, self._announced, self._left_behind):
            try:
                round_()
            except CarrierError as error:
                log.warning("the sweep stops short: %s", error)

    def _each(self, do: Callable[[T], None], things: Iterable[T]) -> None:
        """One that we cannot deal with keeps nobody from the others."""
        for thing in things:
            with while_about(thing if isinstance(thing, str) else thing.call_sid):
                try:
                    do(thing)
                except CarrierError:
                    raise
                except Exception:
                    log.exception("the sweep passes over one")

    def _end_calls(self) -> None:
        going_on = select(Call.sid).where(Call.ended_at.is_(None), Call.started_at < self._before())
        with self._sessions() as tx:
            sids = list(tx.scalars(going_on.order_by(Call.started_at).limit(BATCH)))
        self._each(self._end_call, sids)

    def _end_call(self, sid: str) -> None:
        found = self._carrier.find_call(sid)
        if found is None or found.status in CALL_OVER:
            log.warning("a call was over and nobody had said so")
            self._calls.ended(sid, found.status if found else "completed")
            self._handoffs.caller_gone(sid)

    def _announced(self) -> None:
        """Recordings that began before us and whose completion was never told."""
        with self._sessions() as tx:
            waiting = select(Recording).where(Recording.state == "announced", Recording.created_at < self._before())
            rows = [
                row
                for row in tx.scalars(waiting.order_by(Recording.id.desc()).limit(BATCH))
                if tx.get(Webhook, f"{RECORDING_FETCH}:{row.sid}") is None
            ]
        self._each(self._learn, rows)

    def _learn(self, row: Recording) -> None:
        found = self._carrier.find_recording(row.sid)
        if found is not None and found.status in ("completed", "absent", "failed"):
            self._calls.recording(row.call_sid, _news(found, row.kind))
        elif found is None and row.created_at < self._clock.now() - LOOK_BACK:
            self._calls.recording(row.call_sid, RecordingNews(row.sid, "absent", "", row.kind))

    def _left_behind(self) -> None:
        """Recordings that lie at the carrier: fetched and not deleted, or unknown to us."""
        lying = self._carrier.recordings(self._clock.now() - LOOK_BACK, self._before(), BATCH)
        self._each(self._settle, (found for found in lying if found.status == "completed"))

    def _settle(self, found: CarrierRecording) -> None:
        with self._sessions() as tx:
            known = tx.scalar(select(Recording).where(Recording.sid == found.sid))
        if known is None:
            self._unknown(found)
        elif known.state in FETCHED:
            self._promise(found.sid, RECORDING_DELETE, {"recording": known.id})

    def _unknown(self, found: CarrierRecording) -> None:
        since = (found.started_at or self._clock.now() - LOOK_BACK) - LONGEST_CALLBACK
        with self._sessions() as tx:
            sid = _call_of(tx, found, since)
            turn = sid is not None and found.by_document and _is_turn(tx, sid, found)
            seen = tx.get(Webhook, f"foreign:{found.sid}") is not None
        if seen:
            return
        call = None if sid else self._carrier.find_call(found.call_sid)
        if turn:
            self._promise(found.sid, TURN_DELETE, {"recording": found.sid})
        elif sid is None and (call is None or self._number not in (call.caller, call.called)):
            with self._sessions.begin() as tx:
                first_time(tx, f"foreign:{found.sid}", self._clock.now())
        elif found.by_document:
            self._message(sid or found.call_sid, call, found)
        else:
            self._calls.recording(sid or found.call_sid, _news(found, "call"), *_parties(call))

    def _message(self, sid: str, call: CarrierCall | None, found: CarrierRecording) -> None:
        news = _news(found, "message")
        with while_about(sid):
            log.warning("a message was left that nobody had announced")
        self._calls.message_left(sid, *_parties(call), news)
        self._handoffs.message_left(sid, found.sid)

    def _promise(self, recording_sid: str, topic: str, payload: dict[str, object]) -> None:
        """Once a day at most: until then the last promise is being kept."""
        now = self._clock.now()
        with self._sessions.begin() as tx:
            if first_time(tx, f"{topic}:{recording_sid}:{now.date()}", now):
                outbox.put(tx, topic, payload, now)

    def _before(self) -> datetime:
        return self._clock.now() - self._after


def _call_of(tx: Session, found: CarrierRecording, since: datetime) -> str | None:
    """The call of ours that the recording belongs to: its own, or the one that a call-back, tried since, answers."""
    if tx.get(Call, found.call_sid) is not None:
        return found.call_sid
    tries = select(Handoff).where(Handoff.kind == "callback", Handoff.requested_at >= since)
    for row in tx.scalars(tries.order_by(Handoff.requested_at.desc()).limit(BATCH)):
        if State.from_json(row.machine).dialled == found.call_sid:
            return row.call_sid
    return None


def _is_turn(tx: Session, sid: str, found: CarrierRecording) -> bool:
    """Whether it is one answer to the bot, taken without a socket, and not a message: it may hold a PIN."""
    spoken = select(Turn.id).where(Turn.call_sid == sid, Turn.key.startswith("t")).limit(1)
    if tx.scalar(spoken) is None:
        return False
    asked = select(Handoff.requested_at).where(Handoff.call_sid == sid, Handoff.kind == "call")
    first = tx.scalar(asked.order_by(Handoff.id).limit(1))
    return first is None or found.started_at is None or found.started_at < first


def _news(found: CarrierRecording, kind: str) -> RecordingNews:
    return RecordingNews(
        found.sid, found.status, found.url, kind, found.seconds, found.channels, started_at=found.started_at
    )


def _parties(call: CarrierCall | None) -> tuple[str, str]:
    return (call.caller or "unknown", call.called or "unknown") if call else ("unknown", "unknown")

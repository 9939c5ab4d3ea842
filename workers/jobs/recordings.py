"""The jobs: each outbox topic's work, marked done in the transaction of its effect."""

import logging
import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from ivr.carrier.port import CarrierError
from ivr.dialling import dials
from ivr.dialling.phone_numbers import mobile
from ivr.dialogue.events import Failed
from ivr.ledger import scheduled
from ivr.ledger.port import LedgerError
from ivr.payments import orders
from ivr.recordings.redaction import mask_secrets
from ivr.recordings.transcription import cut, in_order, read_sound, transcribe_piece
from ivr.store import outbox
from ivr.store.idempotency import first_time
from ivr.store.models import Call, Recording
from ivr.store.topics import (
    ACCOUNT_HOLDER,
    CALLBACK_TRY,
    CARD_BOOK,
    CARD_OVER,
    HANDOFF_ACT,
    HANDOFF_DEADLINE,
    HANDOFF_EXPIRE,
    HANDOFF_REQUESTED,
    PAYMENT_DUE,
    PAYMENT_SETTLE,
    RECORDING_DELETE,
    RECORDING_FETCH,
    RECORDING_RESUME,
    RECORDING_TRANSCRIBE,
    TEXT_SEND,
    TURN_DELETE,
    WRAP_UP_OVER,
)
from workers.context import WorkerContext, provider
from workers.holding import held

log = logging.getLogger(__name__)
RESEND = 10.0
ROUNDED = 2.0  # seconds: what the carrier's own figure may be off by
BUDGET = 120.0  # seconds of one job's transcribing
Payload = dict[str, Any]
Done = Callable[[Session], None]


def perform(row_id: int) -> None:
    """Do what an outbox row promises, unless it is done. A failure is noted and tried again later, or given up."""
    context = provider.get()
    with held(context.sessions, context.clock, row_id) as row:
        if row is None:
            return
        try:
            JOBS[row.topic](context, row.id, row.payload, lambda tx: outbox.done(tx, row_id, context.clock.now()))
        except Exception as error:
            log.exception("job failed", extra={"topic": row.topic, "outbox": row.id})
            with context.sessions.begin() as tx:
                wait = outbox.pause(row.topic, row.tries)
                outbox.failed(tx, row.id, f"{type(error).__name__}: {error}", context.clock.now(), wait)


def _requested(context: WorkerContext, _row: int, payload: Payload, done: Done) -> None:
    context.handoffs.brief(payload["handoff"], within=done)


def _expire(context: WorkerContext, _row: int, payload: Payload, done: Done) -> None:
    context.handoffs.expire(payload["handoff"], payload["k"], payload["what"], within=done)


def _deadline(context: WorkerContext, _row: int, payload: Payload, done: Done) -> None:
    last, since = payload.get("last", False), payload.get("since")
    context.handoffs.deadline(payload["handoff"], within=done, last=last, since=since)


def _wrap_up(context: WorkerContext, _row: int, payload: Payload, done: Done) -> None:
    context.handoffs.wrap_up_over(payload["agent"], within=done)


def _call_back(context: WorkerContext, _row: int, payload: Payload, done: Done) -> None:
    context.handoffs.call_back(payload["callback"], payload["number"], within=done)


def _act(context: WorkerContext, row: int, _payload: Payload, _done: Done) -> None:
    context.handoffs.act(row)


def _fetch(context: WorkerContext, _row: int, payload: Payload, done: Done) -> None:
    """Keep the recording whole and encrypted; only then promise its deletion at the carrier."""
    recording = _recording(context, payload)
    path = channels = seconds = None
    if recording.state == "announced":
        data = context.carrier.fetch_recording(recording.source_url)
        sound = read_sound(data)
        _check_length(context, recording, sound.seconds)
        path, channels, seconds = context.recordings.keep(recording.sid, data), sound.channels, sound.seconds
    with context.sessions.begin() as tx:
        done(tx)
        row = tx.get_one(Recording, recording.id)
        if path is not None and row.state == "announced":
            row.path, row.channels, row.seconds, row.state = path, channels, seconds, "kept"
            outbox.put(tx, RECORDING_TRANSCRIBE, payload, context.clock.now())
            outbox.put(tx, RECORDING_DELETE, payload, context.clock.now())
    _tell(context, recording)


def _check_length(context: WorkerContext, recording: Recording, seconds: float) -> None:
    """Sound that is shorter than the carrier says is fetched again; it is not deleted there."""
    announced = recording.seconds
    if announced is None:
        found = context.carrier.find_recording(recording.sid)
        announced = found.seconds if found else None
    if announced is not None and seconds < announced - ROUNDED:
        raise CarrierError(f"{seconds:.1f} s came of a recording of {announced:.0f} s", again=True)


def _delete(context: WorkerContext, _row: int, payload: Payload, done: Done) -> None:
    context.carrier.delete_recording(_recording(context, payload).sid)
    with context.sessions.begin() as tx:
        done(tx)


def _delete_turn(context: WorkerContext, _row: int, payload: Payload, done: Done) -> None:
    context.carrier.delete_recording(payload["recording"])
    with context.sessions.begin() as tx:
        done(tx)


def _transcribe(context: WorkerContext, row_id: int, payload: Payload, done: Done) -> None:
    """Piece by piece, each kept when it is done; after a while the rest waits behind others."""
    recording, begun = _recording(context, payload), time.monotonic()
    sound = read_sound(context.recordings.read(recording)) if recording.state == "kept" else None
    parts = cut(sound) if sound is not None else []
    for number in range(recording.pieces, len(parts)):
        if number > recording.pieces and time.monotonic() - begun > BUDGET:
            with context.sessions.begin() as tx:
                outbox.go_on(tx, row_id, context.clock.now())
            return
        segments = transcribe_piece(parts[number], context.recogniser())
        with context.sessions.begin() as tx:
            row = tx.get_one(Recording, recording.id, with_for_update=True)
            if row.state != "kept" or row.pieces != number:
                return  # forgotten, or done by another, meanwhile
            row.transcript, row.pieces = mask_secrets(tx, row, in_order([*row.transcript, *segments])), number + 1
    with context.sessions.begin() as tx:
        done(tx)
        row = tx.get_one(Recording, recording.id)
        if sound is not None and row.state == "kept":
            row.state = "transcribed"
    _tell(context, recording)


def _send_text(context: WorkerContext, row: int, payload: Payload, done: Done) -> None:
    """At most once: what may have been sent is not sent again, what was refused for now is."""
    now, number = context.clock.now(), _number_on_file(context, payload["call"])
    with context.sessions.begin() as tx:
        done(tx)
        if not first_time(tx, f"{TEXT_SEND}:{row}", now) or number is None:
            return
        asks = dials.caller(tx.get_one(Call, payload["call"]).caller)
        try:
            dial = context.dials.permit(tx, number, "receipt", asks, payload["call"], now).id
        except dials.DialRefused as refused:
            log.warning("a text was not sent: %s", refused)
            return
    try:
        context.carrier.send_text(number, payload["body"], dial)
    except CarrierError as error:
        log.warning("a text was not sent: %s", error)
        if error.again:
            with context.sessions.begin() as tx:
                outbox.put(tx, TEXT_SEND, payload, now + timedelta(seconds=RESEND))


def _number_on_file(context: WorkerContext, sid: str) -> str | None:
    """Where a text about the account goes; the number that called may be anybody's. Raises LedgerError."""
    with context.sessions() as tx:
        call = tx.get_one(Call, sid)
    if call.account_id is None or context.ledger is None:
        return mobile(call.caller)
    return context.ledger.mobile(call.account_id)


def _resume_recording(context: WorkerContext, _row: int, payload: Payload, done: Done) -> None:
    context.carrier.resume_recording(payload["call"])
    with context.sessions.begin() as tx:
        done(tx)


def _book_card(context: WorkerContext, _row: int, payload: Payload, done: Done) -> None:
    if context.ledger is None:
        raise LedgerError("this worker has no ledger to book card payments in")
    on = date.fromisoformat(payload["on"])
    context.ledger.book_card(payload["key"], payload["account"], payload["amount"], payload["confirmation"], on)
    with context.sessions.begin() as tx:
        done(tx)


def _settle_payment(context: WorkerContext, _row: int, payload: Payload, done: Done) -> None:
    """Ask the ledger again, under the same key, what became of a payment whose answer was lost."""
    if context.ledger is None or context.calls is None:
        raise LedgerError("this worker has no ledger to ask about payments")
    with context.sessions.begin() as tx:
        order = orders.to_ask(tx, payload["key"], context.clock.now())
        if order is None:
            done(tx)
            return
    try:
        answer = context.ledger.pay(order.key, order.account, order.amount, order.source, order.on)
    except LedgerError:
        context.calls.late(order.call_sid, Failed())
        raise
    context.calls.late(order.call_sid, answer, within=done)


def _learn_holder(context: WorkerContext, _row: int, payload: Payload, done: Done) -> None:
    context.handoffs.holders.learn(payload["call"], within=done)


def _card_over(context: WorkerContext, _row: int, payload: Payload, done: Done) -> None:
    if context.agent_cards is None:
        raise LedgerError("this worker takes no part in agents' card payments")
    context.agent_cards.over(payload["payment"], within=done)


def _payment_due(context: WorkerContext, _row: int, payload: Payload, done: Done) -> None:
    with context.sessions.begin() as tx:
        done(tx)
        scheduled.execute(tx, payload["payment"], context.clock.now())


def _recording(context: WorkerContext, payload: Payload) -> Recording:
    with context.sessions() as tx:
        return tx.get_one(Recording, payload["recording"])


def _tell(context: WorkerContext, recording: Recording) -> None:
    context.live.publish(f"call:{recording.call_sid}", "recording", str(recording.id))
    context.live.publish("desk", "recording", str(recording.id))
    context.live.settle()  # this process may end with its job


JOBS: dict[str, Callable[[WorkerContext, int, Payload, Done], None]] = {
    HANDOFF_REQUESTED: _requested,
    HANDOFF_EXPIRE: _expire,
    HANDOFF_DEADLINE: _deadline,
    HANDOFF_ACT: _act,
    WRAP_UP_OVER: _wrap_up,
    CALLBACK_TRY: _call_back,
    RECORDING_FETCH: _fetch,
    RECORDING_DELETE: _delete,
    TURN_DELETE: _delete_turn,
    RECORDING_TRANSCRIBE: _transcribe,
    TEXT_SEND: _send_text,
    RECORDING_RESUME: _resume_recording,
    CARD_BOOK: _book_card,
    CARD_OVER: _card_over,
    PAYMENT_SETTLE: _settle_payment,
    ACCOUNT_HOLDER: _learn_holder,
    PAYMENT_DUE: _payment_due,
}

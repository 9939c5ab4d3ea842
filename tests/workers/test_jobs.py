"""The jobs, run in this process: done with their effect, tried again when they fail."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from ivr.carrier.port import CarrierError
from ivr.store import outbox, topics
from ivr.store.models import Call, Outbox
from ivr.store.topics import TURN_DELETE, about
from tests.harness.worker_jobs import SID, a_recording, recording, work_off
from workers.context import Provider, WorkerContext
from workers.jobs import JOBS, perform

pytestmark = pytest.mark.integration


def test_a_recording_is_kept_encrypted_then_deleted_at_the_carrier_and_transcribed_by_channel(
    context: WorkerContext,
) -> None:
    kept_id = a_recording(context)
    assert work_off(context) == [
        *("recording.fetch", "recording.transcribe", "recording.delete", "call.facts"),
        *("recording.redact", "recording.prove", "call.facts"),
    ]
    kept = recording(context, kept_id)
    assert (kept.state, kept.channels, kept.seconds) == ("transcribed", 2, 1.0)
    assert [(part["channel"], part["text"]) for part in kept.transcript] == [(1, "level 10"), (2, "level 20")]
    assert b"RIFF" not in context.recordings.files.place.read(kept.path or "").data
    assert context.recordings.read(kept).startswith(b"RIFF")


def test_the_recording_of_a_turn_is_deleted_whatever_became_of_its_webhook(
    context: WorkerContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    deleted: list[str] = []
    monkeypatch.setattr(context.carrier, "delete_recording", deleted.append)
    with context.sessions.begin() as tx:
        outbox.put(tx, TURN_DELETE, {"recording": "RE7"}, context.clock.now())
    assert work_off(context) == [TURN_DELETE]
    assert deleted == ["RE7"]


def test_a_recording_that_cannot_be_fetched_is_not_deleted_and_is_tried_again(context: WorkerContext) -> None:
    kept_id = a_recording(context)
    carrier: Any = context.carrier
    carrier.faults["fetch_recording"] = CarrierError("not yet", again=True)
    with context.sessions() as tx:
        row = tx.scalars(select(Outbox)).one()
    perform(row.id)
    with context.sessions() as tx:
        row = tx.scalars(select(Outbox)).one()
    assert row.done_at is None
    assert row.error == "CarrierError: not yet"
    assert row.due_at > datetime.now(UTC)
    assert work_off(context)
    assert recording(context, kept_id).state == "transcribed"


def test_a_repeated_job_does_nothing_more(context: WorkerContext) -> None:
    a_recording(context)
    work_off(context)
    carrier: Any = context.carrier
    asked = list(carrier.asked)
    with context.sessions() as tx:
        ids = list(tx.scalars(select(Outbox.id)))
    for row_id in ids:
        perform(row_id)
    assert carrier.asked == asked


def test_a_text_goes_to_the_caller(context: WorkerContext) -> None:
    now = context.clock.now()
    with context.sessions.begin() as tx:
        tx.add(Call(sid=SID, caller="+15551234567", called="+1666", started_at=now))
        outbox.put(tx, "text.send", {"call": SID, "body": "Thanks"}, now)
    assert work_off(context) == ["text.send"]
    carrier: Any = context.carrier
    assert carrier.asked == [("send_text", "+15551234567", "Thanks")]


def test_every_topic_has_its_job() -> None:
    assert set(JOBS) == set(topics.TOPICS)


def test_briefs_and_timers_never_queue_behind_carrier_or_sound() -> None:
    quick = {topic for topic in JOBS if about(topic).plan.queue == "handoff"}
    own = {"handoff.requested", "handoff.expire", "handoff.deadline", "desk.wrap-up", "callback.try", "payment.due"}
    assert quick == own
    assert {topic for topic in JOBS if about(topic).plan.queue == "heavy"} == {
        "recording.fetch",
        "recording.keys",
        "recording.transcribe",
        "recording.redact",
        "recording.prove",
    }


@pytest.mark.parametrize("path", ["", "app", ":x"])
def test_a_context_that_is_no_import_path_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="module:function"):
        Provider().use(path)

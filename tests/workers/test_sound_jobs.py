"""Recordings: whole or fetched again, understood piece by piece, given up where it can be seen."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select

from ivr.carrier.port import CarrierError
from ivr.recordings.lengths import unverified
from ivr.recordings.transcription import Samples, Sound, split
from ivr.store import outbox
from ivr.store.models import Call, Outbox, Recording
from speech.audio import RATE
from tests.fakes.fake_transcriber import FakeTranscriber
from tests.harness.sounds import sound
from tests.harness.worker_jobs import a_recording, recording, work_off
from workers import context as workers_context
from workers import jobs
from workers.context import WorkerContext, provider

pytestmark = pytest.mark.integration


def row_of(context: WorkerContext, topic: str) -> Outbox:
    with context.sessions() as tx:
        return tx.scalars(select(Outbox).where(Outbox.topic == topic)).one()


def say(context: WorkerContext, seconds: float) -> int:
    """A recording that the carrier says is so long."""
    recording_id = a_recording(context)
    with context.sessions.begin() as tx:
        tx.get_one(Recording, recording_id).seconds = seconds
    return recording_id


def test_a_recording_shorter_than_the_carrier_says_is_neither_kept_nor_deleted_and_fetched_again(
    context: WorkerContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording_id = say(context, 12.0)
    jobs.perform(row_of(context, "recording.fetch").id)
    assert recording(context, recording_id).state == "announced"
    assert "1.0 s came of a recording of 12 s" in (row_of(context, "recording.fetch").error or "")
    carrier: Any = context.carrier
    monkeypatch.setattr(carrier, "fetch_recording", lambda _url: sound(12.0))
    jobs.perform(row_of(context, "recording.fetch").id)
    kept = recording(context, recording_id)
    assert (kept.state, kept.seconds) == ("kept", 12.0)


@pytest.mark.parametrize(
    ("announced", "check"), [(None, "untold"), (0.0, "verified"), (1.0, "verified"), (2.4, "verified")]
)
def test_the_carriers_figure_may_be_rounded_or_missing(
    context: WorkerContext, announced: float | None, check: str
) -> None:
    recording_id = say(context, 1.0)
    with context.sessions.begin() as tx:
        tx.get_one(Recording, recording_id).seconds = announced
    jobs.perform(row_of(context, "recording.fetch").id)
    kept = recording(context, recording_id)
    assert (kept.state, kept.carrier_seconds, kept.length_check) == ("kept", announced, check)
    assert kept.checked_at is not None
    with context.sessions() as tx:
        assert unverified(tx) == (check != "verified")


def test_a_recording_longer_than_the_carrier_says_is_kept_and_told(
    context: WorkerContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording_id = say(context, 1.0)
    carrier: Any = context.carrier
    monkeypatch.setattr(carrier, "fetch_recording", lambda _url: sound(12.0))
    jobs.perform(row_of(context, "recording.fetch").id)
    assert recording(context, recording_id).length_check == "longer"


def test_a_recording_that_is_404_for_good_is_given_up_after_a_day(
    context: WorkerContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_recording(context)
    carrier: Any = context.carrier

    def missing(_url: str) -> bytes:
        raise CarrierError("the recording cannot be fetched: HTTP 404", again=True)

    monkeypatch.setattr(carrier, "fetch_recording", missing)
    row_id = row_of(context, "recording.fetch").id
    with context.sessions.begin() as tx:
        tx.get_one(Outbox, row_id).since = datetime.now(UTC) - timedelta(days=1)
    jobs.perform(row_id)
    row = row_of(context, "recording.fetch")
    assert row.given_up_at is not None and "404" in (row.error or "")


# --- pieces ---


class FakeMinutesTranscriber(FakeTranscriber):
    """Counts what it was given; `dies` at the piece of that number."""

    def __init__(self, dies: int = 0) -> None:
        self.heard: list[int] = []
        self.dies = dies

    def transcribe_long(self, samples: Samples) -> Any:
        self.heard.append(len(samples))
        if len(self.heard) == self.dies:
            raise MemoryError
        return super().transcribe_long(samples)


def long_recording(context: WorkerContext, seconds: float) -> int:
    recording_id = a_recording(context)
    carrier: Any = context.carrier
    carrier.fetch_recording = lambda _url: sound(seconds)
    jobs.perform(row_of(context, "recording.fetch").id)
    return recording_id


def use(context: WorkerContext, recogniser: FakeMinutesTranscriber, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers_context.provider, "_context", replace(context, stt=lambda: recogniser))


def test_a_transcription_that_breaks_off_goes_on_where_it_was(
    context: WorkerContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording_id, recogniser = long_recording(context, 150.0), FakeMinutesTranscriber(dies=3)
    use(context, recogniser, monkeypatch)
    row_id = row_of(context, "recording.transcribe").id
    jobs.perform(row_id)
    assert (recording(context, recording_id).state, recording(context, recording_id).pieces) == ("kept", 2)
    jobs.perform(row_id)
    done = recording(context, recording_id)
    assert done.state == "transcribed"
    assert len(recogniser.heard) == 7, "six pieces, one of them twice"
    assert len(done.transcript) == 6
    assert [part["start"] for part in done.transcript] == sorted(part["start"] for part in done.transcript)


def test_long_work_lets_others_go_first_and_every_piece_counts_as_progress(
    context: WorkerContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording_id, recogniser = long_recording(context, 150.0), FakeMinutesTranscriber()
    use(context, recogniser, monkeypatch)
    monkeypatch.setattr(jobs.recordings, "BUDGET", -1.0)
    row_id = row_of(context, "recording.transcribe").id
    with context.sessions.begin() as tx:
        waiting = outbox.put(tx, "recording.transcribe", {"recording": recording_id}, context.clock.now())
    jobs.perform(row_id)
    assert recording(context, recording_id).pieces == 1
    row = row_of_id(context, row_id)
    assert (row.done_at, row.tries) == (None, 0)
    with context.sessions() as tx:
        assert [due.id for due in outbox.due(tx, context.clock.now()) if due.topic == row.topic] == [waiting, row_id]
    for _ in range(6):
        jobs.perform(row_id)
    assert recording(context, recording_id).state == "transcribed"


def row_of_id(context: WorkerContext, row_id: int) -> Outbox:
    with context.sessions() as tx:
        return tx.get_one(Outbox, row_id)


def test_a_poisonous_recording_does_not_stop_the_next(context: WorkerContext, monkeypatch: pytest.MonkeyPatch) -> None:
    poisoned = long_recording(context, 1.0)
    use(context, FakeMinutesTranscriber(dies=1), monkeypatch)
    jobs.perform(row_of(context, "recording.transcribe").id)
    with context.sessions() as tx:
        row = row_of(context, "recording.transcribe")
        assert row.due_at > context.clock.now() and "MemoryError" in (row.error or "")
        assert row not in outbox.due(tx, context.clock.now())
    assert recording(context, poisoned).state == "kept"


def test_pieces_are_the_whole_sound_cut_where_it_is_quiet() -> None:
    samples = np.full((2, 200 * RATE), 500, np.int16)
    samples[0, 57 * RATE : 58 * RATE] = 0
    parts = split(Sound(samples))
    first = [part for part in parts if part.channel == 1]
    assert 57 * RATE <= first[1].start <= 58 * RATE
    for channel in (1, 2):
        mine = [part for part in parts if part.channel == channel]
        assert np.array_equal(np.concatenate([part.samples for part in mine]), samples[channel - 1])
        assert max(len(part.samples) for part in mine) <= 60 * RATE
    assert split(Sound(np.zeros((1, 0), np.int16))) == []


def test_a_recording_is_worked_off_as_before(context: WorkerContext) -> None:
    kept = a_recording(context)
    assert work_off(context)[:2] == ["recording.fetch", "recording.transcribe"]
    assert recording(context, kept).state == "transcribed"


@pytest.mark.parametrize(
    ("kind", "keep", "state"), [("call", False, "deleted"), ("call", True, "kept"), ("message", False, "kept")]
)
def test_what_was_recorded_of_a_caller_who_would_not_be_is_deleted_unheard(
    kind: str, keep: bool, state: str, context: WorkerContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording_id = a_recording(context)
    with context.sessions.begin() as tx:
        row = tx.get_one(Recording, recording_id)
        row.kind = kind
        tx.get_one(Call, row.call_sid).unrecorded_at = context.clock.now()
    own = replace(context, keep_refused=keep)
    monkeypatch.setattr(provider, "get", lambda: own)
    jobs.perform(row_of(context, "recording.fetch").id)
    assert recording(context, recording_id).state == state
    fetched = "fetch_recording" in {name for name, *_ in context.carrier.asked}  # type: ignore[attr-defined]
    assert fetched is (state == "kept")
    assert row_of(context, "recording.delete").done_at is None


def test_the_carrier_is_told_to_stop_until_it_has(context: WorkerContext) -> None:
    with context.sessions.begin() as tx:
        row = outbox.put(tx, "recording.stop", {"call": "CA1"}, context.clock.now())
    carrier: Any = context.carrier
    carrier.faults["stop_recording"] = CarrierError("away", again=True)
    jobs.perform(row)
    jobs.perform(row)
    assert ("stop_recording", "CA1") in carrier.asked
    assert row_of(context, "recording.stop").done_at is not None

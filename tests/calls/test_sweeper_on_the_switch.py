"""Every callback of a call is lost: it is ended, fetched and deleted all the same."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from ivr.calls.sweeper import Sweeper
from ivr.handoff.request import request_handoff
from ivr.ledger.sql import SqlLedger
from ivr.recordings.storage import RecordingStorage
from ivr.store import outbox
from ivr.store.engine import Sessions
from ivr.store.models import Call, Recording
from tests.fakes.fake_live_updates import FakeLiveUpdates
from tests.fakes.fake_transcriber import FakeTranscriber
from tests.harness.call_line import understand
from tests.harness.calls import Calls
from tests.harness.line_on_switch import Line, Play, until
from tests.harness.switch_world import NUMBER
from workers.context import WorkerContext
from workers.jobs import JOBS, Job

pytestmark = [pytest.mark.switch, pytest.mark.slow]
LOST = ("/voice/status", "/status", "/voice/recording", "/voice/stream", "/voice/resume", "/voice/fallback")


def test_a_call_whose_every_callback_is_lost_is_ended_fetched_and_deleted(
    play: Play, sessions: Sessions, tmp_path: Path
) -> None:
    async def story(line: Line) -> None:
        line.lost = dict.fromkeys(LOST, 1000)
        caller = await line.w.call()
        await until(lambda: line.w.switch.recordings)
        caller.speak(0.6)
        await asyncio.sleep(0.8)
        caller.hang_up()
        await until(lambda: all(kept.status == "completed" for kept in line.w.switch.recordings.values()))
        with sessions() as tx:
            assert tx.scalars(select(Call)).one().ended_at is None
        line.later(601)
        sweeper = _sweeper(line)
        await line.do(sweeper.sweep)
        await line.do(_sound_jobs, line, tmp_path)
        with sessions() as tx:
            call, kept = tx.scalars(select(Call)).one(), tx.scalars(select(Recording)).one()
        assert call.ended_at is not None and call.outcome is not None
        assert kept.state == "transcribed" and kept.path is not None and (tmp_path / "kept" / kept.path).exists()
        assert all(recording.deleted for recording in line.w.switch.recordings.values())

    play(story, works=False)


class FakeSettledLive(FakeLiveUpdates):
    def settle(self) -> None:
        pass


def _sweeper(line: Line) -> Sweeper:
    calls = Calls(
        line.sessions, line.clock, understand, SqlLedger(line.sessions, line.clock), FakeLiveUpdates(), request_handoff,
        company="Test Bank", notice="n",
    )  # fmt: skip
    return Sweeper(line.sessions, line.clock, line.carrier, calls, line.service, NUMBER, timedelta(minutes=10))


def _sound_jobs(line: Line, folder: Path) -> None:
    """What the worker's sound queue would do."""
    live: Any = FakeSettledLive()
    keep = RecordingStorage((folder / "kept").as_uri(), b"k" * 32)
    context = WorkerContext(
        line.sessions, line.clock, "", line.carrier, line.service, keep, live, FakeTranscriber, dials=line.service.dials
    )  # fmt: skip
    while True:
        with line.sessions() as tx:
            rows = [row for row in outbox.due(tx, line.clock.now()) if row.topic.startswith("recording.")]
        for row in rows:
            JOBS[row.topic](context, Job(row.id, row.payload, line._done(row.id)))
        if not rows:
            return

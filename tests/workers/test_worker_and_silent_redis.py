"""A worker whose Redis stands still goes on when it does."""

import time
from pathlib import Path

import pytest

from ivr.local.redis_server import EmbeddedRedis
from tests.harness.silent_server import stopped
from tests.harness.worker_process import ask_for_people, briefed, until, worker
from workers.context import WorkerContext

pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.timeout(300)]


def test_a_worker_rides_out_a_redis_that_stands_still(
    context: WorkerContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with EmbeddedRedis(tmp_path / "redis") as server:
        monkeypatch.setenv("TEST_REDIS", server.url)
        with worker() as process:
            ask_for_people(context, 1)
            until(lambda: briefed(context) == 1)
            assert server.pid
            with stopped(server.pid):
                ask_for_people(context, 3, first=1)
                time.sleep(20)  # longer than any of its connections waits for a word
                assert process.poll() is None
            until(lambda: briefed(context) == 4, seconds=60)

"""A worker's surroundings: the database and Redis of the test, named in the environment for its processes."""

from pathlib import Path

import pytest
from redis import Redis

from ivr.store.engine import Sessions
from workers.context import WorkerContext, provider

FACTORY = "tests.harness.worker_factory:context"


@pytest.fixture
def context(
    tmp_path: Path, sessions: Sessions, redis: Redis, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> WorkerContext:
    """What jobs in this process use, on the test's own database and Redis."""
    monkeypatch.setenv("TEST_FOLDER", str(tmp_path))
    monkeypatch.setenv("TEST_REDIS", redis_url)
    provider.use(FACTORY)
    return provider.get()

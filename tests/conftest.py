"""What every test may ask for: a clock set by hand, a database, a real Redis, and the development data where it is."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from ivr.store.engine import Sessions, make_engine, make_sessions
from ivr.store.models import Base
from tests.fakes.fake_clock import FakeClock
from tests.harness import query_plans
from tests.harness.postgres import Postgres, running_postgres

pytest_plugins = [
    "tests.harness.call_line",
    "tests.harness.far_line",
    "tests.harness.handoff_world",
    "tests.harness.speech_models",
    "tests.harness.switch_world",
    "tests.harness.line_on_switch",
    "tests.harness.web_pages",
    "tests.harness.worker_context",
]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def sessions(tmp_path: Path) -> Iterator[Sessions]:
    """An empty SQLite database with all tables."""
    engine = make_engine(f"sqlite:///{tmp_path / 'test.db'}")
    Base.metadata.create_all(engine)
    yield make_sessions(engine)
    engine.dispose()


@pytest.fixture(autouse=True)
def rows_found_by_index() -> Iterator[list[str]]:
    """Whatever a test does, the house reads no growing table of a SQLite database from end to end."""
    with query_plans.judged() as bad:
        yield bad
    assert not bad, "a growing table is read from end to end:\n" + "\n".join(bad)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """A real PostgreSQL server for this test run."""
    with running_postgres() as server:
        yield server


@pytest.fixture
def postgres(postgres_server: Postgres) -> str:
    """The address of an empty PostgreSQL database."""
    return postgres_server.new_database()


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real server, the project's embedded one, for this test run."""
    from ivr.local.redis_server import EmbeddedRedis

    with EmbeddedRedis(tmp_path_factory.mktemp("redis")) as server:
        yield server.url


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    """An empty Redis database, flushed before and after."""
    connection = Redis.from_url(redis_url)
    connection.flushall()
    yield connection
    connection.flushall()
    connection.close()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The development data and references beside the project; tests that use them skip without them."""
    path = Path(__file__).parents[2] / "shared"
    if not path.is_dir():
        pytest.skip("no development data beside the project")
    return path

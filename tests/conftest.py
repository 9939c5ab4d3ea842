"""What every test may ask for: a clock set by hand, a database, a real Redis, and the development data where it is."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from sqlalchemy.event import listen

from ivr.store.engine import Sessions, make_engine, make_sessions
from ivr.store.models import Base
from tests.fakes.fake_clock import FakeClock
from tests.harness import query_plans
from tests.harness.postgres import Postgres, running_postgres

WORLDS = [  # of fixtures; no unit test asks for one, and importing them takes as long as all unit tests
    "tests.harness.call_line",
    "tests.harness.far_line",
    "tests.harness.handoff_world",
    "tests.harness.speech_models",
    "tests.harness.switch_world",
    "tests.harness.line_on_switch",
    "tests.harness.web_pages",
    "tests.harness.worker_context",
]


KINDS = frozenset({"unit", "integration", "switch", "speech", "browser"})
STORES = frozenset({"sessions", "redis", "redis_url", "postgres", "postgres_server"})


def _only_units(config: pytest.Config) -> bool:
    return str(config.getoption("-m")).startswith("unit")


def pytest_configure(config: pytest.Config) -> None:
    for world in () if _only_units(config) else WORLDS:
        config.pluginmanager.import_plugin(world)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """`-m unit` reads no module of another kind: importing them takes longer than running the pure core."""
    if not _only_units(config) or not collection_path.name.startswith("test_"):
        return None
    return None if "mark.unit" in collection_path.read_text() else True


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every module says what kind of tests it holds; a unit test asks for no store. A run without that is refused."""
    modules = {module for item in items if (module := item.getparent(pytest.Module))}
    kinds = {module.nodeid: [mark.name for mark in module.own_markers if mark.name in KINDS] for module in modules}
    if unclear := sorted(f"{name} ({', '.join(marks) or 'none'})" for name, marks in kinds.items() if len(marks) != 1):
        raise pytest.UsageError(f"one `pytestmark` of {', '.join(sorted(KINDS))} for each module: {', '.join(unclear)}")
    with_store = {
        item.getparent(pytest.Module).nodeid  # type: ignore[union-attr]
        for item in items
        if item.get_closest_marker("unit") and STORES & set(getattr(item, "fixturenames", ()))
    }
    if with_store:
        raise pytest.UsageError(f"a unit test asks for no store; mark as integration: {', '.join(sorted(with_store))}")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all tables, made once: a copy costs a tenth of making it."""
    file = tmp_path_factory.mktemp("database") / "empty.db"
    engine = make_engine(f"sqlite:///{file}")
    Base.metadata.create_all(engine)
    engine.dispose()
    return file


@pytest.fixture
def sessions(tmp_path: Path, empty_database: Path) -> Iterator[Sessions]:
    """An empty SQLite database with all tables, which waits for no disk: no test pulls the plug."""
    shutil.copyfile(empty_database, file := tmp_path / "test.db")
    engine = make_engine(f"sqlite:///{file}")
    listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
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

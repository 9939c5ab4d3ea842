"""The same tests on SQLite and, among the slow ones, on PostgreSQL."""

from collections.abc import Iterator

import pytest

from ivr.store.engine import Sessions, make_engine, make_sessions
from ivr.store.migrate import upgrade


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def store(request: pytest.FixtureRequest) -> Iterator[Sessions]:
    """A database with all tables; PostgreSQL's are made by the migrations."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sessions")
        return
    url = request.getfixturevalue("postgres")
    upgrade(url)
    engine = make_engine(url)
    yield make_sessions(engine)
    engine.dispose()

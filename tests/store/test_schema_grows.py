"""The tables only grow: an old process goes on beside a new one, whichever of them migrated."""

import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from sqlalchemy.types import TypeEngine

from ivr.store.engine import make_engine, make_sessions
from ivr.store.migrate import _config, pending, upgrade
from ivr.store.models import Call
from tests.harness.far_line import NOW

pytestmark = pytest.mark.integration

RELEASED = "0007"  # the newest migration of the last release: raised when one is made


def tables_at(url: str, revision: str) -> sa.MetaData:
    command.upgrade(_config(url), revision)
    engine, found = make_engine(url), sa.MetaData()
    found.reflect(engine)
    engine.dispose()
    return found


def length(kind: TypeEngine[object]) -> float:
    return getattr(kind, "length", None) or float("inf")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'grown.db'}"
    return str(request.getfixturevalue("postgres"))


def test_the_last_releases_tables_stand_and_what_is_new_needs_no_word_of_it(url: str) -> None:
    old, new = tables_at(url, RELEASED), tables_at(url, "head")
    for table in old.sorted_tables:
        grown = new.tables[table.name]
        for column in table.columns:
            assert length(grown.columns[column.name].type) >= length(column.type), f"{table.name}.{column.name}"
            assert grown.columns[column.name].nullable or not column.nullable, f"{table.name}.{column.name}"
        for column in grown.columns:
            if column.name not in table.columns:
                assert column.nullable or column.server_default is not None, f"{table.name}.{column.name}"
        known = {one for one in _unique(grown) if set(one) <= set(table.columns.keys())}
        assert known <= _unique(table), table.name


def test_an_old_processes_rows_are_kept_and_read_by_a_new_one(url: str) -> None:
    old = tables_at(url, RELEASED)
    tables_at(url, "head")
    engine = make_engine(url)
    with engine.begin() as connection:
        for table in old.sorted_tables:
            if table.name != "alembic_version":
                row = {column.name: _some(column) for column in table.columns}
                connection.execute(table.insert().values(row))
    with make_sessions(engine)() as tx:
        for mapper in Call.registry.mappers:
            tx.scalars(sa.select(mapper.class_)).all()
    engine.dispose()


def test_an_old_process_starts_on_a_database_that_a_newer_one_has_migrated(url: str) -> None:
    upgrade(url)
    engine = make_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    upgrade(url)
    assert not pending(engine)
    engine.dispose()


@pytest.mark.slow
def test_many_processes_that_start_at_once_migrate_once(url: str) -> None:
    code = f"from ivr.store.migrate import upgrade; upgrade({url!r})"
    started = [subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE) for _ in range(4)]
    said = [process.communicate(timeout=100)[1] for process in started]
    assert [process.returncode for process in started] == [0] * 4, said
    engine = make_engine(url)
    assert not pending(engine)
    engine.dispose()


def _unique(table: sa.Table) -> set[tuple[str, ...]]:
    """What must differ between rows."""
    return {tuple(sorted(c.name for c in index.columns)) for index in table.indexes if index.unique} | {
        tuple(sorted(c.name for c in one.columns)) for one in table.constraints if isinstance(one, sa.UniqueConstraint)
    }


def _some(column: sa.Column[object]) -> object:
    kind = column.type
    if isinstance(kind, sa.DateTime):
        return NOW
    if isinstance(kind, sa.Date):
        return NOW.date()
    if isinstance(kind, sa.JSON):
        return {}
    if isinstance(kind, sa.Boolean):
        return True
    if isinstance(kind, sa.Integer | sa.Float):
        return 1
    return "1"

"""Every column that could hold something personal says how it is forgotten, or that it holds none."""

import pytest
from sqlalchemy import JSON, String

from ivr.recordings.personal import BY_PERSON, FREE, RULES, WHOLE_TABLES
from ivr.store import audit
from ivr.store.models import Base

pytestmark = pytest.mark.unit

TABLES = {table.name: table for table in Base.metadata.sorted_tables}
assert audit.AuditChain.__tablename__ in TABLES


def columns(table: str) -> set[str]:
    """Those of text or JSON, by their names in the models."""
    return {column.name for column in TABLES[table].columns if isinstance(column.type, String | JSON)}


def forgotten(table: str) -> set[str]:
    by_call = {column for rule in RULES if rule.table.__tablename__ == table for column in rule.columns}
    return by_call | {name.partition(".")[2] for name in BY_PERSON if name.partition(".")[0] == table}


@pytest.mark.parametrize("table", sorted(set(TABLES) - set(WHOLE_TABLES)))
def test_each_column_of_text_is_forgotten_or_free_of_what_is_personal(table: str) -> None:
    free = FREE.get(table, set())
    unnamed = columns(table) - forgotten(table) - free
    assert not unnamed, f"say in ivr/recordings/personal.py how {table}.{sorted(unnamed)} are forgotten, or why not"
    assert not forgotten(table) & free
    assert free <= columns(table) and forgotten(table) <= columns(table)


def test_no_table_is_named_that_is_not_there() -> None:
    assert set(WHOLE_TABLES) | set(FREE) <= set(TABLES)

"""How SQLite finds the rows of every statement that the house's own code issues while tests run.

A statement that reads a growing table from end to end is quick in every test and slow on a grown line, so the database
is asked for its plan: growing tables are searched by an index, or read along one up to a LIMIT.
"""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from sqlalchemy import Connection, Engine, event

ROOT = Path(__file__).parents[2]
HOUSE = (f"{ROOT / 'ivr'}/", f"{ROOT / 'workers'}/", f"{ROOT / 'app.py'}")
MIGRATIONS = f"{ROOT / 'ivr' / 'store' / 'migrations'}/"  # once for each database, and all of it
OURS = (*HOUSE, f"{ROOT / 'tests'}/", f"{ROOT / 'bench'}/")
SMALL = {
    "agents": "the people of the house",
    "alembic_version": "one row",
    "api_keys": "a few machines, each named by an admin",
    "audit_chain": "one row",
    "holds": "the few calls that an authority wants",
    "brakes": "one for each intent at most",
    "saved_searches": "each named by a reviewer, and all are read when one person is forgotten",
    "scorecard_versions": "each written by hand, a few in a year",
    "scorecards": "a few, each written by hand",
    "sqlite_master": "the tables themselves",
    "sqlite_schema": "the tables themselves",
    "sqlite_temp_master": "tables for a while",
}
READS_ROWS = re.compile(r"\(*(SELECT|UPDATE|DELETE|WITH)\b")
_good: set[str] = set()


@contextmanager
def judged() -> Iterator[list[str]]:
    """What is found wanting meanwhile, in any SQLite file: each statement and the line of the house that issued it."""
    bad: list[str] = []

    def look(connection: Connection, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if connection.dialect.name != "sqlite" or statement in _good or not READS_ROWS.match(statement):
            return
        where = _issued_by()
        if where is None:
            return
        raw: Any = connection.connection.driver_connection
        one = parameters[0] if isinstance(parameters, list) else parameters
        steps = [row[3] for row in raw.execute(f"EXPLAIN QUERY PLAN {statement}", one)]
        if faults := _faults(steps, statement):
            bad.append(f"{where}: {faults}\n{statement}")
        else:
            _good.add(statement)

    event.listen(Engine, "before_cursor_execute", look)
    try:
        yield bad
    finally:
        event.remove(Engine, "before_cursor_execute", look)


def _faults(steps: list[str], statement: str) -> list[str]:
    """The steps of the plan that read a growing table from end to end."""
    if "LIMIT" in statement and "WHERE" not in statement and not any("TEMP B-TREE" in step for step in steps):
        return []  # the first few along the key
    return [step for step in steps if _reads_all(step, statement)]


def _reads_all(step: str, statement: str) -> bool:
    found = re.match(r"(SCAN|SEARCH) (\w+)(.*)", step)
    if found is None or _table(found[2], statement) in SMALL or found[2] == "CONSTANT":
        return False
    if found[1] == "SEARCH":
        return "AUTOMATIC" in found[3]
    if "VIRTUAL TABLE" in found[3]:  # the elements of a JSON value
        return False
    counted = "USING COVERING INDEX" in found[3] and "GROUP BY" in statement
    return not counted and not ("INDEX" in found[3] and "LIMIT" in statement)


def _table(name: str, statement: str) -> str:
    alias = re.search(rf"(\w+) AS {name}\b", statement)
    return alias[1] if alias else name


def _issued_by() -> str | None:
    """The nearest line that is no library's, if it is the house's."""
    frame: FrameType | None = sys._getframe(2)
    while frame is not None:
        name = frame.f_code.co_filename
        if name.startswith(OURS) and "plans.py" not in name:
            judge = name.startswith(HOUSE) and not name.startswith(MIGRATIONS)
            return f"{Path(name).relative_to(ROOT)}:{frame.f_lineno}" if judge else None
        if name.startswith("<template"):
            return name
        frame = frame.f_back
    return None

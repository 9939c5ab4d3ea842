"""How SQLite finds the rows of every statement that the house's own code issues while tests run.

A statement that reads a growing table from end to end is quick in every test and slow on a grown line, so the database
is asked for its plan: growing tables are searched by an index, or read along one up to a LIMIT.
"""

import re
import sys
from pathlib import Path
from types import FrameType
from typing import Any

from sqlalchemy import Engine, event

ROOT = Path(__file__).parents[1]
HOUSE = (f"{ROOT / 'ivr'}/", f"{ROOT / 'workers'}/")
OURS = (*HOUSE, f"{ROOT / 'tests'}/", f"{ROOT / 'bench'}/")
SMALL = {
    "agents": "the people of the house",
    "audit_chain": "one row",
    "brakes": "one for each intent at most",
    "sqlite_schema": "the tables themselves",
}
CHECKED = {  # the test modules whose statements are judged: between them they walk through services, pages and jobs
    "test_agent_page", "test_answers", "test_board_page", "test_brake", "test_call_backs_page", "test_call_service",
    "test_giving_up", "test_jobs", "test_metrics", "test_purge", "test_quality_pages", "test_queue", "test_service",
}  # fmt: skip
_good: set[str] = set()


class Plans:
    """`bad`: what was found wanting, each with the statement and the line of the house that issued it."""

    def __init__(self, engine: Engine) -> None:
        self.bad: list[str] = []
        event.listen(engine, "before_cursor_execute", self._look)

    def _look(self, connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement in _good or not statement.lstrip("(").startswith(("SELECT", "UPDATE", "DELETE", "WITH")):
            return
        where = _issued_by()
        if where is None:
            return
        raw = connection.connection.driver_connection
        one = parameters[0] if isinstance(parameters, list) else parameters
        steps = [row[3] for row in raw.execute(f"EXPLAIN QUERY PLAN {statement}", one)]
        faults = [step for step in steps if _reads_all(step, statement)]
        if "LIMIT" in statement and "WHERE" not in statement and not any("TEMP B-TREE" in step for step in steps):
            faults = []  # the first few along the key
        if faults:
            self.bad.append(f"{where}: {faults}\n{statement}")
        else:
            _good.add(statement)


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
            return f"{Path(name).relative_to(ROOT)}:{frame.f_lineno}" if name.startswith(HOUSE) else None
        if name.startswith("<template"):
            return name
        frame = frame.f_back
    return None

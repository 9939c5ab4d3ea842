"""The pages of threats and of faults are true: each row has its control and names a test that there is."""

import re
from functools import cache
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[2]
PAGES = ("security.md", "reliability.md")
ROW = re.compile(r"^\| (?P<what>[^|]+) \| (?P<control>[^|]+) \| (?P<tests>[^|]+) \|$", re.MULTILINE)


@cache
def all_tests() -> frozenset[str]:
    texts = (path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    return frozenset(name for text in texts for name in re.findall(r"^(?:async )?def (test_\w+)", text, re.MULTILINE))


def rows(page: str) -> list[tuple[str, str, list[str]]]:
    found = ROW.findall((ROOT / "docs" / page).read_text())
    return [
        (what, control, re.findall(r"`(test_\w+)`", tests))
        for what, control, tests in found
        if not set(what) <= {"-", " "} and tests.strip() != "test"
    ]


@pytest.mark.parametrize("page", PAGES)
def test_every_row_names_a_test_that_there_is(page: str) -> None:
    table = rows(page)
    assert len(table) > 20
    missing = {what: [name for name in names if name not in all_tests()] or ["none named"]
               for what, _, names in table if not names or not set(names) <= all_tests()}  # fmt: skip
    assert not missing


@pytest.mark.parametrize("page", PAGES)
def test_nothing_stands_twice(page: str) -> None:
    whats = [what for what, _, _ in rows(page)]
    assert len(whats) == len(set(whats))

"""The arithmetic of scaling: the page has its table, and what grows grows."""

import subprocess
import sys

import pytest

from tests.deploy.tools import DEPLOY, ROOT

pytestmark = pytest.mark.unit


def told(*words: str) -> str:
    done = subprocess.run(
        [sys.executable, str(DEPLOY / "scaling.py"), *words], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def value(row: str, *words: str) -> float:
    [line] = [line for line in told(*words).splitlines() if line.startswith(f"| {row} |")]
    return float(line.split("|")[2].strip().replace(",", "").rstrip("%"))


def test_the_page_has_the_table_that_the_script_makes() -> None:
    assert told("1000", "100000") in (ROOT / "docs" / "scaling.md").read_text()


def test_half_as_many_calls_a_core_need_twice_the_cores() -> None:
    row = "cores that hear and speak (media)"
    assert value(row, "3000", "--calls-per-core", "7.5") == 2 * value(row, "3000", "--calls-per-core", "15")


def test_a_small_line_has_two_machines_all_the_same() -> None:
    assert value("machines", "10") == 2


def test_longer_calls_cost_the_stores_less() -> None:
    assert value("commits a second", "1000", "--call-seconds", "360") < value("commits a second", "1000")

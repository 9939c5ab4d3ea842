"""The page that tells what the caller hears names tests that there are."""

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[2]
STORIES = ("failures", "traps", "callbacks")


def test_every_failure_of_the_page_has_its_test_and_every_test_its_row() -> None:
    named = set(re.findall(r"`(test_\w+)` \|$", (ROOT / "docs" / "developers.md").read_text(), re.MULTILINE))
    files = {story: (ROOT / "tests" / "handoff" / f"test_{story}_on_the_switch.py").read_text() for story in STORIES}
    played = {story: set(re.findall(r"^def (test_\w+)", text, re.MULTILINE)) for story, text in files.items()}
    assert named <= set.union(*played.values())
    assert played["failures"] | played["traps"] <= named

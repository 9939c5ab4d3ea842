"""The page with the flows is what the code does."""

from pathlib import Path

import pytest

from ivr.dialogue.flow_docs import flows_page

pytestmark = pytest.mark.unit

PAGE = Path(__file__).parents[2] / "docs" / "flows.md"


def test_the_page_is_current() -> None:
    assert PAGE.read_text() == flows_page(), "run `warmline prompts --write docs/flows.md`"

"""`docs/figures.md` says of each figure what its definition says, in the same order."""

from pathlib import Path

import pytest

from ivr.quality.figures.definitions import OTHERS, RATIOS

pytestmark = pytest.mark.unit

PAGE = Path(__file__).parents[3] / "docs" / "figures.md"


def test_the_documents_definitions_are_the_pages() -> None:
    written = PAGE.read_text(encoding="utf-8").split("\n### ")[1:]
    found = {}
    for section in written:
        name, _, words = section.partition("\n")
        found[name] = " ".join(words.split("\n## ")[0].split())
    assert list(found.items()) == [(one.name, one.meaning) for one in (*RATIOS, *OTHERS)]

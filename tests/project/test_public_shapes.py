"""What others rely on stays as it is: tables, addresses, settings, commands, documents and their words.

A wanted change is accepted with `make shapes`, and stands in the same commit.
"""

from pathlib import Path

import pytest

from tests.project.shapes import frozen
from tests.project.shapes.every import SHAPES
from tests.project.shapes.example import shape_of
from tests.project.shapes.frozen import FOLDER, Shape, accept, change

pytestmark = pytest.mark.integration


@pytest.mark.parametrize(("name", "shape"), SHAPES.items(), ids=list(SHAPES))
def test_a_public_shape_is_as_it_was_frozen(name: str, shape: Shape) -> None:
    changed = change(name, shape())
    if changed:
        pytest.fail(f"a public shape has changed; if that is wanted: make shapes\n\n{changed}", pytrace=False)


def test_every_frozen_shape_is_still_read_from_the_code() -> None:
    assert {file.stem for file in FOLDER.glob("*.yaml")} == set(SHAPES)


def test_what_is_added_and_what_is_taken_away_are_lines_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frozen, "FOLDER", tmp_path)
    accept({"calls": lambda: {"columns": ["a", "b"]}})
    assert change("calls", {"columns": ["a", "b"]}) == ""
    lines = change("calls", {"columns": ["a", "c"]}).splitlines()
    assert [line for line in lines[2:] if line[0] in "+-"] == ["-  - b", "+  - c"]


def test_the_shape_of_documents_is_what_they_have_in_common_and_what_they_have_not() -> None:
    assert shape_of({"a": 1, "b": [{"c": "x"}]}, {"a": None}) == {"a": "number or nothing", "b?": [{"c": "text"}]}
    assert shape_of({"a": {"x": 1}}, {"a": None}) == {"a": {"nothing, or": {"x": "number"}}}
    assert shape_of({"uses": {"this": 1, "that": 2}}, maps=("uses",)) == {"uses": {"(any)": "number"}}

"""What others rely on stays as it is: tables, addresses, settings, commands, documents and their words.

A wanted change is accepted with `make shapes`, and stands in the same commit.
"""

import pytest

from tests.shapes.every import SHAPES
from tests.shapes.frozen import FOLDER, Shape, change


@pytest.mark.parametrize(("name", "shape"), SHAPES.items(), ids=list(SHAPES))
def test_a_public_shape_is_as_it_was_frozen(name: str, shape: Shape) -> None:
    changed = change(name, shape())
    assert not changed, f"a public shape has changed; if that is wanted, accept it with `make shapes`:\n\n{changed}"


def test_every_frozen_shape_is_still_read_from_the_code() -> None:
    assert {file.stem for file in FOLDER.glob("*.yaml")} == set(SHAPES)

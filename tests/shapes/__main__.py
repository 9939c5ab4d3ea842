"""Accepts the public shapes as they are now: `make shapes`."""

from tests.shapes.every import SHAPES
from tests.shapes.frozen import accept

accept(SHAPES)

"""Accepts the public shapes as they are now: `make shapes`."""

from tests.project.shapes.every import SHAPES
from tests.project.shapes.frozen import accept

accept(SHAPES)

"""The list of all public shapes: the name of the frozen file, and what reads the shape from the code."""

from tests.shapes import database, http, operator
from tests.shapes.frozen import Shape

SHAPES: dict[str, Shape] = {
    "database": database.tables,
    "http": http.routes,
    "settings": operator.settings,
    "command-line": operator.command_line,
}

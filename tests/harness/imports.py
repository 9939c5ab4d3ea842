"""Who imports whom here, read from the files: imports inside functions count, those for types alone do not."""

import ast
from collections.abc import Iterator, Mapping, Set
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("ivr", "speech", "twiml", "workers", "switch", "bench")

Graph = Mapping[str, Set[str]]


def module_name(file: Path) -> str:
    """`ivr/calls/__init__.py` is `ivr.calls`."""
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def imports(file: Path) -> frozenset[str]:
    """What the file may import when it runs; of `from a import b` both `a` and `a.b`, as `b` may be a module."""
    return frozenset(_imports(ast.parse(file.read_text())))


def _imports(node: ast.AST) -> Iterator[str]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (alias.name for alias in child.names)
        elif isinstance(child, ast.ImportFrom) and child.module:
            yield child.module
            yield from (f"{child.module}.{alias.name}" for alias in child.names)
        elif not (isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)):
            yield from _imports(child)


@cache
def import_graph() -> Mapping[str, frozenset[str]]:
    """Of each module of ours the modules of ours that it imports."""
    files = [ROOT / "app.py", *(file for package in PACKAGES for file in sorted((ROOT / package).rglob("*.py")))]
    modules = {module_name(file): file for file in files}
    return {name: (imports(file) & modules.keys()) - {name} for name, file in modules.items()}


def circle(graph: Graph) -> list[str]:
    """A way that leads back to where it began; empty when there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []

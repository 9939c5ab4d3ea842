"""The tests themselves: their folders mirror the packages, none imports another, and a double says that it is one."""

import ast
import re
from pathlib import Path

import pytest

from tests.harness.imports import PACKAGES, ROOT, imports, module_name

pytestmark = pytest.mark.integration

TESTS = ROOT / "tests"
# `ivr`: the modules at the line's root; `deploy`: files for other programs
BESIDE = {"fakes", "harness", "scenarios", "project", "deploy", "ivr"}
FILES = sorted(TESTS.rglob("*.py"))
OTHER_WORDS = re.compile(r"Twin|Double|Stub|Mock|Dummy|Scripted")


def classes(file: Path) -> list[str]:
    return [node.name for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.ClassDef)]


def mirrored(folder: Path) -> Path:
    """The package whose tests stand in `folder`: the line's own packages stand in it directly."""
    own = folder.relative_to(TESTS)
    return ROOT / own if own.parts[0] in PACKAGES else ROOT / "ivr" / own


@pytest.mark.parametrize(
    "folder",
    sorted({file.parent for file in TESTS.rglob("test_*.py") if file.relative_to(TESTS).parts[0] not in BESIDE}),
    ids=lambda folder: str(folder.relative_to(TESTS)),
)
def test_each_folder_of_tests_is_a_packages(folder: Path) -> None:
    assert (mirrored(folder) / "__init__.py").is_file()


def test_no_test_stands_loose() -> None:
    assert [file.name for file in TESTS.glob("*.py")] == ["conftest.py"]
    assert [str(file) for beside in ("fakes", "harness") for file in (TESTS / beside).rglob("test_*.py")] == []


def test_nobody_imports_a_test_or_a_conftest() -> None:
    tests = {module_name(file) for file in FILES if file.name.startswith("test_") or file.name == "conftest.py"}
    assert {module_name(file): found for file in FILES if (found := imports(file) & tests)} == {}


def test_whatever_stands_in_fakes_is_a_fake_by_name() -> None:
    fakes = sorted((TESTS / "fakes").glob("*.py"))
    assert [file.name for file in fakes if not file.name.startswith("fake_")] == []
    assert [name for file in fakes for name in classes(file) if not name.startswith("Fake")] == []


def test_a_double_is_called_nothing_else() -> None:
    assert [(file.name, name) for file in FILES for name in classes(file) if OTHER_WORDS.search(name)] == []

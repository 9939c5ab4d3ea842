"""What the docs name is there: files, folders, modules, links, make tasks, and tests."""

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[2]
PAGES = [
    *sorted((ROOT / "docs").glob("*.md")),
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "switch/README.md")),
]
FOLDERS = "deploy|ivr|speech|switch|workers|twiml|bench|tests|docs|requirements"
PATH = re.compile(rf"(?<![\w/.-])((?:{FOLDERS})/[\w./*-]*|app\.py|pyproject\.toml|Makefile)")
MODULE = re.compile(rf"`((?:{FOLDERS})(?:\.\w+)+)`")
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")
TASK = re.compile(r"`make ([a-z-]+)")
CODE = re.compile(r"`[^`\n]+`|^```.*?^```", re.MULTILINE | re.DOTALL)


def code_of(page: Path) -> str:
    return "\n".join(CODE.findall(page.read_text()))


def is_there(path: str) -> bool:
    path = path.rstrip(".")
    return any(ROOT.glob(path)) if "*" in path else (ROOT / path).exists()


def is_module(name: str) -> bool:
    """`name` is a module, or something that a module defines."""
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        path = ROOT.joinpath(*parts[:end])
        file = path.with_suffix(".py") if path.with_suffix(".py").exists() else path / "__init__.py"
        if file.exists():
            rest = parts[end : end + 1]
            return not rest or re.search(rf"\b{rest[0]}\b", file.read_text()) is not None
    return False


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_every_path_that_a_page_names_is_there(page: Path) -> None:
    assert [path for path in PATH.findall(code_of(page)) if not is_there(path)] == []


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_every_module_that_a_page_names_is_there(page: Path) -> None:
    assert [name for name in MODULE.findall(page.read_text()) if not is_module(name)] == []


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_every_link_of_a_page_leads_to_a_file(page: Path) -> None:
    assert [link for link in LINK.findall(page.read_text()) if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_every_make_task_that_a_page_names_is_there(page: Path) -> None:
    tasks = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(TASK.findall(page.read_text())) <= tasks

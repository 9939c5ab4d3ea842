"""The shape of the code: few modules at the root, no circles, and nothing that serves calls knows the benches."""

from collections import defaultdict

import pytest

from tests.harness.imports import ROOT, circle, import_graph

pytestmark = pytest.mark.integration

FEW = 10


def test_few_modules_stand_at_the_lines_root() -> None:
    assert len(list((ROOT / "ivr").glob("*.py"))) <= FEW


def test_no_files_import_each_other_in_a_circle() -> None:
    assert circle(import_graph()) == []


def test_no_packages_of_the_line_import_each_other_in_a_circle() -> None:
    packages = defaultdict[str, set[str]](set)
    for module, imported in import_graph().items():
        ours = {_package(other) for other in imported if other.startswith("ivr.")}
        if module.startswith("ivr."):
            packages[_package(module)] |= ours - {_package(module)}
    assert circle(packages) == []


def test_the_line_knows_nothing_of_the_benches() -> None:
    graph = import_graph()
    served = [module for module in graph if module.partition(".")[0] != "bench"]
    assert [(module, other) for module in served for other in graph[module] if other.partition(".")[0] == "bench"] == []


def test_a_circle_is_found() -> None:
    assert set(circle({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}})) == {"a", "b", "c"}
    assert circle({"a": {"b", "c"}, "b": {"c"}}) == []


def _package(module: str) -> str:
    return ".".join(module.split(".")[:2])

"""One command measures everything, and says what it lacks."""

from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from click.testing import CliRunner

from bench.registry import MODULES, summary
from ivr.cli.main import main, registered

pytestmark = pytest.mark.integration


@pytest.mark.parametrize("name", ["accuracy", "turns", "bargein", "echo", "latency"])
def test_a_folder_without_recordings_is_named(name: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["bench", name, "--data", str(tmp_path)])
    assert result.exit_code == 2
    assert f"{tmp_path}/speech.jsonl: not there" in result.output


def test_recordings_are_asked_for_where_they_are_needed() -> None:
    result = CliRunner().invoke(main, ["bench", "turns"])
    assert result.exit_code == 2
    assert "--data" in result.output


@pytest.mark.parametrize("name", MODULES)
def test_help_says_what_a_bench_measures(name: str) -> None:
    result = CliRunner().invoke(main, ["bench", "--help"], terminal_width=200)
    assert f"  {name} " in result.output
    assert summary(name) in result.output


@pytest.mark.parametrize("value", ["nowhere.at_all:bench", "bench.cli:nothing", "bench.registry:MODULES"])
def test_a_broken_package_breaks_its_own_command_alone(value: str) -> None:
    command = registered(EntryPoint("bench", value, "warmline.commands"))
    result = CliRunner().invoke(command, ["latency", "--many", "3"])
    assert command.name == "bench"
    assert result.exit_code == 3
    assert f"{value} cannot be loaded" in result.output

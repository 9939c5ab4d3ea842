"""One command measures everything, and says what it lacks."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from bench.cli import bench


@pytest.mark.parametrize("name", ["accuracy", "turns", "bargein", "echo", "latency"])
def test_a_folder_without_recordings_is_named(name: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(bench, [name, "--data", str(tmp_path)])
    assert result.exit_code == 2
    assert f"{tmp_path}/speech.jsonl: not there" in result.output


def test_recordings_are_asked_for_where_they_are_needed() -> None:
    result = CliRunner().invoke(bench, ["turns"])
    assert result.exit_code == 2
    assert "--data" in result.output

"""The bench of a grown database does what it says, on a small one."""

from pathlib import Path

import pytest

from bench.calls.store import WORKS, run
from ivr.settings import Settings

pytestmark = pytest.mark.integration


@pytest.mark.slow
@pytest.mark.timeout(600)  # seconds on a free machine
def test_every_part_of_the_house_works_beside_the_writes(tmp_path: Path) -> None:
    said: list[str] = []
    result = run(Settings(data_dir=tmp_path), many=400, seconds=2.0, tell=said.append)
    assert result["figures"]["writes"] == 40
    assert all(result["figures"][f"{name}_rounds"] >= 1 for name in WORKS)
    run(Settings(data_dir=tmp_path), many=400, seconds=0.2, tell=said.append)
    assert sum(line.startswith("Filling") for line in said) == 1

"""Strangers call through the switch, with sound: each gets what they called for, every time."""

import shutil
from pathlib import Path

import pytest

from bench.strangers.bench import run
from bench.strangers.voices import PROGRAM
from ivr.settings import Settings

pytestmark = [
    pytest.mark.switch,
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which(PROGRAM) is None, reason=f"the strangers' voices need {PROGRAM}"),
]


@pytest.mark.timeout(7200)
def test_forty_strangers_get_what_they_called_for_three_times(tmp_path: Path) -> None:
    found = run(Settings(data_dir=tmp_path), many=40, seed=1, times=3)
    figures = found["figures"]
    wrong = {name: figures[name] for name in ("dead_ends", "wrong_money", "wrong_facts")}
    assert wrong == dict.fromkeys(wrong, 0), found["causes"]
    assert figures["every_time_percent"] >= 95, found["causes"]

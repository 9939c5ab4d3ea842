"""A whole line in simulated worlds, with every fault: nothing is lost or done twice, and any run is repeated."""

import os
import subprocess
import sys

import pytest

from bench.simulation.faults import KINDS
from bench.simulation.play import Played, play, shortest

pytestmark = pytest.mark.integration
CALLS = range(1, 31)


def told(played: Played) -> list[str]:
    return [f"{played.seed}: {wrong}" for wrong in played.wrongs]


def test_with_no_fault_nothing_is_wrong() -> None:
    assert told(play("calm", CALLS, frozenset(KINDS))) == []


@pytest.mark.parametrize("seed", ["1", "2"])
def test_with_every_fault_nothing_is_lost_silent_or_done_twice(seed: str) -> None:
    played = play(seed, CALLS)
    assert told(played) == []
    assert len({kind for kind, _ in played.fired}) > 8


def test_the_same_seed_writes_the_same_history_whatever_the_order_of_hashes() -> None:
    program = "from bench.simulation.play import play; print(play('same', range(1, 4)).history.digest)"
    digests = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1


def test_what_goes_wrong_is_told_by_its_shortest_history(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.simulation.hearing.LONGEST_SILENCE", 0.01)
    found = play("short", range(1, 5))
    assert found.kinds == {"silent"}
    least = shortest(found, lambda _line: None)
    assert (least.kinds, len(least.calls), least.fired) == ({"silent"}, 1, ())

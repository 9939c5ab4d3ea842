"""The table of faults by outcomes, the worst kind first."""

import json
from dataclasses import replace

import pytest

from bench.faults.report import Result, as_json, figures, from_json, lines, table

pytestmark = pytest.mark.unit

RIGHT = Result(
    call="CA1", seed=1, wave=0, kind="web-killed", store="sqlite", goal="balance", outcome="right", twice=(),
    silence=1.0, again=None, moment=9.0, during="music", told="",
)  # fmt: skip


def test_the_kind_that_loses_calls_comes_first_and_the_sum_last() -> None:
    lost = replace(RIGHT, kind="host-lost", outcome="lost")
    rows = table([RIGHT, RIGHT, lost])
    assert [(row[0], row[1], row[2], row[5]) for row in rows] == [
        ("host-lost", 1, 0, 1), ("web-killed", 2, 2, 0), ("all", 3, 2, 1),
    ]  # fmt: skip


def test_a_call_that_was_over_before_the_fault_is_not_counted() -> None:
    assert table([RIGHT, replace(RIGHT, outcome="spared")])[-1][1] == 1


def test_who_was_asked_twice_is_counted_beside_the_outcome() -> None:
    assert figures([RIGHT, replace(RIGHT, twice=("pin",))]) | {} == {
        "calls": 2, "right": 2, "person": 0, "message": 0, "lost": 0, "twice": 1,
        "silence_p50_s": 1.0, "silence_p95_s": 1.0, "silence_max_s": 1.0,
    }  # fmt: skip


def test_how_soon_a_caller_hears_somebody_again_is_told_of_killed_media_processes_and_of_lost_hosts() -> None:
    killed = replace(RIGHT, kind="media-killed", again=0.5)
    found = figures([killed, replace(killed, again=1.2), replace(RIGHT, again=9.0)])
    assert found["again_media-killed_p95_s"] == 1.2
    assert "again_host-lost_p95_s" not in found


def test_columns_stand_below_each_other() -> None:
    shown = lines(table([RIGHT, replace(RIGHT, kind="redis-wiped", silence=12.25)]))
    assert len({len(line) for line in shown}) == 1
    assert shown[1].startswith("redis-wiped")


def test_a_result_outlives_its_file() -> None:
    result = replace(RIGHT, twice=("pin",))
    assert from_json(json.loads(json.dumps(as_json(result)))) == result

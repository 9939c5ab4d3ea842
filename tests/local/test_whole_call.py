"""One whole call through the switch: real Whisper, real Redis, a real worker process, a person at the end."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.harness.running_line import free_ports

pytestmark = [pytest.mark.speech, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The result of `warmline demo --once --json` in an empty folder."""
    folder = tmp_path_factory.mktemp("house")
    ports = dict(zip(("WARMLINE_PORT", "WARMLINE_MEDIA_PORT", "WARMLINE_SWITCH_PORT"), free_ports(3), strict=True))
    environment = {**os.environ, "WARMLINE_DATA_DIR": str(folder / "var"), **{k: str(v) for k, v in ports.items()}}
    ran = subprocess.run(
        [sys.executable, "-m", "ivr", "demo", "--once", "--json"],
        cwd=Path(__file__).parents[2], env=environment, capture_output=True, text=True, timeout=280, check=False,
    )  # fmt: skip
    assert ran.stdout, ran.stderr
    result: dict[str, Any] = json.loads(ran.stdout)
    result["exit"] = ran.returncode
    result["stderr"] = ran.stderr
    return result


def _texts(part: object) -> Iterator[str]:
    """Every text in it, keys of tables too; no numbers, whose decimals may look like a PIN."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict):
        for key, value in part.items():
            yield from (key, *_texts(value))
    elif isinstance(part, list):
        for value in part:
            yield from _texts(value)


def test_it_goes_as_it_should(demo: dict[str, Any]) -> None:
    assert (demo["problems"], demo["exit"], demo["outcome"]) == ([], 0, "handed-off"), demo["stderr"]


def test_the_caller_is_heard_and_the_ledgers_balance_is_spoken(demo: dict[str, Any]) -> None:
    caller = " ".join(turn["text"].lower() for turn in demo["turns"] if turn["speaker"] == "caller")
    bot = " ".join(turn["text"].lower() for turn in demo["turns"] if turn["speaker"] == "bot")
    assert "balance" in caller and "dispute" in caller
    assert "two thousand four hundred fifty dollars" in bot and "seventeen cents" in bot


def test_the_pin_stands_nowhere(demo: dict[str, Any]) -> None:
    words = " ".join(_texts({"turns": demo["turns"], "handoff": demo["handoff"]})).lower()
    assert "balance" in words
    assert "2749" not in words and "seven four nine" not in words


def test_the_agent_knows_before_he_speaks(demo: dict[str, Any]) -> None:
    handoff = demo["handoff"]
    assert handoff["state"] == "served"
    assert handoff["attempts"][0]["outcome"] == "accepted"
    assert any("dispute" in line["text"].lower() for line in handoff["brief"]["transcript"])


def test_the_agent_and_caller_are_heard_after_the_bridge(demo: dict[str, Any]) -> None:
    assert any("Ada" in turn["text"] for turn in demo["turns"] if turn["speaker"] == "agent")


def test_the_recording_has_both_sides_and_the_whole_length(demo: dict[str, Any]) -> None:
    recording = demo["recording"]
    assert recording["channels"] == 2
    assert abs(recording["seconds"] - max(turn["end"] or 0 for turn in demo["turns"])) < 15
    assert {line["channel"] for line in recording["transcript"]} == {1, 2}

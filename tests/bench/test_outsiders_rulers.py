"""The rulers of others: their definitions of interaction, and calls kept as their analyser reads them."""

import json
import wave
from pathlib import Path

import numpy as np
import pytest

from bench.calls.kept_calls import keep_call
from bench.speech.interaction import panel, signal_of, yielded_after
from speech.audio import FRAME, encode

pytestmark = pytest.mark.unit


def played(*spans: tuple[float, float]) -> list[float]:
    """The starts of the bot's frames in the spans, in seconds."""
    return [frame / 50 for start, end in spans for frame in range(round(start * 50), round(end * 50))]


def test_the_bot_yields_in_the_first_whole_tick_without_it() -> None:
    assert yielded_after(played((0.0, 1.5), (3.0, 4.0)), 1.05, 2.0) == pytest.approx(0.6)


def test_a_pause_shorter_than_a_tick_is_no_yield() -> None:
    assert yielded_after(played((0.0, 1.5), (1.66, 4.0)), 1.05, 2.0) is None


def test_what_ends_after_the_window_is_no_yield() -> None:
    assert yielded_after(played((0.0, 2.2)), 1.0, 1.0) is None
    assert yielded_after(played((0.0, 2.2)), 1.0, 2.0) == pytest.approx(1.2)


def test_the_panel_counts_yields_for_interruptions_and_against_all_else() -> None:
    found = panel([("yield", 0.4), ("yield", None), ("backchannel", None), ("backchannel", 0.2), ("vocal tic", None)])
    assert found == {
        "tau-voice yield rate, % of 2": 50.0,
        "tau-voice yield latency, mean ms": 400.0,
        "tau-voice selectivity backchannel, % of 2": 50.0,
        "tau-voice selectivity vocal tic, % of 1": 100.0,
    }


def test_each_kind_of_sound_is_one_of_their_signals_or_none() -> None:
    kinds = ["interruption, neural", "hum", "backchannel-people", "laugh", "cough", "people nearby", "knock", "bark"]
    signals = ["yield", "backchannel", "backchannel", "vocal tic", "vocal tic", "non-directed", None, None]
    assert [signal_of(kind) for kind in kinds] == signals


def test_a_kept_call_has_the_caller_left_and_the_line_right(tmp_path: Path) -> None:
    said, heard = encode(np.full(2 * FRAME, 8000, np.int16)), encode(np.full(3 * FRAME, -4000, np.int16))
    keep_call(tmp_path / "run", 7, said, heard, ["balance", "bye"])
    with wave.open(str(tmp_path / "run" / "call-0007" / "recording.wav"), "rb") as file:
        assert (file.getnchannels(), file.getframerate(), file.getnframes()) == (2, 8000, 2 * FRAME)
        both = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)
    assert both[0, 0] > 7000 and both[0, 1] < -3500
    told = json.loads((tmp_path / "run" / "call-0007" / "metadata.json").read_text())
    assert told["mode"] == "scripted_dialog" and [turn["spoken"] for turn in told["turns"]] == [True, True]

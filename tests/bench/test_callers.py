"""The benches' callers measure to the sample, and their figures say what was measured."""

import base64
import json
from datetime import date
from typing import Any

import numpy as np
import pytest

from bench.calls import capacity, latency, soak
from bench.peers import compare
from bench.tools.callers import LOUD, PATIENCE, Caller, Clip, first_sound, percentile, trimmed
from bench.tools.line import bench_account
from bench.tools.recorded_speech import NoDataError
from bench.tools.sayings import human_clips, rendered_clips, sayings
from bench.tools.streams import Stream
from speech.audio import FRAME, RATE, SILENCE, Samples, encode

pytestmark = pytest.mark.unit

VOICE = encode(np.full(FRAME, 8000, np.int16))


def sound(samples: int) -> Samples:
    return np.full(samples, 6000, np.int16)


def run(caller: Caller, heard: list[bytes | None]) -> None:
    for frame in heard:
        caller.frame()
        caller.hear(frame)


def test_an_answer_is_measured_from_the_last_sample_said_to_the_first_heard() -> None:
    caller = Caller(lambda: None)
    caller.say(Clip("open", "", sound(3 * FRAME - 80)))  # ends 10 ms before its last frame does
    late = bytearray(SILENCE)
    late[40:] = VOICE[40:]  # begins 5 ms into the frame
    run(caller, [None] * 10 + [bytes(late)])
    [turn] = caller.turns
    assert turn.ms == pytest.approx(20 * 7 + 10 + 5)


def test_the_far_side_speaking_before_the_end_is_a_cut_and_no_answer() -> None:
    caller = Caller(lambda: None)
    caller.say(Clip("open", "", sound(5 * FRAME)))
    run(caller, [None, VOICE, None, None, None, None, VOICE])
    [turn] = caller.turns
    assert turn.cut
    assert turn.ms is None


def test_the_caller_is_asked_once_the_far_side_rests() -> None:
    asked: list[int] = []
    caller = Caller(lambda: asked.append(1), rest=0.1)
    run(caller, [VOICE] * 5 + [None] * 5)
    assert not asked
    run(caller, [None] * 20)
    assert asked == [1]


def test_a_caller_who_gets_no_answer_is_asked_all_the_same() -> None:
    asked: list[int] = []
    caller = Caller(lambda: asked.append(1))
    run(caller, [None] * (round(PATIENCE * 50) - 1))
    assert not asked
    run(caller, [None] * 3)
    assert asked == [1]


def test_what_a_caller_says_ends_with_its_last_sound() -> None:
    quiet = np.full(RATE, 20, np.int16)
    assert len(trimmed(np.concatenate([quiet, sound(RATE), quiet]))) == RATE


def test_a_faint_consonant_at_the_end_is_still_what_he_says() -> None:
    quiet, hiss = np.full(RATE, 20, np.int16), sound(RATE) // 32  # 30 dB below its vowel
    assert len(trimmed(np.concatenate([quiet, sound(RATE), hiss, quiet]))) == 2 * RATE


def test_a_frame_of_line_noise_is_no_sound() -> None:
    assert first_sound(encode(np.full(FRAME, LOUD // 3, np.int16))) is None


@pytest.mark.parametrize(("share", "value"), [(0.0, 1), (0.5, 6), (0.95, 10), (1.0, 10)])
def test_percentiles_are_by_nearest_rank(share: float, value: float) -> None:
    assert percentile(list(range(10, 0, -1)), share) == value


def test_the_percentile_of_nothing_is_zero() -> None:
    assert percentile([], 0.5) == 0.0


def test_everything_that_is_said_was_rendered() -> None:
    said = sayings()
    assert all(clips for clips in (*said.wishes.values(), *said.answers.values()))
    assert len(rendered_clips()) > 50


def test_a_folder_without_recordings_is_named(tmp_path: Any) -> None:
    with pytest.raises(NoDataError, match="digit_strings"):
        sayings(tmp_path)
    with pytest.raises(NoDataError, match=str(tmp_path)):
        human_clips(tmp_path)


def test_each_account_has_figures_of_its_own_and_the_same_each_time() -> None:
    def told(index: int) -> list[Any]:
        account, rows = bench_account(index, "2749", date(2026, 3, 2))
        assert account.minimum <= account.due <= account.balance
        assert 5_000 <= account.balance <= account.funds[0]["available"]  # what the callers pay
        rows_told = [(row.text, row.amount, row.on) for row in rows]
        return [account.balance, account.due, account.minimum, account.funds[0]["name"], rows_told]

    assert all(first != second for first, second in zip(told(1), told(2), strict=True))
    assert told(1) == told(1)


# --- streams ---


def stream() -> Stream:
    return Stream("ws://127.0.0.1:1/media", Caller(lambda: None))


def media(of: Stream, frames: int) -> str:
    payload = base64.b64encode(VOICE * frames).decode()
    return json.dumps({"event": "media", "streamSid": of.sid, "media": {"payload": payload}})


def mark(of: Stream) -> str:
    return f'{{"event":"mark","streamSid":"{of.sid}","mark":{{"name":"1"}}}}'


def test_sound_that_comes_after_it_was_due_is_late() -> None:
    line = stream()
    line._take(mark(line))
    line._take(media(line, 2))
    for _ in range(5):
        line._tick()
    line._take(media(line, 1))
    assert line.late == [pytest.approx(60)]


def test_a_new_sentence_is_not_late() -> None:
    line = stream()
    line._take(media(line, 2))
    for _ in range(5):
        line._tick()
    line._take(mark(line))
    line._take(media(line, 1))
    assert line.late == []


# --- figures ---


def turn(kind: str, ms: float | None, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "ms": ms, "cut": False, **more}


def test_latency_is_told_over_all_and_by_kind() -> None:
    figures = latency.figures([turn("open", 500.0), turn("yes-no", 200.0), turn("digits", 300.0, wait=100.0)])
    assert figures["p50_ms"] == 300
    assert figures["p95_ms"] == 500
    assert (figures["yes_no_p50_ms"], figures["digits_p50_ms"], figures["line_wait_p50_ms"]) == (200, 300, 100)


def test_a_turn_without_an_answer_is_not_counted_as_fast() -> None:
    figures = latency.figures([turn("open", 500.0), turn("open", None) | {"cut": True}])
    assert (figures["turns"], figures["p50_ms"], figures["cut_off"]) == (1, 500, 1)


def level(calls: int, mb: float, ok: bool, **more: float) -> dict[str, Any]:
    return {"calls": calls, "media_mb": mb, "ok": ok, "p95_ms": 700.0, **more}


def test_capacity_is_the_last_level_that_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    figures = capacity.figures([level(5, 400, True), level(25, 440, True), level(30, 500, False)], 240.0)
    assert figures["calls_per_core"] == 12.5
    assert (figures["h_ms"], figures["calls_per_core_times_h_seconds"]) == (240.0, 3.0)
    assert figures["mb_per_call"] == 2.0


def test_the_limit_is_found_to_two_calls() -> None:
    limit = 33
    table: list[dict[str, Any]] = []
    while (calls := capacity.next_level(table, 100, 12)) is not None:
        table.append(level(calls, 400 + calls, calls <= limit))
    tried = [row["calls"] for row in table]
    assert tried == [12, 24, 36, 30, 33, 34]
    assert 0 <= limit - capacity.figures(table, 240.0)["calls"] < capacity.CLOSE


def test_the_rise_ends_where_as_many_as_wanted_are_held() -> None:
    assert capacity.next_level([level(5, 400, True)], 9, 5) is None


def test_what_the_answers_shall_take_hangs_on_the_hearing() -> None:
    assert latency.aims(240.0) == {
        "open_p50_aim_ms": 420, "open_p95_aim_ms": 690, "yes_no_p50_aim_ms": 270, "digits_p50_aim_ms": 270
    }  # fmt: skip


def test_no_level_that_held_is_no_capacity() -> None:
    assert capacity.figures([level(5, 400, False)], 240.0)["calls_per_core"] == 0


def test_what_grew_most_gives_way_first() -> None:
    table = [
        level(5, 1, True, wait_p95_ms=300, listen_p95_ms=20),
        level(10, 1, False, wait_p95_ms=310, listen_p95_ms=900),
    ]
    assert capacity.gives_way(table) == "listen_p95_ms"


def test_peers_are_compared_by_ratio_and_by_words() -> None:
    rows = [
        {"bot": bot, "ms": ms, "cut": False, "words": 4, "wrong": wrong}
        for bot, ms, wrong in (("ours", 400.0, 1), ("plain", 1200.0, 1), ("pipecat", 2000.0, 2))
    ]
    figures = compare.figures(rows)
    assert (figures["pipecat_ratio_p50"], figures["plain_ratio_p95"]) == (5.0, 3.0)
    assert (figures["ours_word_errors_percent"], figures["pipecat_word_errors_percent"]) == (25.0, 50.0)


def test_what_grows_in_a_soak_is_told_for_an_hour_and_without_its_first_minutes() -> None:
    def minute(number: int) -> dict[str, int]:
        grown = 100 if number <= soak.WARM else 2 * number
        return dict.fromkeys(soak.GROWING, 0) | {"minute": number, "answers": 3, "media_mb": grown, "threads": 8}

    found = soak.figures([minute(number) for number in range(1, 21)])
    assert (found["answers"], found["media_mb_an_hour"], found["threads_an_hour"]) == (60, 120, 0)

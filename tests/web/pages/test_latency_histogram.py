"""The histogram of the bot's answers, and a call's figures: what they count and where they stand."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from ivr.store.models import Call
from ivr.web.pages.latency_histogram import read_latency, summarise
from tests.harness.web_pages import CALL, Web

pytestmark = pytest.mark.integration


def test_percentiles_are_waits_that_happened() -> None:
    found = summarise([100.0 * n for n in range(1, 101)])
    assert (found.count, found.p50, found.p95) == (100, 5_000.0, 9_500.0)


def test_each_answer_is_in_one_bar_and_the_slowest_in_the_last() -> None:
    bars = summarise([240.0, 250.0, 251.0, 9_000.0]).bars
    assert [(bar.upto, bar.count, bar.height) for bar in bars if bar.count] == [
        (250.0, 2, 100.0), (500.0, 1, 50.0), (None, 1, 50.0),
    ]  # fmt: skip


def test_no_answer_is_no_figure() -> None:
    found = summarise([])
    assert (found.count, found.p50, found.p95, {bar.count for bar in found.bars}) == (0, None, None, {0})


def test_the_last_days_answers_stand_on_the_board(web: Web) -> None:
    web.call()
    client = web.signed_in("Sam", "supervisor")
    page = client.get("/board/").text
    assert "Half of 2 answers came within <strong>540 ms</strong>" in page
    assert '<th scope="row">750 ms</th><td>2</td>' in page
    with web.sessions() as tx:
        assert read_latency(tx, web.clock.now() + timedelta(days=2)).count == 0


def test_a_board_without_answers_says_so(web: Web) -> None:
    assert "answered nobody yet" in web.signed_in("Sam", "supervisor").get("/board/").text


def how_it_went(client: FlaskClient) -> str:
    return client.get(f"/quality/calls/{CALL}").text


def test_a_calls_figures_stand_beside_it_and_outlive_its_words(web: Web) -> None:
    client = web.signed_in("Quinn", "reviewer")
    web.call(outcome="resolved")
    assert "<strong>625 ms</strong>" in how_it_went(client)
    with web.sessions.begin() as tx:
        call = tx.get_one(Call, CALL)
        call.figures = {
            "answers": [], "barge_ins": [180.0], "words_per_minute": {"caller": 151.0}, "talking": {}, "talk_over": 0.4,
            "silence": 3.2, "longest_silence": 1.1,
        }  # fmt: skip
        for turn in call.turns:
            turn.text = ""
    page = how_it_went(client)
    assert "1, it stopped after 180 ms" in page
    assert "Words a minute, caller" in page and ">151<" in page

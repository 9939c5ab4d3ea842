"""What the bot heard against what was said: each word that differs counts, and secrets do not."""

from typing import Any

import pytest

from ivr.recordings.comparison import compare, plain_words, wrong_words
from ivr.recordings.comparison_store import (
    Mishearing,
    keep_comparisons,
    misheard_turns,
    mishearing,
)
from ivr.store.engine import Sessions
from ivr.store.models import Call, Recording, Turn, TurnComparison
from tests.fakes.fake_clock import FakeClock

pytestmark = pytest.mark.integration

SID = "CA1"


def segment(text: str, start: float, channel: int = 1) -> dict[str, Any]:
    """Each word takes half a second."""
    words = [
        {"word": word, "start": start + number / 2, "end": start + number / 2 + 0.4, "confidence": 0.9}
        for number, word in enumerate(text.split())
    ]
    return {
        "channel": channel,
        "text": text,
        "start": start,
        "end": words[-1]["end"],
        "confidence": 0.9,
        "words": words,
    }


def turn(text: str, start: float, end: float, **more: Any) -> Turn:
    return Turn(
        **{"call_sid": SID, "key": f"{start}", "speaker": "caller", "via": "voice", **more},
        text=text,
        start=start,
        end=end,
    )


@pytest.mark.parametrize(
    ("said", "heard", "wrong"),
    [
        ("What is my balance?", "what is my balance", 0),
        ("what is my balance", "what is the balance", 1),
        ("what is my balance", "what is balance", 1),
        ("what is my balance", "what is my my balance", 1),
        ("my PIN is (PIN).", "my PIN is (PIN)", 0),
        ("I'll pay", "", 2),
    ],
)
def test_words_that_differ_are_counted(said: str, heard: str, wrong: int) -> None:
    assert wrong_words(plain_words(said), plain_words(heard)) == wrong


def test_a_turn_is_compared_with_what_the_recording_has_at_its_time() -> None:
    transcript = [segment("what is my balance", 1.0), segment("hello there", 1.0, channel=2), segment("thank you", 8.0)]
    turns = [turn("what is the balance", 6.0, 8.0, id=1), turn("thank you", 13.0, 14.0, id=2)]
    turns += [turn("1", 20.0, 20.0, id=3, via="keys"), turn("Your balance", 6.0, 8.0, id=4, speaker="bot")]
    found = [(one.turn, one.said, one.words, one.wrong) for one in compare(turns, transcript, 5.0)]
    assert found == [(1, "what is my balance", 4, 1), (2, "thank you", 2, 0)]


def test_the_sums_are_the_calls_and_doing_it_again_changes_nothing(sessions: Sessions, clock: FakeClock) -> None:
    now = clock.now()
    with sessions.begin() as tx:
        tx.add(Call(sid=SID, caller="", called="", started_at=now))
        tx.flush()
        tx.add(turn("what is the balance", 1.0, 3.0, intent="balance"))
        tx.add(turn("thank you", 8.0, 9.0, intent="goodbye"))
        recording = Recording(
            call_sid=SID, sid="RE1", kind="call", state="transcribed", source_url="", created_at=now,
            transcript=[segment("what is my balance", 1.0), segment("thank you", 8.0)],
        )  # fmt: skip
        tx.add(recording)
        tx.flush()
        assert mishearing(tx, SID) is None
        for _ in range(2):
            keep_comparisons(tx, recording)
            tx.flush()
    with sessions() as tx:
        assert mishearing(tx, SID) == Mishearing(turns=2, misheard=1, words=6, wrong=1)
        (amiss,) = misheard_turns(tx, SID).values()
        assert (amiss.said, amiss.intent, amiss.words, amiss.wrong) == ("what is my balance", "balance", 4, 1)
        assert tx.query(TurnComparison).count() == 2

"""The brief holds whatever the caller said, keyed or proved, and never a PIN."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.handoff.brief import whisper, write_brief
from ivr.ledger.port import Holder
from ivr.store.models import Call, Handoff, Turn

pytestmark = pytest.mark.unit

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PIN = "739146"
text = st.text("abcdefghij ", min_size=1, max_size=40)


def a_call(verified: bool = True) -> Call:
    return Call(
        sid="CA1", caller="+15550001111", called="+1666", started_at=NOW, language="en",
        verified_at=NOW if verified else None,
    )  # fmt: skip


def an_account(phone: str = "+15550001111") -> Holder:
    return Holder("Mary Major", "4000123", phone)


def a_handoff(known: dict[str, Any] | None = None, summary: str = "Wants a person.") -> Handoff:
    return Handoff(reason="asked", intent="dispute", summary=summary, known=known or {}, mood="upset", requested_at=NOW)


def a_turn(said: str, speaker: str = "caller", via: str = "voice", start: float = 1.0) -> Turn:
    words = [{"word": word, "start": 0, "end": 1, "confidence": 0.3} for word in said.split()]
    return Turn(speaker=speaker, via=via, text=said, start=start, end=start + 1, confidence=0.8, words=words)


@given(
    st.lists(st.tuples(text, st.sampled_from(["voice", "keys"]), st.floats(0, 600))),
    st.dictionaries(st.sampled_from(["amount", "date", "account"]), text),
    st.booleans(),
)
def test_everything_said_keyed_or_proved_is_in_it(
    said: list[tuple[str, str, float]], known: dict[str, str], verified: bool
) -> None:
    turns = [a_turn(words, via=via, start=start) for words, via, start in said]
    brief = write_brief(a_call(verified), a_handoff(known), turns, an_account(), [], [], NOW)
    assert sorted((line["text"], line["via"]) for line in brief["transcript"]) == sorted((t, v) for t, v, _ in said)
    assert [line["start"] for line in brief["transcript"]] == sorted(start for _, _, start in said)
    assert brief["known"] == known
    assert brief["caller"]["verified"] is verified
    assert json.loads(json.dumps(brief)) == brief


def test_a_pin_is_never_in_it() -> None:
    secret = a_turn("(PIN)", via="voice")
    secret.words = [{"word": PIN, "start": 0, "end": 1, "confidence": 0.2}]
    brief = write_brief(a_call(), a_handoff({"pin": PIN, "amount": "5"}), [secret], an_account(), [], [], NOW)
    assert PIN not in json.dumps(brief)
    assert brief["known"] == {"amount": "5"}


def test_it_says_how_the_caller_was_verified() -> None:
    def how(call: Call, account: Holder | None) -> str | None:
        value: str | None = write_brief(call, a_handoff(), [], account, [], [], NOW)["caller"]["how"]
        return value

    assert how(a_call(), an_account()) == "number on file and PIN"
    assert how(a_call(), an_account("+1999")) == "account number and PIN"
    assert how(a_call(verified=False), an_account()) is None


def test_it_says_what_the_bot_told_and_leaves_out_what_it_asked() -> None:
    turns = [a_turn("You owe ten dollars.", "bot"), a_turn("Shall I pay it?", "bot", start=2.0)]
    brief = write_brief(a_call(), a_handoff(), turns, an_account(), [], [], NOW)
    assert [told["text"] for told in brief["bot"]] == ["You owe ten dollars."]


def test_it_marks_the_words_that_were_hardly_understood() -> None:
    turn = a_turn("pay fifty")
    turn.words[0] = {**turn.words[0], "confidence": 0.95}
    brief = write_brief(a_call(), a_handoff(), [turn], None, [], [], NOW)
    assert brief["transcript"][0]["unsure"] == ["fifty"]


def test_it_holds_money_moved_and_earlier_calls() -> None:
    payment = {"amount": 5000, "source": "checking", "on": "2026-03-02", "state": "made", "confirmation": "W1"}
    earlier = Call(
        sid="CA0", caller="+15550001111", called="+1666", started_at=NOW - timedelta(days=3), outcome="message"
    )
    brief = write_brief(a_call(), a_handoff(), [], an_account(), [payment], [earlier], NOW)
    assert brief["payments"][0]["amount"] == 5000
    assert brief["earlier"][0]["outcome"] == "message"
    assert brief["earlier"][0]["handoff"] is None


@given(st.sampled_from(["calm", "upset"]), st.sampled_from(["en", "es"]), st.integers(0, 3600), st.floats(0, 1))
def test_mood_language_waiting_and_doubt_are_in_it(mood: str, language: str, waited: int, confidence: float) -> None:
    call, handoff = a_call(), a_handoff()
    call.language, handoff.mood = language, mood
    handoff.requested_at = NOW - timedelta(seconds=waited)
    turn = a_turn("fifty dollars")
    turn.words = [{**word, "confidence": confidence} for word in turn.words]
    brief = write_brief(call, handoff, [turn], None, [], [], NOW)
    assert (brief["mood"], brief["language"], brief["waited"]) == (mood, language, float(waited))
    assert bool(brief["transcript"][0]["unsure"]) == (confidence < 0.5)


def test_an_earlier_call_says_what_was_promised() -> None:
    earlier = Call(
        sid="CA0", caller="+15550001111", called="+1666", started_at=NOW - timedelta(days=3), outcome="callback"
    )
    earlier.handoffs = [Handoff(state="callback-booked", summary="Wants his card.")]
    brief = write_brief(a_call(), a_handoff(), [], None, [], [earlier], NOW)
    assert brief["earlier"] == [
        {
            "at": "2026-02-27T09:00:00+00:00",
            "outcome": "callback",
            "why": "Wants his card.",
            "handoff": "callback-booked",
        }
    ]


def test_the_whisper_is_short_and_holds_no_number() -> None:
    handoff = a_handoff(summary="Wants to dispute a charge " + "that is long " * 20)
    heard = whisper(write_brief(a_call(), handoff, [], an_account(), [], [], NOW))
    assert len(heard.split()) <= 20  # eight seconds at 150 words a minute
    assert heard.startswith("Mary Major.")
    assert "+1555" not in heard


@pytest.mark.parametrize(
    ("summary", "heard"),
    [
        ("Disputes a charge; verified by PIN, got the balance.", "Disputes a charge; verified by PIN, got the balance"),
        (
            "Asks for a person; verified by PIN, got the balance, wanted to pay.",
            "Asks for a person; verified by PIN",
        ),
        ("Asks for a person; verified by PIN, paid $50.00.", "Asks for a person; verified by PIN"),
        ("Not verified after 3 wrong PINs, wanted the balance.", "Not verified after 3 wrong PINs, wanted the balance"),
    ],
)
def test_the_whisper_says_the_reason_first_and_no_half_clause(summary: str, heard: str) -> None:
    brief = write_brief(a_call(), a_handoff(summary=summary), [], an_account(), [], [], NOW)
    assert whisper(brief) == f"Mary Major. {heard}. Press 1 to accept, 2 to decline."


def test_the_whisper_of_a_call_back_says_so_in_the_same_time() -> None:
    handoff = a_handoff(summary="long " * 30)
    handoff.reason = "callback"
    account = replace(an_account(), holder="Maria del Carmen de la Vega y Santos")
    heard = whisper(write_brief(a_call(), handoff, [], account, [], [], NOW))
    assert heard.startswith("Call-back. Maria del Carmen.")
    assert len(heard.split()) <= 20

"""The facts of a call, counted by hand on samples."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ivr.quality.costs import Prices
from ivr.quality.facts import CallRows, Facts, facts_of
from ivr.quality.flags import FLAGS
from ivr.recordings.comparison_store import Mishearing
from ivr.store.models import Call, CallBack, Handoff, Note, Offer, PaymentOrder, Turn

pytestmark = pytest.mark.unit

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def call(**more: Any) -> Call:
    known = {"started_at": START, "ended_at": at(90), "outcome": "resolved", "language": "en", "problems": []}
    return Call(**{"sid": "CA1", "caller": "+15550100001", **known, **more})


def turn(speaker: str, start: float, end: float | None, text: str = "words", **more: Any) -> Turn:
    return Turn(speaker=speaker, start=start, end=end, text=text, **{"via": "voice", "latency": {}, **more})


def handoff(requested: float = 30, times: dict[str, float] | None = None, **more: Any) -> Handoff:
    moments = {name: at(seconds).isoformat() for name, seconds in (times or {}).items()}
    return Handoff(
        **{"kind": "call", "reason": "asked", "intent": "human_agent", "mood": "calm", "state": "served", **more},
        requested_at=at(requested), times=moments,
    )  # fmt: skip


def taken(agent: int, offered: float, outcome: str | None = "accepted") -> Offer:
    return Offer(agent_id=agent, offered_at=at(offered), outcome=outcome)


def facts(*turns: Turn, **rows: Any) -> Facts:
    return facts_of(CallRows(**{"call": call(), "turns": turns, **rows}))


BALANCE = (
    turn("bot", 1, 4, prompt="open.ask/1"),
    turn("caller", 5, 6.5, "what is my balance", intent="balance", confidence=0.91),
    turn("bot", 7, 9, prompt="pin.ask/2"),
    turn("caller", 11, None, "(PIN)", via="keys"),
    turn("bot", 12, 13, prompt="verified/1"),
    turn("bot", 13, 16, prompt="balance.tell/1"),
    turn("caller", 17, 18, "thanks bye", confidence=0.62, intent="goodbye"),
)


def test_a_call_that_the_bot_served() -> None:
    found = facts(*BALANCE, call=call(verified_at=at(12), rating=5))
    assert (found.seconds, found.outcome, found.intent, found.resolved_by) == (90.0, "resolved", "balance", "bot")
    assert (found.verified, found.rating, found.wait_s, found.agent_id) == (True, 5, None, None)
    assert (found.lowest_confidence, found.misheard, found.longest_silence) == (0.62, 0, 3.0)
    assert found.story == ["verified-by-pin", "got-balance"]
    assert found.flags == frozenset()


def test_who_waited_until_an_agent_came() -> None:
    came = handoff(30, {"bridged": 52.5, "served": 80}, intent="dispute", reason="dispute")
    came.offers = [taken(7, 31, "no-answer"), taken(3, 40), taken(9, 60)]
    asked = turn("caller", 20, 24, "that charge is not mine", intent="dispute", confidence=0.9)
    found = facts(*BALANCE, asked, handoffs=[came], call=call(outcome="handed-off"))
    assert (found.wait_s, found.agent_id, found.agents) == (22.5, 3, (3, 9))
    assert found.agent_s == 27.5
    assert (found.intent, found.intents) == ("dispute", ("balance", "dispute"))
    assert (found.handoff_reason, found.resolved_by) == ("dispute", "person")
    assert found.flags == {"transferred"}


@pytest.mark.parametrize(("times", "waited"), [({"caller-left": 75}, 45.0), ({}, 60.0), ({"message-taken": 42}, 12.0)])
def test_who_waited_in_vain_waited_until_they_gave_up(times: dict[str, float], waited: float) -> None:
    found = facts(*BALANCE, handoffs=[handoff(30, times)], call=call(outcome="abandoned"))
    assert (found.wait_s, found.agent_id, found.resolved_by) == (waited, None, "none")
    assert "no-person" in found.flags


def test_an_agent_is_in_the_call_no_longer_than_it_lasts_and_not_in_a_call_back() -> None:
    came, back = handoff(30, {"bridged": 40}), handoff(500, {"bridged": 510, "served": 600}, kind="callback")
    assert facts(*BALANCE, handoffs=[came, back]).agent_s == 50.0
    assert facts(*BALANCE, handoffs=[handoff(30, {"caller-left": 45})]).agent_s == 0.0


@pytest.mark.parametrize(("noted", "by"), [([], "person"), (["not-solved", "solved"], "person"), (["cut-off"], "none")])
def test_an_agent_has_resolved_it_unless_they_say_otherwise(noted: list[str], by: str) -> None:
    came = handoff(30, {"bridged": 40})
    came.offers = [taken(3, 31)]
    notes = [Note(kind="outcome", text=text) for text in noted]
    assert facts(handoffs=[came], notes=notes, call=call(outcome="handed-off")).resolved_by == by


def test_a_person_is_what_they_want_only_where_they_name_no_subject() -> None:
    person = turn("caller", 5, 6, intent="human_agent", confidence=0.9)
    assert facts(person).intent == "human_agent"
    assert facts(person, turn("caller", 8, 9, intent="payment")).intent == "payment"
    assert facts(turn("caller", 5, 6, intent="yes")).intent is None


def test_silence_is_no_wait_for_a_person() -> None:
    first, later = turn("bot", 0, 4), turn("agent", 60, 70)
    assert facts(first, later).longest_silence == 56.0
    waited = handoff(10, {"bridged": 58})
    assert facts(first, later, handoffs=[waited]).longest_silence == 6.0
    assert "dead-air" in facts(first, later, handoffs=[waited]).flags


@pytest.mark.parametrize(
    "turns",
    [
        [turn("caller", 1, 2, confidence=0.31)],
        [turn("caller", 1, 2, confidence=0.9), turn("bot", 2, 3, prompt="repair.sorry/2")],
    ],
    ids=["doubt", "not understood"],
)
def test_what_the_bot_was_not_sure_of_is_not_yet_misheard(turns: list[Turn]) -> None:
    found = facts(*turns)
    assert (found.misheard, found.words_compared, found.words_misheard) == (0, None, None)
    assert "unsure" in found.flags
    assert "misheard" not in found.flags


def test_misheard_is_what_the_recording_shows_however_sure_the_bot_was() -> None:
    sure = turn("caller", 1, 2, confidence=0.97)
    found = facts(sure, compared=Mishearing(turns=3, misheard=1, words=20, wrong=4))
    assert (found.misheard, found.words_compared, found.words_misheard) == (1, 20, 4)
    assert found.flags == {"misheard"}
    assert facts(sure, compared=Mishearing(turns=3, misheard=0, words=20, wrong=1)).flags == frozenset()


def test_a_call_costs_its_minutes_without_a_person_and_with_one() -> None:
    came = handoff(30, {"bridged": 60})
    rows = CallRows(call(), BALANCE, [came])
    assert facts_of(rows, Prices(0.10, 1.0)).cost == pytest.approx(60 / 60 * 0.10 + 30 / 60 * 1.0)
    assert facts_of(rows, Prices(0.10, None)).cost is None
    assert facts_of(rows, Prices(None, 1.0)).cost is None
    assert facts_of(rows).cost is None


def test_interruptions_and_talking_at_once() -> None:
    found = facts(
        turn("bot", 0, 5, played=0.4), turn("caller", 3, 6), turn("bot", 7, 9, played=1.0), turn("caller", 8, 10)
    )
    assert (found.interruptions, found.talk_over) == (1, 3.0)
    assert {"interrupted", "talk-over"} <= found.flags


def test_promises_are_kept_broken_or_still_open() -> None:
    orders = [PaymentOrder(state=state) for state in ("made", "scheduled", "refused", "doubtful")]
    backs = [CallBack(state=state) for state in ("served", "booked", "cancelled")]
    text = turn("bot", 5, 6, prompt="receipt.sent/1")
    found = facts(text, orders=orders, call_backs=backs)
    assert (found.promises, found.promises_kept) == (6, 4)
    assert "promise-broken" not in found.flags
    lost = call(problems=[{"what": "text-not-delivered", "purpose": "text"}])
    assert "promise-broken" in facts(text, call=lost).flags
    assert "promise-broken" in facts(call_backs=[CallBack(state="given-up")]).flags


@pytest.mark.parametrize(
    ("rows", "flag"),
    [
        ({"call": call(outcome="message")}, "message"),
        ({"call": call(unrecorded_at=at(20))}, "recording-refused"),
        ({"handoffs": [handoff(mood="upset")]}, "upset"),
        ({"turns": [turn("caller", 1, 2, "this is ridiculous, you are useless")]}, "upset"),
        ({"turns": [turn("bot", 1, 2, prompt="pin.wrong/2")]}, "wrong-pin"),
        ({"turns": [turn("bot", 1, 2, prompt="code.wrong/1")]}, "wrong-pin"),
        ({"orders": [PaymentOrder(state="refused")]}, "payment"),
        ({"handoffs": [handoff(reason="fault")]}, "bot-failed"),
        ({"call": call(problems=[{"what": "stream-lost"}])}, "bot-failed"),
        ({"handoffs": [handoff(times={"held": 50})]}, "held"),
        ({"handoffs": [handoff(brief={"transfer": {"by": "Ann"}})]}, "transferred"),
    ],
)  # fmt: skip
def test_flags(rows: dict[str, Any], flag: str) -> None:
    assert flag in facts_of(CallRows(**{"call": call(), **rows})).flags


def test_every_flag_that_is_set_is_in_the_list() -> None:
    everything = facts(*BALANCE, handoffs=[handoff(mood="upset", reason="silent")], call=call(outcome="message"))
    assert everything.flags <= set(FLAGS)


def test_a_call_that_lasts_has_no_facts() -> None:
    with pytest.raises(ValueError, match="has not ended"):
        facts(call=call(ended_at=None))

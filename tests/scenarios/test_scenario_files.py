"""A call's file: read as written, or refused in words that say what to mend."""

from pathlib import Path
from typing import Any

import pytest

from tests.harness.scenario_file import MOST, TASKS, CallFileError, ExpectedPayment, Turns, load_call, read_call
from tests.harness.scenario_verdict import Played, shortcomings, turns_until

pytestmark = pytest.mark.unit

SHORT: dict[str, Any] = {"about": "A call.", "script": ["hang_up"], "expect": {}}


def turn(speaker: str, text: str, heard: float = 1.0) -> dict[str, Any]:
    return {"speaker": speaker, "text": text, "heard": heard, "start": 0.0, "end": 1.0}


def a_report(**changes: Any) -> dict[str, Any]:
    turns = [
        turn("bot", "How can I help?"),
        turn("caller", "My balance, please."),
        turn("bot", "What's your four digit PIN number?"),
        turn("caller", "(PIN)"),
        turn("bot", "Your balance is ten dollars.", heard=0.4),
    ]
    return {"turns": turns, "outcome": "resolved", "handoff": None, "problems": [], **changes}


def troubles(expect: dict[str, Any], payments: tuple[ExpectedPayment, ...] = (), **report: Any) -> list[str]:
    call = read_call({**SHORT, "expect": expect}, "a.yaml")
    return shortcomings(Played(call, a_report(**report), payments, 1000, None))


def test_money_is_read_as_dollars_and_cents() -> None:
    call = read_call({**SHORT, "account": {"balance": 245.17, "funds": {"checking": 10}}}, "a.yaml")
    assert (call.account.balance, call.account.funds) == (24517, (("checking", 1000),))


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ([], r"a.yaml: the file is \[\]; write fields such as about, script, expect"),
        ({"script": ["hang_up"], "expect": {}}, "a.yaml: there is no about in the file; write one line"),
        ({**SHORT, "expects": {}}, "a.yaml: 'expects' is not known in the file; write about, script"),
        ({**SHORT, "agent": "sleeps"}, "agent in the file is 'sleeps'; write one of accepts, declines, absent"),
        ({**SHORT, "script": [{"shout": "Hi"}]}, "a.yaml, script, step 1: 'shout' is not known"),
        ({**SHORT, "call_back": [{"say": "Hi"}]}, r"call_back in the file is .*; begin it with answer"),
        ({**SHORT, "call_back": ["answer", {"shout": "Hi"}]}, "a.yaml, call_back, step 2: 'shout' is not known"),
        ({**SHORT, "account": {"pin": 2749}}, "pin in account is 2749; write a text, in quotes"),
        ({**SHORT, "account": {"pin": "27"}}, "pin in account is '27'; write four digits"),
        ({**SHORT, "account": {"balance": "much"}}, "balance in account is 'much'; write dollars and cents"),
        ({**SHORT, "account": {"transactions": [["x"]]}}, r"write \[days ago, text, amount\]"),
        ({**SHORT, "expect": {"turns": 3}}, "turns in expect is 3; write a map"),
        ({**SHORT, "expect": {"turns": {"until": "x"}}}, "write {until: words of the bot, at_most: number}"),
        ({**SHORT, "expect": {"payments": [{"sum": 1}]}}, "write {amount: 50.00, state: made"),
        ({**SHORT, "expect": {"handoff": {"why": "x"}}}, "handoff in expect is 'why'; write reason, state"),
    ],
)
def test_a_wrong_file_is_refused_with_the_mend(data: Any, error: str) -> None:
    with pytest.raises(CallFileError, match=error):
        read_call(data, "a.yaml")


def test_a_file_that_is_not_yaml_names_its_line(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text('about: A call.\nscript: "say" this\n')
    with pytest.raises(CallFileError, match=r"a\.yaml, line 2: not YAML"):
        load_call(tmp_path / "a.yaml")


def test_turns_are_counted_from_the_question_of_who_calls() -> None:
    assert turns_until(a_report()["turns"], "your balance is") == 1
    assert turns_until(a_report()["turns"], "how can I help") is None


def test_a_call_as_it_should_be_has_no_shortcomings() -> None:
    paid = ExpectedPayment(5000, "made", "checking", 0)
    expect = {
        "says": ["how can I help", "balance is ten"], "hears": ["my balance"], "outcome": "resolved", "balance": 10,
        "turns": {"until": "your balance", "at_most": 1}, "payments": [{"amount": 50}], "heard_out": ["PIN number"],
    }  # fmt: skip
    assert troubles(expect, (paid,)) == []
    assert read_call({**SHORT, "expect": expect}, "a.yaml").expect.turns == Turns("your balance", 1)


@pytest.mark.parametrize(
    ("expect", "report", "trouble"),
    [
        ({"says": ["balance is ten", "how can I help"]}, {}, "the bot did not say 'how can I help'"),
        ({"never_says": ["PIN"]}, {}, "the bot said 'PIN'"),
        ({"hears": ["my card"]}, {}, "the caller was not heard saying 'my card'"),
        ({"heard_out": ["your balance"]}, {}, "was not spoken to its end"),
        ({"outcome": "message"}, {}, "the outcome is resolved, not message"),
        ({"rating": 5}, {}, "the rating is None, not 5"),
        ({"call_back": "served"}, {}, "the call-back is None, not served"),
        ({"message": ["charge"]}, {}, "no message waits for the agents"),
        ({"balance": 11}, {}, "the ledger's balance is 10.00, not 11.00"),
        ({"payments": [{"amount": 1}]}, {}, "the ledger holds 0 payments, not 1"),
        ({"turns": {"until": "your balance", "at_most": 0}}, {}, "the task took 1 caller turns, not 0"),
        ({"turns": {"until": "it's paid", "at_most": 1}}, {}, "the task was not finished"),
        ({"handoff": {"reason": "asked"}}, {}, "there was no hand-off"),
        ({}, {"problems": ["step 3: did not hear 'x'"]}, "a problem was noted: step 3"),
        ({"problems": ["stream"]}, {}, "no problem like 'stream' was noted"),
    ],
)
def test_what_went_otherwise_is_told(expect: dict[str, Any], report: dict[str, Any], trouble: str) -> None:
    assert any(trouble in one for one in troubles(expect, **report))


def test_a_call_back_is_answered_in_the_callers_own_voice() -> None:
    script = {"voice": "emma", "steps": ["hang_up"]}
    call = read_call({**SHORT, "script": script, "call_back": ["answer", "hang_up"]}, "a.yaml")
    assert call.call_back == {"voice": "emma", "steps": ["answer", "hang_up"]}


def test_a_message_is_compared_by_its_words() -> None:
    call = read_call({**SHORT, "expect": {"message": ["a charge", "my card"]}}, "a.yaml")
    left = Played(call, a_report(), (), 1000, None, message="There's a charge.")
    assert shortcomings(left) == ["the message that waits for the agents is \"There's a charge.\", without 'my card'"]


def test_a_hand_off_is_compared_with_its_brief() -> None:
    handoff = {
        "reason": "asked", "state": "served", "brief": {"why": {"summary": "Asks."}}, "attempts": [{"outcome": "busy"}]
    }  # fmt: skip
    expect = {
        "handoff": {"reason": "upset", "state": "served", "summary": "Is upset.", "brief": ["PIN"], "accepted": 1}
    }
    assert troubles(expect, handoff=handoff) == [
        "the hand-off's reason is asked, not upset",
        "the brief's summary is 'Asks.', not 'Is upset.'",
        "the brief does not mention 'PIN'",
        "the agent did not accept",
    ]


@pytest.mark.parametrize("task", TASKS)
def test_no_file_allows_a_task_more_turns_than_the_line_promises(task: str) -> None:
    limits = [call.expect.turns for path in sorted(Path(__file__).parent.glob("*.yaml")) if (call := load_call(path))]
    allowed = [turns.at_most for turns in limits if turns and turns.until == TASKS[task]]
    assert allowed
    assert max(allowed) <= MOST[task]

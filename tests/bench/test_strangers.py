"""Who the strangers are, and how their calls are judged."""

import dataclasses
from datetime import date
from typing import Any

import numpy as np
import pytest

from bench.strangers.bench import Placed, summed_up
from bench.strangers.goals import GOALS, Got
from bench.strangers.judge import Truth, Verdict, judge
from bench.strangers.lines import LINES
from bench.strangers.people import CHARACTERS, Stranger, strangers
from switch.phones.conversation import Conversation
from switch.phones.script import Converse
from switch.phones.script_reader import read_script

pytestmark = pytest.mark.unit

TRUTH = Truth(245017, 12050, 3500, date(2026, 3, 9), date(2026, 3, 2), (4218, -15000))
HEARD = {"status": "completed", "problems": [], "said": []}


def who(got: Got, amount: int = 5000) -> Stranger:
    first = strangers(1, 1)[0]
    goal = next(goal for goal in GOALS if goal.got is got)
    return dataclasses.replace(first, goal=goal, second=None, amount=amount, character=CHARACTERS[0])


def call(*bot: str, payments: Any = (), handoff: Any = None) -> dict[str, Any]:
    said = [{"speaker": "caller", "text": "..."}, *({"speaker": "bot", "text": text} for text in bot)]
    return {"turns": said, "payments": list(payments), "handoff": handoff}


def paid(amount: int, state: str = "made") -> dict[str, Any]:
    return {"amount": amount, "state": state}


ACCEPTED = {"reason": "dispute", "attempts": [{"outcome": "accepted"}]}
TOLD = "Your balance is two thousand four hundred fifty dollars and seventeen cents."
DUE = "one hundred twenty dollars and fifty cents is due Monday, March ninth, and the minimum is thirty five dollars."


@pytest.mark.parametrize(
    ("got", "report", "cause"),
    [
        (Got.BALANCE, call(TOLD), "right"),
        (Got.BALANCE, call("Your balance is two thousand dollars."), "wrong fact told: balance"),
        (Got.BALANCE, call(TOLD, payments=[paid(5000)]), "wrong money: nobody asked for a payment"),
        (Got.BALANCE, call(handoff=ACCEPTED), "a person instead (dispute)"),
        (Got.DUE, call(DUE), "right"),
        (Got.DUE, call(DUE.replace("ninth", "tenth")), "wrong fact told: due date"),
        (Got.DUE, call(DUE.replace("thirty five", "ninety")), "wrong fact told: due date"),
        (Got.TRANSACTIONS, call("Here are the latest. Grocery, forty two dollars and eighteen cents."), "right"),
        (Got.PAYMENT, call(payments=[paid(5000)]), "right"),
        (Got.PAYMENT, call(payments=[paid(5000, "scheduled")]), "right"),
        (Got.PAYMENT, call(payments=[paid(6000)]), "wrong money: another amount"),
        (Got.PAYMENT, call(payments=[paid(5000), paid(5000)]), "wrong money: paid twice"),
        (Got.PAYMENT, call(payments=[paid(5000, "refused")]), "dead end: it ended before anything was reached"),
        (Got.PERSON, call(handoff=ACCEPTED), "right"),
        (Got.PERSON, call(handoff={"reason": "x", "attempts": []}), "dead end: asked for a person, and none came"),
    ],
)
def test_the_ledger_and_the_calls_own_rows_decide(got: Got, report: dict[str, Any], cause: str) -> None:
    verdict = judge(who(got), TRUTH, report, HEARD)
    assert (verdict.cause, verdict.right) == (cause, cause == "right")


def test_what_the_simulator_did_wrong_is_told_apart() -> None:
    silent = {"turns": [{"speaker": "bot", "text": "So, how can I help?"}], "payments": [], "handoff": None}
    assert judge(who(Got.BALANCE), TRUTH, silent, HEARD).cause.startswith("the simulator's own")


def test_the_same_seed_draws_the_same_strangers_however_many() -> None:
    assert strangers(3, 9) == strangers(30, 9)[:3]
    assert len({one.label.partition(":")[2] for one in strangers(200, 9)}) > 150


@pytest.mark.parametrize("stranger", strangers(40, 3), ids=lambda one: one.label)
def test_every_stranger_has_an_answer_to_what_the_bot_asks_first(stranger: Stranger) -> None:
    [step] = read_script([{"converse": list(stranger.replies)}]).steps
    assert isinstance(step, Converse)
    talk = Conversation(step.replies)
    for asked in ("So, how can I help?", "What's your four digit PIN number?", "Anything else I can help with?"):
        assert talk.answer(asked) is not None


def test_every_line_lets_a_voice_through_at_its_length() -> None:
    voice = (np.sin(np.arange(8000) / 5) * 9000).astype(np.int16)
    for name, effect in LINES.items():
        heard = effect(voice, np.random.default_rng(1))
        assert heard.shape == voice.shape, name
        assert heard.dtype == np.int16
        assert np.abs(heard).max() > 300, name


def test_a_stranger_counts_where_every_call_of_theirs_was_right() -> None:
    one, other = strangers(2, 1)
    calls = [
        Placed(one, 0, "CA1", Verdict(True, "right"), 30.0),
        Placed(one, 1, "CA2", Verdict(False, "dead end: it ended"), 40.0),
        Placed(other, 0, "CA3", Verdict(True, "right"), 30.0),
        Placed(other, 1, "CA4", Verdict(False, "the simulator's own: it said nothing"), 20.0),
    ]
    summed = summed_up(calls)
    figures = summed["figures"]
    assert figures["every_time_percent"] == 50.0
    assert figures["right_percent"] == pytest.approx(66.7)
    assert (figures["dead_ends"], figures["simulators_own"], figures["mean_seconds"]) == (1, 1, 30.0)
    assert next(iter(summed["causes"].values()))[0].startswith("CA2")

"""The demo's day: which calls a seed draws, and that each is a script which the switch can follow."""

from itertools import pairwise

import pytest

from ivr.ledger.sample import SAMPLES
from ivr.local.demo_calls import agent_script, plan
from switch.phones.script_reader import read_script

pytestmark = pytest.mark.unit


def test_the_same_seed_draws_the_same_day_and_another_one_another() -> None:
    assert plan(30, 1) == plan(30, 1) != plan(30, 2)


@pytest.mark.parametrize("seed", range(5))
def test_every_call_is_a_script_without_gaps(seed: int) -> None:
    for call in plan(60, seed):
        read_script(call.script)
        assert "{" not in str(call.script["steps"]).replace("{'", "")


def test_calls_that_overlap_are_mostly_of_different_customers() -> None:
    callers = [call.script["from"] for call in plan(60, 1)]
    assert sum(one == other for one, other in pairwise(callers)) <= 12


def test_a_customer_gives_their_own_pin() -> None:
    pins = {sample.phone: sample.pin for sample in SAMPLES}
    given = [
        (pins[call.script["from"]], step["keys"])
        for call in plan(100, 3)
        if call.script["from"] in pins
        for step in call.script["steps"]
        if isinstance(step, dict) and len(step.get("keys", "")) == 4
    ]
    assert given
    assert all(own == keyed for own, keyed in given)


def test_an_agents_phone_picks_up_first() -> None:
    script = read_script(agent_script("Layla"))
    assert type(script.steps[0]).__name__ == "Answer"

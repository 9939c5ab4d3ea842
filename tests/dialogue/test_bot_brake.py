"""The bot brake: a braked wish goes straight to a person, with the wish as what is known; others go on."""

from dataclasses import replace

import pytest

from ivr.dialogue.actions import HandOff, Listen
from ivr.dialogue.events import Keyed, Started
from ivr.dialogue.machine import State, begin, step
from tests.harness.dialogue_talk import BALANCE, DUE, TODAY

pytestmark = pytest.mark.unit


def braked(*intents: str) -> State:
    return step(begin(), Started(TODAY, "acc-1", "Acme", intents))[0]


@pytest.mark.parametrize("event", [BALANCE, Keyed("1")])
def test_a_braked_wish_starts_a_hand_off_in_that_turn(event: object) -> None:
    _, actions = step(braked("balance"), event)  # type: ignore[arg-type]
    handoff = actions[-1]
    assert isinstance(handoff, HandOff)
    assert (handoff.reason, handoff.intent) == ("braked", "balance")


def test_another_wish_goes_on_with_the_bot() -> None:
    _, actions = step(braked("balance"), DUE)
    assert isinstance(actions[-1], Listen)


def test_the_brake_survives_json() -> None:
    state = braked("balance", "payment")
    assert State.from_json(state.to_json()) == replace(state)

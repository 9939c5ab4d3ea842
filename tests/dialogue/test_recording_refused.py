"""From every state a caller may say that they will not be recorded: they hear that it is off, and go on."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.dialogue.actions import Action, CheckPin, FindAccount, HandOff, Listen, LookUp, Pay, Query, Say, TakeCard
from ivr.dialogue.events import (
    CardTaken,
    Event,
    Failed,
    Found,
    Interrupted,
    Keyed,
    NoInput,
    Paid,
    PinChecked,
    Refused,
    Resumed,
    Said,
    Slow,
    Started,
)
from ivr.dialogue.machine import State, begin, known, step
from ivr.dialogue.meaning import Meaning
from tests.harness.dialogue_talk import BALANCE, BYE, DUE, FACTS, MUMBLE, NO, PAY, PIN, RECENT, TODAY, YES
from tests.harness.dialogue_talk import said as said_so

pytestmark = pytest.mark.unit

START = Started(TODAY, "A1", "Test Bank")
CALLERS: list[Event] = [
    YES, NO, BALANCE, PAY, PAY, DUE, RECENT, BYE, PIN, PIN, MUMBLE, Keyed("1"), Keyed("2"), Keyed("4821"), Keyed("3"),
    NoInput(), Interrupted("agreed.ask/1", 0.5), Resumed(), said_so("fifty", money=(5000,)),
]  # fmt: skip
ANSWERS: dict[type, list[Event]] = {
    FindAccount: [Found("A1"), Found(None), Slow()],
    CheckPin: [PinChecked(True), PinChecked(True), PinChecked(False), Slow()],
    LookUp: [FACTS, FACTS, Slow(), Failed()],
    Pay: [Paid("W1", 1, TODAY), Refused("insufficient"), Slow()],
    TakeCard: [CardTaken("success", "C1"), CardTaken("declined")],
}
REFUSAL = Said("don't record me", 0.9, Meaning("out_of_scope", 0.4, no_recording=True))


def said(actions: tuple[Action, ...]) -> list[str]:
    return [action.prompt.partition("/")[0] for action in actions if isinstance(action, Say)]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.integers(0, 10_000), max_size=16))
def test_from_every_state_it_is_said_to_be_off_and_the_caller_goes_on_being_helped(chances: list[int]) -> None:
    state, actions = step(begin(), START)
    asked: Action | None = actions[-1]
    for chance in chances:
        some = ANSWERS.get(type(asked), CALLERS)
        state, actions = step(state, some[chance % len(some)])
        asked = next((action for action in actions if not isinstance(action, Say)), asked)
    before: State = state
    state, actions = step(state, REFUSAL)
    if before.phase in ("gone", "ended"):
        return
    assert said(actions)[0] == "recording.off"
    assert known(state)["recording"] == "off: the caller does not want to be recorded"
    if before.phase == "asking":
        assert isinstance(actions[-1], Listen | Query | HandOff | TakeCard)
        assert state.account == before.account and state.verified == before.verified
    else:
        assert len(actions) == 1 and state.phase == before.phase


def test_what_they_ask_for_besides_is_done() -> None:
    state, _ = step(begin(), START)
    both = Said("what's my balance, and don't record me", 0.9, Meaning("balance", 0.95, no_recording=True))
    state, actions = step(state, both)
    assert said(actions)[0] == "recording.off"
    assert "balance" in state.wanted


def test_who_speaks_spanish_hears_it_in_spanish_and_gets_a_person() -> None:
    state, _ = step(begin(), START)
    refusal = Said("no me graben", 0.9, Meaning("out_of_scope", 0.4, no_recording=True, language="es"))
    _, actions = step(state, refusal)
    told = [action for action in actions if isinstance(action, Say)]
    assert (told[0].prompt, told[0].language) == ("recording.off/1", "es")
    assert isinstance(actions[-1], HandOff)
    assert actions[-1].known["recording"].startswith("off")

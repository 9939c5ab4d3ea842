"""Callers of the bench answer what they hear, and what became of them is known from their ears alone."""

import pytest

from bench.faults.callers import AGENT, PATIENCE, REST, Caller, agents_voice
from bench.faults.kinds import Goal
from bench.faults.sounds import KnownSounds
from bench.faults.waves import outcome
from speech.audio import FRAME, SILENCE
from switch.media.audio import tone

pytestmark = pytest.mark.unit

OPEN, PIN, ELSE = "So, how can I help?", "What's your four digit PIN number?", "Anything else I can help with?"


def sweep(low: int) -> bytes:
    return b"".join(tone((low + 3 * step,), 0.02) for step in range(60))


SOUNDS = {
    OPEN: sweep(300),
    PIN: sweep(700),
    ELSE: sweep(1100),
    "balance It is one.": sweep(1500),
    "agent": agents_voice(),
}


class Line:
    sid, from_, to = "CA1", "", ""

    def __init__(self) -> None:
        self.pressed, self.up = "", True

    def answer(self) -> None: ...

    def decline(self, reason: str = "busy") -> None: ...

    def press(self, digit: str) -> None:
        self.pressed += digit

    def hang_up(self) -> None:
        self.up = False


def called(goal: Goal) -> tuple[Caller, Line]:
    caller, line = Caller(goal, "2749", KnownSounds(SOUNDS), wish=sweep(400)), Line()
    caller.ring(line)
    caller.connected()
    return caller, line


def hears(caller: Caller, *names: str) -> None:
    for name in names:
        sound = SOUNDS[name] + SILENCE * (2 * REST)
        for at in range(0, len(sound), FRAME):
            caller.say()
            caller.hear(sound[at : at + FRAME])


def test_who_keys_their_way_to_the_balance_hangs_up_when_told() -> None:
    caller, line = called("balance")
    hears(caller, OPEN, PIN, "balance It is one.", ELSE)
    assert line.pressed == "12749" and not line.up
    assert outcome(caller, fault=0) == "right"


def test_who_says_the_wish_is_heard_saying_it() -> None:
    caller, line = called("spoken")
    hears(caller, OPEN)
    assert line.pressed == ""
    assert any(caller.say() != SILENCE for _ in range(10))


def test_who_wants_the_balance_and_gets_a_person_was_handed_over() -> None:
    caller, line = called("balance")
    hears(caller, OPEN, AGENT)
    assert outcome(caller, fault=0) == "person" and not line.up


def test_who_hears_nothing_for_long_gives_up_and_is_lost() -> None:
    caller, line = called("person")
    for _ in range(PATIENCE + 2):
        caller.hear(SILENCE)
    assert outcome(caller, fault=0) == "lost" and not line.up


def test_who_talks_with_an_agent_waits_for_the_fault_and_listens_on() -> None:
    caller, line = called("talk")
    hears(caller, AGENT, AGENT)
    assert line.up
    caller.fault = caller.hearing.now
    hears(caller, AGENT)
    assert outcome(caller, fault=caller.fault) == "right" and not line.up


def test_an_agent_who_falls_silent_with_the_fault_has_lost_the_caller() -> None:
    caller, _ = called("talk")
    hears(caller, AGENT, AGENT)
    caller.fault = caller.hearing.now
    for _ in range(PATIENCE):
        caller.hear(SILENCE)
    assert outcome(caller, fault=caller.fault) == "lost"


def test_a_call_that_had_gone_right_before_the_fault_is_spared() -> None:
    caller, _ = called("balance")
    hears(caller, OPEN, PIN, "balance It is one.", ELSE)
    assert outcome(caller, fault=caller.hearing.now) == "spared"


def test_one_who_stays_asks_again_and_goes_once_nothing_is_under_way() -> None:
    caller, line = Caller("balance", "2749", KnownSounds(SOUNDS), stays=True), Line()
    caller.ring(line)
    caller.connected()
    hears(caller, OPEN, PIN, "balance It is one.", ELSE)
    assert (line.up, line.pressed) == (True, "127491")
    caller.may_go()
    hears(caller, "balance It is one.")
    assert (line.up, caller.unanswered) == (True, 0)
    hears(caller, ELSE)
    assert (line.up, caller.unanswered) == (False, 0)

"""Two versions of the line share a database while one replaces the other: neither stumbles over the other's words."""

import hashlib
from typing import Any

import pytest

from ivr.dialogue import machine
from ivr.dialogue.events import Keyed, Started
from ivr.dialogue.state import State as Dialogue
from ivr.handoff.state import Attempt
from ivr.handoff.state import State as Handoff
from ivr.store.engine import Sessions
from ivr.store.models import Call
from ivr.store.stream_tokens import BadTokenError
from tests.harness.call_line import LINE, MORGAN, SID
from tests.harness.calls import Calls
from tests.harness.dialogue_talk import FACTS, TODAY

pytestmark = pytest.mark.integration


def begun() -> dict[str, Any]:
    state, _ = machine.step(machine.begin(), Started(TODAY, "A1", "Lakeside Credit"))
    return machine.step(state, Keyed("1"))[0].to_json()


def test_an_older_process_keeps_what_a_newer_one_knows_of_a_conversation() -> None:
    newer = begun() | {"mood": {"calm": True}}
    older = Dialogue.from_json(newer)
    stepped, actions = machine.step(older, Keyed("*"))
    assert actions
    assert stepped.to_json()["mood"] == {"calm": True}
    assert Dialogue.from_json(newer).to_json() == newer


def test_unknown_keys_inside_of_a_conversation_are_passed_over() -> None:
    newer = begun()
    newer["tasks"] = [{**task, "colour": "red"} for task in newer["tasks"]]
    newer["last"] = [{**line, "pace": 1} for line in newer["last"]]
    facts = machine.State(facts=FACTS).to_json()["facts"]
    newer["facts"] = {**facts, "limit": 5, "transactions": [{**row, "place": "x"} for row in facts["transactions"]]}
    assert Dialogue.from_json(newer).facts == FACTS


def test_an_older_process_keeps_what_a_newer_one_knows_of_a_hand_off() -> None:
    newer = Handoff(attempts=(Attempt(7),)).to_json()
    newer |= {"limit": 3, "attempts": [{**newer["attempts"][0], "proved": True}]}
    older = Handoff.from_json(newer).with_attempt(1, answered=True)
    kept = older.to_json()
    assert (kept["limit"], kept["attempts"][0]["proved"], kept["attempts"][0]["answered"]) == (3, True, True)


def test_what_is_known_comes_back_as_it_was() -> None:
    state = Handoff(attempts=(Attempt(7), Attempt(8, consult=True)))
    assert Handoff.from_json(state.to_json()) == state
    assert set(state.to_json()["attempts"][0]).isdisjoint({"later"})


def test_a_ticket_of_an_older_process_lets_the_caller_in_once(calls: Calls, sessions: Sessions) -> None:
    calls.answer(SID, MORGAN, LINE)
    with sessions.begin() as tx:
        tx.get_one(Call, SID).stream_token = hashlib.sha256(b"as-it-was-issued").hexdigest()
    assert calls.dialogue.connect(SID, "as-it-was-issued").number == 1
    with pytest.raises(BadTokenError):
        calls.dialogue.connect(SID, "as-it-was-issued")

"""A PIN keyed at any moment is taken once and stands nowhere in clear."""

import json
import logging

import pytest
from argon2 import PasswordHasher
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import StaticPool, create_engine, select

from ivr.dialogue.actions import CheckPin, Listen, Query, Say
from ivr.handoff.request import request_handoff
from ivr.ledger.sample import load_sample
from ivr.ledger.sql import SqlLedger
from ivr.store.engine import Sessions, make_sessions
from ivr.store.models import Base, Call, Handoff, Outbox, Turn
from tests.fakes.fake_clock import FakeClock
from tests.fakes.fake_live_updates import FakeLiveUpdates
from tests.harness.call_line import LINE, MORGAN, SID, understand
from tests.harness.calls import Calls
from tests.harness.media_stream import MediaStream

pytestmark = pytest.mark.integration

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PIN = "2749"


def test_a_pin_keyed_before_any_question_verifies_and_the_open_question_stands(
    calls: Calls, sessions: Sessions
) -> None:
    stream = MediaStream(calls, calls.dialogue.connect(SID, calls.answer(SID, MORGAN, LINE).token))
    assert isinstance(stream.key(PIN).actions[-1][1], CheckPin)
    told = stream.answer().actions
    assert [type(action) for _, action in told] == [Say, Say, Listen]
    stream.say("balance")
    stream.answer()
    assert "two thousand four hundred" in " ".join(stream.heard)
    assert PIN not in kept(sessions)


def test_a_wrong_pin_keyed_before_any_question_is_asked_for_again(calls: Calls) -> None:
    stream = MediaStream(calls, calls.dialogue.connect(SID, calls.answer(SID, MORGAN, LINE).token))
    stream.key("0001")
    listen = stream.answer().actions[-1][1]
    assert isinstance(listen, Listen) and listen.secret
    stream.key(PIN)
    assert isinstance(stream.answer().actions[-1][1], Listen)


def test_a_pin_of_a_caller_whom_nobody_knows_is_kept_nowhere_either(calls: Calls, sessions: Sessions) -> None:
    stream = MediaStream(calls, calls.dialogue.connect(SID, calls.answer(SID, "+15550199999", LINE).token))
    stream.key(PIN)
    stream.say("balance")
    stream.key(PIN)  # where an account number was asked for
    assert PIN not in kept(sessions)


@pytest.mark.parametrize("keys", ["0", "1", "000"])
def test_keys_that_are_no_secret_are_written_as_they_are(calls: Calls, sessions: Sessions, keys: str) -> None:
    MediaStream(calls, calls.dialogue.connect(SID, calls.answer(SID, MORGAN, LINE).token)).key(keys)
    with sessions() as tx:
        assert tx.scalars(select(Turn.text).where(Turn.speaker == "caller")).one() == keys


def test_an_amount_that_is_keyed_is_no_secret(calls: Calls, sessions: Sessions) -> None:
    stream = MediaStream(calls, calls.dialogue.connect(SID, calls.answer(SID, MORGAN, LINE).token))
    for keys in ("2", PIN):
        stream.key(keys)
    stream.answer()
    stream.answer()
    stream.key("125")
    with sessions() as tx:
        assert [turn.text for turn in tx.scalars(select(Turn).where(Turn.via == "keys"))] == ["2", "(PIN)", "125"]


PHASES = (Phase.explicit, Phase.generate)  # not shrunk: a walk is short enough to read
_STEPS = st.lists(
    st.sampled_from(
        ["pin", "pin", "pin twice", "halves", "balance", "pay", "hello", "answer", "answer", "one", "dies"]
    ),
    min_size=1,
    max_size=10,
)


@given(_STEPS)
@settings(max_examples=30, deadline=None, derandomize=True, phases=PHASES, suppress_health_check=list(HealthCheck))
def test_whenever_the_pin_is_keyed_it_is_taken_once_and_kept_nowhere(steps: list[str]) -> None:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    Base.metadata.create_all(engine)
    sessions, clock = make_sessions(engine), FakeClock()
    load_sample(sessions, clock.now().date(), CHEAP)
    logged = _Lines()
    logging.getLogger().addHandler(logged)
    try:
        taken = _live_through(sessions, clock, steps)
    finally:
        logging.getLogger().removeHandler(logged)
    assert PIN not in kept(sessions) and PIN not in "\n".join(logged.lines)
    assert taken <= 1
    engine.dispose()


def _live_through(sessions: Sessions, clock: FakeClock, steps: list[str]) -> int:
    """How many right PINs the ledger was asked about."""
    ledger = SqlLedger(sessions, clock)
    calls = Calls(
        sessions, clock, understand, ledger, FakeLiveUpdates(), request_handoff, company="Test Bank", notice="n"
    )  # fmt: skip
    stream, taken = MediaStream(calls, calls.dialogue.connect(SID, calls.answer(SID, MORGAN, LINE).token)), 0
    for what in steps:
        clock.forward(70)
        for keys in {"pin": [PIN], "pin twice": [PIN, PIN], "halves": [PIN[:2], PIN[2:]], "one": ["1"]}.get(what, []):
            stream.key(keys)
        if what in ("balance", "pay", "hello"):
            stream.say(what)
        if what == "answer" and stream.asked:
            taken += _right(stream.asked[0])
            stream.answer()
        if what == "dies":
            after = calls.resume(SID, MORGAN, LINE)
            if not hasattr(after, "token") or stream.last.elsewhere:
                break
            with sessions() as tx:
                if tx.get_one(Call, SID).stage != "dialogue":
                    break
            stream = MediaStream(calls, calls.dialogue.connect(SID, after.token))
    return taken


def _right(query: Query) -> int:
    return int(isinstance(query, CheckPin) and query.pin == PIN)


class _Lines(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


def kept(sessions: Sessions) -> str:
    """All that the database holds of the call."""
    with sessions() as tx:
        call = tx.get_one(Call, SID)
        turns = [(turn.text, turn.words) for turn in tx.scalars(select(Turn))]
        handoffs = [
            {c.name: str(getattr(row, c.name)) for c in Handoff.__table__.c} for row in tx.scalars(select(Handoff))
        ]
        promised = [row.payload for row in tx.scalars(select(Outbox))]
        return json.dumps([turns, call.dialogue, handoffs, promised, call.problems], default=str)

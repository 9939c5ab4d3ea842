"""Speech on one side, dialogue on the other: what passes between them, and what a slow ledger costs."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from ivr.channels.conversation import Conversation, LedgerTimeouts, Threads
from ivr.dialogue.events import PinChecked
from ivr.ledger.sql import SqlLedger
from ivr.store.engine import Sessions
from ivr.store.models import Handoff, Turn
from speech.events import Close, Command, DtmfDigits, Event, Interrupted, Listen, NoInput, Speak, Spoken, UserTurn
from tests.fakes.fake_session import FakeSession
from tests.harness.call_line import LINE, MORGAN, SID
from tests.harness.calls import Calls

pytestmark = pytest.mark.integration

BALANCE = UserTurn("balance", 0.9, (), 4.0, 4.6, {"wait": 400.0, "listen": 200.0})


After = Callable[[list[Command]], Event]  # an event about what was told before it


def last_words(told: Sequence[Command]) -> Speak:
    return [command for command in told if isinstance(command, Speak)][-1]


def talk(calls: Calls, *events: Event | After, timeouts: LedgerTimeouts = LedgerTimeouts()) -> list[Command]:  # noqa: B008
    """Everything the session was told in a call with these events, each sent when all before it was answered."""

    async def call() -> list[Command]:
        ear = FakeSession()
        connected = calls.dialogue.connect(SID, calls.answer(SID, MORGAN, LINE).token)
        with ThreadPoolExecutor(2) as sql, ThreadPoolExecutor(2) as ledger:
            async with asyncio.TaskGroup() as tasks:
                conversation = Conversation(calls.dialogue, SID, connected, ear, Threads(sql, ledger), tasks, timeouts)
                ear.tell(await conversation.opening())
                for event in events:
                    assert await conversation.handle(event if isinstance(event, Event) else event(ear.told)) == []
                    while len(asyncio.all_tasks()) > 1:  # the ledger is being asked
                        await asyncio.sleep(0.005)
        return ear.told

    return asyncio.run(call())


def spoken(commands: Sequence[Command]) -> str:
    return " ".join(command.text for command in commands if isinstance(command, Speak))


def test_words_and_keys_reach_the_dialogue_and_answers_the_caller(calls: Calls) -> None:
    told = talk(calls, BALANCE, DtmfDigits("2749", 8.0))
    assert "seventeen cents" in spoken(told)
    assert isinstance(told[-1], Listen)


def test_a_question_says_what_kind_of_answer_it_expects(calls: Calls) -> None:
    listen = talk(calls, BALANCE)[-1]
    assert isinstance(listen, Listen)
    assert (listen.expect.kind, listen.expect.digits) == ("digits", 4)


def test_the_stream_is_closed_after_the_last_words_of_a_hand_off(calls: Calls) -> None:
    told = talk(calls, DtmfDigits("0", 2.0))
    assert isinstance(told[-2], Speak)
    assert told[-1] == Close()


def test_two_silences_bring_a_person(calls: Calls, sessions: Sessions) -> None:
    talk(calls, *[NoInput(7.0, 10.0)] * 3)
    with sessions() as tx:
        assert tx.scalars(select(Handoff.reason)).one() == "silent"


def test_a_cough_over_the_bot_is_left_to_the_session(calls: Calls, sessions: Sessions) -> None:
    before: list[Command] = []

    def cough(told: list[Command]) -> Event:
        before.extend(told)
        return Interrupted(last_words(told).id, "Thank", 0.2, 1.0)

    assert talk(calls, cough) == before
    with sessions() as tx:
        assert tx.scalars(select(Turn.played).where(Turn.key == last_words(before).id)).one() == 0.2


def test_an_answer_s_times_are_kept_by_stage(calls: Calls, sessions: Sessions) -> None:
    played = {"first_audio": 30.0, "response": 690.0}
    told = talk(calls, BALANCE, lambda told: Spoken(last_words(told).id, 5.2, 7.0, played))
    with sessions() as tx:
        turn = tx.scalars(select(Turn).where(Turn.key == last_words(told).id)).one()
        kept = {name: turn.latency[name] for name in ("wait", "listen", "speak", "total")}
        assert kept == {"wait": 400.0, "listen": 200.0, "speak": 30.0, "total": 690.0}
        assert turn.latency["decide"] > 0


def test_a_slow_ledger_is_said_to_be_slow(
    calls: Calls, ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch, sessions: Sessions
) -> None:
    gate = threading.Event()

    def slow(account: str, pin: str) -> PinChecked:
        gate.wait(0.15)
        return PinChecked(ok=True)

    monkeypatch.setattr(ledger, "check_pin", slow)
    told = talk(calls, BALANCE, DtmfDigits("2749", 8.0), timeouts=LedgerTimeouts(slow=0.05, failed=5.0))
    assert "seventeen cents" in spoken(told)
    with sessions() as tx:
        assert "repair.looking" in str(tx.scalars(select(Turn.prompt)).all())


def test_a_ledger_that_does_not_answer_brings_a_person(
    calls: Calls, ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch, sessions: Sessions
) -> None:
    gate = threading.Event()
    monkeypatch.setattr(ledger, "check_pin", lambda account, pin: gate.wait(30) and PinChecked(ok=True))
    told = talk(calls, BALANCE, DtmfDigits("2749", 8.0), timeouts=LedgerTimeouts(slow=0.02, failed=0.05))
    gate.set()
    assert told[-1] == Close()
    with sessions() as tx:
        assert tx.scalars(select(Handoff.reason)).one() == "fault"

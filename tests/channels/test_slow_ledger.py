"""A slow ledger: looked for aloud after two seconds, given up with an apology after six, and never lost."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from ivr.calls.pin_guard import PinGuard
from ivr.calls.queries import Queries
from ivr.channels.conversation import Conversation, Threads
from ivr.dialogue.actions import CheckPin, LookUp, Pay, Query
from ivr.dialogue.events import Failed
from ivr.ledger.http import HttpLedger
from ivr.store.engine import Sessions
from ivr.store.models import Call, Handoff, Payment
from speech.events import Close, Command, DtmfDigits, Speak, UserTurn
from tests.fakes.fake_clock import FakeClock
from tests.harness.call_line import LINE, MORGAN, SID
from tests.harness.calls import Calls
from tests.harness.jumping_loop import Jumping

pytestmark = pytest.mark.integration

PAY = UserTurn("pay", 0.9, (), 1.0, 2.0, {})
BALANCE = UserTurn("balance", 0.9, (), 1.0, 2.0, {})


@dataclass
class FakeLateExecutor(Executor):
    """Does its work `seconds` later, on the loop."""

    seconds: float = 0.0

    def submit(self, work: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        done: Future[Any] = Future()
        asyncio.get_running_loop().call_later(self.seconds, lambda: done.set_result(work(*arguments, **named)))
        return done


@dataclass
class FakeTimedSession:
    """What the session was told, and when."""

    told: list[tuple[float, Command]] = field(default_factory=list)

    def tell(self, commands: list[Command]) -> None:
        now = asyncio.get_running_loop().time()
        self.told.extend((round(now, 3), command) for command in commands)

    def since(self, moment: float) -> list[tuple[float, str]]:
        return [
            (at - moment, command.text if isinstance(command, Speak) else "(closed)")
            for at, command in self.told
            if isinstance(command, (Speak, Close)) and at >= moment
        ]


def talk(
    calls: Calls, seconds: float, *events: UserTurn | DtmfDigits, answer_in: float = 0.0
) -> list[tuple[float, str]]:
    """What was said, by seconds, after the last event; only what that one asks of the ledger takes `seconds`."""
    ledger, minutes = FakeLateExecutor(answer_in), FakeTimedSession()

    async def call() -> float:
        loop = asyncio.get_running_loop()
        connected = calls.dialogue.connect(SID, calls.answer(SID, MORGAN, LINE).token)
        async with asyncio.TaskGroup() as tasks:
            threads = Threads(FakeLateExecutor(), ledger)
            conversation = Conversation(calls.dialogue, SID, connected, minutes, threads, tasks)  # type: ignore[arg-type]
            minutes.tell(await conversation.opening())
            for event in events[:-1]:
                await conversation.handle(event)
                await asyncio.sleep(1)
            ledger.seconds, began = seconds, loop.time() if events else 0.0
            if events:
                await conversation.handle(events[-1])
            await asyncio.sleep(20)
            conversation.close()
        return began

    with asyncio.Runner(loop_factory=Jumping) as runner:
        return minutes.since(round(runner.run(call()), 3))


def at(said: list[tuple[float, str]], words: str) -> list[float]:
    return [round(moment, 1) for moment, text in said if words in text.lower()]


def test_a_quick_ledger_is_not_spoken_about(calls: Calls) -> None:
    said = talk(calls, 0.9, BALANCE, DtmfDigits("2749", 8.0))
    assert (at(said, "thank you"), at(said, "seventeen cents")) == ([0.9], [1.8])  # the PIN's check, then the balance
    assert len(said) == 3


def test_after_two_seconds_it_is_said_that_we_are_looking(calls: Calls) -> None:
    said = talk(calls, 2.5, BALANCE, DtmfDigits("2749", 8.0))
    assert [round(moment, 1) for moment, _ in said][:1] == [2.0]
    assert at(said, "seventeen cents") == [5.0]


def test_after_six_seconds_we_apologise_and_a_person_comes(calls: Calls, sessions: Sessions) -> None:
    said = talk(calls, 9.0, BALANCE, DtmfDigits("2749", 8.0))
    assert [round(moment, 1) for moment, _ in said] == [2.0, 6.0, 6.0]
    assert said[-1][1] == "(closed)"
    assert "sorry" in said[-2][1].lower()
    with sessions() as tx:
        assert tx.scalars(select(Handoff.reason)).one() == "fault"


def test_a_payment_that_was_made_too_late_stands_in_what_is_known(calls: Calls, sessions: Sessions) -> None:
    keys = [DtmfDigits(key, 9.0) for key in ("2749", "1", "1", "1")]
    said = talk(calls, 9.0, PAY, *keys, DtmfDigits("1", 12.0))
    assert said[-1][1] == "(closed)"
    with sessions() as tx:
        assert tx.scalars(select(Payment.state)).all() == ["made"]
        call = tx.get_one(Call, SID)
        assert call.dialogue is not None
        assert call.dialogue["noted"]["paid"] == tx.scalars(select(Payment.confirmation)).one()


def test_nobody_is_greeted_late(calls: Calls) -> None:
    said = talk(calls, 9.0, answer_in=9.0)
    assert [moment for moment, _ in said] == [2.0, 2.0]


def away(request: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("late", request=request)


@pytest.mark.parametrize(("query", "tries"), [("pin", 1), ("facts", 2), ("pay", 2)])
def test_a_ledger_kept_elsewhere_that_does_not_answer_has_failed(
    query: str, tries: int, clock: FakeClock, sessions: Sessions
) -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return away(request)

    queries: dict[str, Query] = {
        "pin": CheckPin("acc-1", "2749"),
        "facts": LookUp("acc-1"),
        "pay": Pay("acc-1", 5000, "checking", clock.now().date(), 7),
    }
    ledger = HttpLedger("https://ledger.example.com", "", httpx.MockTransport(answer))
    assert Queries(ledger, PinGuard(sessions, clock, ledger)).ask(SID, queries[query]) == Failed()
    assert len(asked) == tries
    assert len({request.url for request in asked}) == 1  # the same key, so that it is paid once

"""A payment whose answer was lost: nothing is claimed, the agent is told, and the ledger is asked until it is known."""

import json
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from ivr.dialogue.actions import Query
from ivr.dialogue.events import Failed, Keyed, Resumed
from ivr.handoff.account_holders import AccountHolders
from ivr.handoff.request import request_handoff
from ivr.ledger.http import HttpLedger
from ivr.payments.doubts import doubt
from ivr.payments.orders import ANSWER_DUE
from ivr.store import outbox
from ivr.store.engine import Sessions
from ivr.store.models import Agent, Call, CardPayment, Handoff, PaymentOrder
from ivr.store.topics import CARD_BOOK
from tests.fakes.fake_clock import FakeClock
from tests.fakes.fake_live_updates import FakeLiveUpdates
from tests.harness.call_line import LINE, MORGAN, SID, understand
from tests.harness.calls import Calls
from tests.harness.card_caller import CardCaller
from tests.harness.media_caller import said
from workers import context as workers_context
from workers import jobs
from workers.context import WorkerContext

pytestmark = pytest.mark.integration

YES, FULL, CHECKING, TODAY = "1", "1", "1", "1"
ACCOUNT = {"balance": 245017, "currency": "USD", "owed": True, "due": 245017, "minimum": 3500, "sources": ["checking"]}


@dataclass
class FakeBank:
    """A ledger over HTTP. `loses`: so many answers to payments are lost after the money has moved; `away`: before."""

    loses: int = 0
    away: bool = False
    made: dict[str, int] = field(default_factory=dict)
    asked: int = 0
    holder: dict[str, str] = field(default_factory=dict)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if self.away:
            raise httpx.ConnectError("refused")
        if request.method == "PUT":
            return self._pay(request)
        if request.url.path.endswith("/pin-checks"):
            return httpx.Response(200, json={"ok": True})
        found = {"account": "acc-1"} if request.url.path.endswith("/accounts") else {**ACCOUNT, **self.holder}
        return httpx.Response(200, json=found)

    def _pay(self, request: httpx.Request) -> httpx.Response:
        key, wanted = request.url.path.rsplit("/", 1)[1], json.loads(request.content)
        self.asked += 1
        self.made.setdefault(key, wanted["amount"])
        if self.loses:
            self.loses -= 1
            raise httpx.ReadTimeout("late")
        return httpx.Response(200, json={"confirmation": "771204", "amount": wanted["amount"], "on": wanted["on"]})


@pytest.fixture
def bank() -> FakeBank:
    return FakeBank()


@pytest.fixture
def ledger(bank: FakeBank) -> HttpLedger:
    return HttpLedger("https://ledger.example.com/v1", "", httpx.MockTransport(bank))


@pytest.fixture
def calls(sessions: Sessions, clock: FakeClock, ledger: HttpLedger) -> Calls:
    return Calls(sessions, clock, understand, ledger, FakeLiveUpdates(), request_handoff, company="Bank", notice="n")


@pytest.fixture
def work(
    context: WorkerContext, ledger: HttpLedger, calls: Calls, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> Any:
    """Lets time pass until the ledger is asked again, and asks it."""
    theirs = replace(context, ledger=ledger, dialogue=calls.dialogue, clock=clock)
    monkeypatch.setattr(workers_context.provider, "_context", theirs)

    def perform() -> None:
        clock.forward(ANSWER_DUE.total_seconds())
        with context.sessions() as tx:
            rows = [row.id for row in outbox.due(tx, clock.now()) if row.topic == "payment.settle"]
        for row_id in rows:
            jobs.perform(row_id)

    return perform


def pay(calls: Calls) -> CardCaller:
    """A caller agrees to pay everything from checking, today."""
    line = CardCaller(None, calls)  # type: ignore[arg-type]
    connected = calls.dialogue.connect(SID, calls.answer(SID, MORGAN, LINE).token)
    line.stream = connected.number
    line.follow(line.apply(calls.dialogue.opening(connected)))
    line.say("pay")
    for keys in ("2749", FULL, TODAY):
        line.key(keys)
    return line


def order(sessions: Sessions) -> PaymentOrder:
    with sessions() as tx:
        return tx.scalars(select(PaymentOrder)).one()


def handoff(sessions: Sessions) -> Handoff:
    with sessions() as tx:
        return tx.scalars(select(Handoff)).one()


def test_a_payment_made_whose_answer_was_lost_is_not_claimed_and_the_agent_is_told(
    calls: Calls, sessions: Sessions, bank: FakeBank
) -> None:
    bank.loses = 2
    told = said(pay(calls).key(YES))
    assert "can't tell yet whether that payment has gone through" in told and "get someone" in told
    assert "paid" not in handoff(sessions).known
    assert "may have been made" in handoff(sessions).known["payment"]
    assert "may have paid $2,450.17" in handoff(sessions).summary
    assert order(sessions).state == "doubtful"


def test_the_ledger_is_asked_again_under_the_same_key_until_it_is_known(
    calls: Calls, sessions: Sessions, bank: FakeBank, work: Any
) -> None:
    bank.loses = 5
    pay(calls).key(YES)
    work()
    assert order(sessions).state == "doubtful"
    for _ in range(3):
        work()
    assert (order(sessions).state, order(sessions).confirmation) == ("made", "771204")
    known = handoff(sessions).known
    assert (known["payment"], known["paid"]) == ("was made", "771204")
    assert list(bank.made.values()) == [245017], "moved once"
    asked = bank.asked
    work()
    assert bank.asked == asked, "nobody asks any more"


def test_the_brief_that_is_open_says_what_came_of_it(
    calls: Calls, sessions: Sessions, bank: FakeBank, work: Any, context: WorkerContext
) -> None:
    bank.loses = 2
    pay(calls).key(YES)
    context.handoffs.write_brief(handoff(sessions).id)
    brief = handoff(sessions).brief
    assert brief is not None
    assert [row["state"] for row in brief["payments"]] == ["doubtful"]
    work()
    brief = handoff(sessions).brief
    assert brief is not None
    assert [(row["state"], row["confirmation"]) for row in brief["payments"]] == [("made", "771204")]
    assert brief["known"]["payment"] == "was made"


def test_a_ledger_that_was_never_reached_moved_nothing_and_is_not_asked_behind_the_callers_back(
    calls: Calls, sessions: Sessions, bank: FakeBank, work: Any
) -> None:
    line = pay(calls)
    bank.away = True
    told = said(line.key(YES))
    assert "gone through" not in told
    assert handoff(sessions).known["payment"] == "was not made"
    bank.away = False
    work()
    assert bank.made == {} and order(sessions).state == "not-made"


def test_a_payment_that_the_next_stream_asks_for_again_stands_as_the_ledger_then_says(
    calls: Calls, sessions: Sessions, bank: FakeBank, work: Any
) -> None:
    line = pay(calls)
    line.apply(Keyed(YES))
    calls.dialogue.replied_late(SID, Failed(sure=True))  # told after the stream was lost: the dialogue still waits
    assert order(sessions).state == "not-made"
    calls.resume(SID, MORGAN, LINE)
    asked = line.apply(Resumed())
    assert order(sessions).state == "asked"
    line.follow(asked)
    assert (order(sessions).state, order(sessions).confirmation) == ("made", "771204")
    work()
    assert list(bank.made.values()) == [245017], "moved once"


@pytest.mark.parametrize("away", [True, False])
def test_a_payment_that_was_made_stands_where_the_ledger_fails_when_it_is_asked_once_more(
    calls: Calls, sessions: Sessions, bank: FakeBank, away: bool
) -> None:
    line = pay(calls)
    [*_, (_, asked)] = line.apply(Keyed(YES)).actions
    assert isinstance(asked, Query)
    calls.dialogue.replied_late(
        SID, calls.dialogue.ask(SID, asked)
    )  # told after the stream was lost: the dialogue still waits
    bank.away, bank.loses = away, 2 * (not away)
    told = said(line.follow(line.apply(Resumed())))
    assert "paid" in told and "gone through" not in told
    assert order(sessions).state == "made"


def test_the_answer_to_a_payment_asked_for_again_may_be_lost_too(
    calls: Calls, sessions: Sessions, bank: FakeBank, work: Any
) -> None:
    line = pay(calls)
    line.apply(Keyed(YES))
    calls.dialogue.replied_late(SID, Failed(sure=True))
    work()
    bank.loses = 2
    line.follow(line.apply(Resumed()))
    assert order(sessions).state == "doubtful"
    work()
    assert order(sessions).state == "made"


def test_a_caller_who_asks_for_a_person_while_the_ledger_is_asked_takes_the_doubt_along(
    calls: Calls, sessions: Sessions, bank: FakeBank, work: Any
) -> None:
    line = pay(calls)
    line.apply(Keyed(YES))  # the ledger is being asked
    line.apply(Keyed("0"))
    assert "may have been made" in handoff(sessions).known["payment"]
    work()
    assert handoff(sessions).known["paid"] == "771204"


def test_a_process_killed_between_question_and_answer_leaves_no_doubt_behind(
    calls: Calls, sessions: Sessions, bank: FakeBank, work: Any
) -> None:
    pay(calls).apply(Keyed(YES))
    calls.ended(SID, "completed")
    work()
    assert order(sessions).state == "made"
    with sessions() as tx:
        call = tx.get_one(Call, SID)
        assert call.dialogue is not None and call.dialogue["noted"]["paid"] == "771204"
        assert call.outcome == "resolved"


def test_an_agent_reads_of_the_doubt_before_he_takes_a_card_for_the_account(
    calls: Calls, sessions: Sessions, bank: FakeBank, work: Any
) -> None:
    bank.loses = 2
    pay(calls).key(YES)
    with sessions() as tx:
        assert "$2,450.17 from checking" in (doubt(tx, SID, "acc-1") or "")
        assert doubt(tx, "CA-another-call", "acc-1") is not None
        assert doubt(tx, "CA-another-call", "acc-2") is None
    work()
    with sessions() as tx:
        assert doubt(tx, SID, "acc-1") is None


def test_after_a_card_was_charged_for_it_the_ledger_is_not_asked_again(
    calls: Calls, sessions: Sessions, bank: FakeBank, clock: FakeClock, work: Any
) -> None:
    bank.loses = 2
    pay(calls).key(YES)
    with sessions.begin() as tx:
        agent = Agent(email="a", name="A", password_hash="", phone="client:a", presence_since=clock.now())
        tx.add(agent)
        tx.flush()
        tx.add(
            CardPayment(
                call_sid=SID, handoff_id=1, agent_id=agent.id, leg=SID, account="acc-1", amount=245017, currency="USD",
                on=clock.now().date(), state="success", field="", begun_at=clock.now(),
            )
        )  # fmt: skip
    asked = bank.asked
    work()
    assert (bank.asked, order(sessions).state) == (asked, "left")
    with sessions() as tx:
        assert "look in the ledger" in (doubt(tx, SID, "acc-1") or "")


def test_who_it_is_comes_from_the_ledger_and_a_ledger_that_is_away_delays_no_brief(
    calls: Calls, sessions: Sessions, bank: FakeBank, ledger: HttpLedger, context: WorkerContext, work: Any
) -> None:
    line = pay(calls)
    line.key("0")
    context.handoffs.account_holders = AccountHolders(sessions, context.clock, ledger, context.live)
    bank.away = True
    context.handoffs.write_brief(handoff(sessions).id)
    brief = handoff(sessions).brief
    assert brief is not None and brief["caller"]["name"] is None and brief["caller"]["pending"]
    bank.away = False
    bank.holder = {"holder": "Morgan Reyes", "number": "40012345", "phone": "+15550100001"}
    with sessions() as tx:
        rows = [row.id for row in outbox.due(tx, context.clock.now()) if row.topic == "ledger.holder"]
    assert len(rows) == 1
    context.handoffs.account_holders.learn(SID)
    brief = handoff(sessions).brief
    assert brief is not None
    shown = brief["caller"]
    assert (shown["name"], shown["account"], shown["pending"]) == ("Morgan Reyes", "40012345", False)
    assert shown["how"] == "number on file and PIN"


def another_call(sessions: Sessions, clock: FakeClock, sid: str = "CA-later", **what: Any) -> None:
    with sessions.begin() as tx:
        tx.add(
            Call(
                sid=sid, caller=MORGAN, called=LINE, started_at=clock.now(), stage="ended", notice="n", streams=1,
                problems=[], account_id="acc-1", **what,
            )
        )  # fmt: skip


def card_of_the_bot(result: str | None) -> dict[str, Any]:
    return {
        "turn": 4, "amount": 245017, "currency": "USD", "account": "acc-1", "on": "2026-05-04", "watch": 1,
        "result": result, "confirmation": "", "told": False,
    }  # fmt: skip


@pytest.mark.parametrize("state", ["asked", "doubtful", "made", "scheduled"])
def test_a_payment_in_doubt_is_not_asked_for_again_once_the_caller_has_paid_in_another_call(
    calls: Calls, sessions: Sessions, bank: FakeBank, clock: FakeClock, work: Any, state: str
) -> None:
    bank.loses = 2
    pay(calls).key(YES)
    another_call(sessions, clock)
    with sessions.begin() as tx:
        tx.add(
            PaymentOrder(
                key="CA-later:3", call_sid="CA-later", account="acc-1", amount=245017, currency="USD",
                source="checking", on=clock.now().date(), agreed_on=clock.now().date(), state=state,
                asked_at=clock.now() + timedelta(seconds=5),
            )
        )  # fmt: skip
    asked = bank.asked
    work()
    with sessions() as tx:
        first = tx.scalars(select(PaymentOrder).where(PaymentOrder.call_sid == SID)).one()
    assert (bank.asked, first.state) == (asked, "left")


@pytest.mark.parametrize("state", ["refused", "not-made"])
def test_a_later_payment_that_came_to_nothing_leaves_the_first_to_be_settled(
    calls: Calls, sessions: Sessions, bank: FakeBank, clock: FakeClock, work: Any, state: str
) -> None:
    bank.loses = 2
    pay(calls).key(YES)
    another_call(sessions, clock)
    with sessions.begin() as tx:
        tx.add(
            PaymentOrder(
                key="CA-later:3", call_sid="CA-later", account="acc-1", amount=1, currency="USD", source="checking",
                on=clock.now().date(), agreed_on=clock.now().date(), state=state, asked_at=clock.now(),
            )
        )  # fmt: skip
    work()
    with sessions() as tx:
        first = tx.scalars(select(PaymentOrder).where(PaymentOrder.call_sid == SID)).one()
    assert first.state == "made"


@pytest.mark.parametrize(("result", "state"), [("success", "left"), (None, "left"), ("declined", "made")])
def test_a_payment_in_doubt_is_not_asked_for_again_once_the_bot_took_a_card_for_the_account(
    calls: Calls, sessions: Sessions, bank: FakeBank, clock: FakeClock, work: Any, result: str | None, state: str
) -> None:
    bank.loses = 2
    pay(calls).key(YES)
    clock.forward(5)
    another_call(sessions, clock, card=card_of_the_bot(result))
    work()
    assert order(sessions).state == state


def test_a_card_whose_result_was_lost_is_told_to_the_agent_of_the_callers_next_call(
    calls: Calls, sessions: Sessions, clock: FakeClock
) -> None:
    calls.answer(SID, MORGAN, LINE)
    another_call(sessions, clock, card=card_of_the_bot(None))
    with sessions() as tx:
        assert "may have been charged $2,450.17" in (doubt(tx, SID, "acc-1") or "")
        assert doubt(tx, SID, "acc-2") is None


def test_a_card_that_is_being_charged_in_another_call_is_told_to_the_agent(
    calls: Calls, sessions: Sessions, clock: FakeClock
) -> None:
    calls.answer(SID, MORGAN, LINE)
    another_call(sessions, clock)
    with sessions.begin() as tx:
        agent = Agent(email="a", name="A", password_hash="", phone="client:a", presence_since=clock.now())
        passage = Handoff(
            call_sid="CA-later", state="bridged", reason="asked", intent="payment", summary="", requested_at=clock.now()
        )
        tx.add_all([agent, passage])
        tx.flush()
        tx.add(
            CardPayment(
                call_sid="CA-later", handoff_id=passage.id, agent_id=agent.id, leg=SID, account="acc-1", amount=5000,
                currency="USD", on=clock.now().date(), state="charging", field="", begun_at=clock.now(),
            )
        )  # fmt: skip
    with sessions() as tx:
        assert "may have been charged $50.00" in (doubt(tx, SID, "acc-1") or "")
        assert doubt(tx, "CA-later", "acc-1") is None, "whoever charges it sees it himself"


def test_a_charge_that_the_ledger_does_not_know_of_yet_is_told_to_the_agent(
    calls: Calls, sessions: Sessions, clock: FakeClock
) -> None:
    calls.answer(SID, MORGAN, LINE)
    booking = {"key": "k", "account": "acc-1", "amount": 5000, "on": "2026-05-04", "confirmation": ""}
    with sessions.begin() as tx:
        row = outbox.put(tx, CARD_BOOK, booking, clock.now())
    with sessions() as tx:
        assert "does not stand in the ledger yet" in (doubt(tx, SID, "acc-1") or "")
        assert doubt(tx, SID, "acc-2") is None
    with sessions.begin() as tx:
        outbox.done(tx, row, clock.now())
    with sessions() as tx:
        assert doubt(tx, SID, "acc-1") is None

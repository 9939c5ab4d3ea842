"""Jobs of payments and texts: one text at most, card payments booked, recordings resumed, spoken PINs masked."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from ivr.carrier.port import CarrierError
from ivr.recordings.redaction import mask_secrets
from ivr.store import outbox
from ivr.store.engine import Sessions
from ivr.store.idempotency import first_time, forget_old
from ivr.store.models import Call, Outbox, Recording, Turn, Webhook
from tests.fakes.fake_clock import FakeClock
from workers import context as workers_context
from workers import jobs
from workers.context import WorkerContext

pytestmark = pytest.mark.integration

SID = "CA" + "e" * 32


def promise(context: WorkerContext, topic: str, payload: dict[str, Any], caller: str = "+15550100001") -> int:
    with context.sessions.begin() as tx:
        if tx.get(Call, SID) is None:
            tx.add(Call(sid=SID, caller=caller, called="+1666", started_at=context.clock.now()))
        return outbox.put(tx, topic, payload, context.clock.now())


def row(context: WorkerContext, row_id: int) -> Outbox:
    with context.sessions() as tx:
        return tx.get_one(Outbox, row_id)


def asked(context: WorkerContext) -> list[tuple[Any, ...]]:
    carrier: Any = context.carrier
    return list(carrier.asked)


def test_a_text_whose_job_runs_twice_is_sent_once(context: WorkerContext) -> None:
    row_id = promise(context, "text.send", {"call": SID, "body": "Paid."})
    jobs.perform(row_id)
    with context.sessions.begin() as tx:
        tx.get_one(Outbox, row_id).done_at = None  # as a worker sees it that began at the same moment
    jobs.perform(row_id)
    assert asked(context) == [("send_text", "+15550100001", "Paid.")]


@pytest.mark.parametrize(("again", "left"), [(True, 1), (False, 0)])
def test_a_text_is_sent_again_only_if_it_was_surely_not_sent(context: WorkerContext, again: bool, left: int) -> None:
    carrier: Any = context.carrier
    carrier.faults["send_text"] = CarrierError("no", again=again)
    jobs.perform(promise(context, "text.send", {"call": SID, "body": "Paid."}))
    with context.sessions() as tx:
        assert len(tx.scalars(select(Outbox).where(Outbox.done_at.is_(None))).all()) == left


@pytest.mark.parametrize("caller", ["anonymous", "client:web"])
def test_a_caller_without_a_number_gets_no_text(context: WorkerContext, caller: str) -> None:
    row_id = promise(context, "text.send", {"call": SID, "body": "Paid."}, caller)
    jobs.perform(row_id)
    assert asked(context) == []
    assert row(context, row_id).done_at is not None


class FakeHolders:
    """A ledger that knows numbers on file."""

    def __init__(self, number: str | None) -> None:
        self.number = number

    def mobile(self, _account: str) -> str | None:
        return self.number


@pytest.fixture
def receipt(context: WorkerContext, monkeypatch: pytest.MonkeyPatch) -> Callable[[str | None], list[tuple[Any, ...]]]:
    """Sends one to the holder, whose number on file is given, after a call from another; all that was sent."""

    def sent(on_file: str | None) -> list[tuple[Any, ...]]:
        row_id = promise(context, "text.send", {"call": SID, "body": "Paid."}, "+15550100009")
        with context.sessions.begin() as tx:
            tx.get_one(Call, SID).account_id = "acc-1"
        holders: Any = FakeHolders(on_file)
        monkeypatch.setattr(workers_context.provider, "_context", replace(context, ledger=holders))
        jobs.perform(row_id)
        return asked(context)

    return sent


Receipt = Callable[[str | None], list[tuple[Any, ...]]]


def test_a_receipt_goes_to_the_number_on_file_and_not_to_whoever_called(receipt: Receipt) -> None:
    assert receipt("+15550100001") == [("send_text", "+15550100001", "Paid.")]


def test_without_a_number_on_file_no_receipt_is_sent(receipt: Receipt) -> None:
    assert receipt(None) == []


@pytest.mark.parametrize("number", ["+18765551234", "+19005551234"])
def test_a_receipt_is_not_sent_where_the_policy_refuses(receipt: Receipt, number: str) -> None:
    assert receipt(number) == []


def test_one_number_gets_no_more_receipts_than_the_limit(receipt: Receipt) -> None:
    assert [len(receipt("+15550100001")) for _ in range(7)] == [1, 2, 3, 4, 5, 5, 5]


def test_a_recording_that_does_not_go_on_is_tried_again(context: WorkerContext) -> None:
    carrier: Any = context.carrier
    carrier.faults["resume_recording"] = CarrierError("away", again=True)
    row_id = promise(context, "card.resume", {"call": SID})
    jobs.perform(row_id)
    assert row(context, row_id).done_at is None
    jobs.perform(row_id)
    assert asked(context) == [("resume_recording", SID)]


def test_a_card_payment_is_booked_in_the_ledger(context: WorkerContext, monkeypatch: pytest.MonkeyPatch) -> None:
    booked: list[tuple[Any, ...]] = []

    class FakeLedger:
        def book_card(self, *what: Any) -> None:
            booked.append(what)

    payload = {"key": f"{SID}:7", "account": "acc-1", "amount": 5000, "on": "2026-03-02", "confirmation": "4815"}
    row_id = promise(context, "card.book", payload)
    jobs.perform(row_id)
    assert row(context, row_id).done_at is None  # nobody keeps books here yet: it stays promised
    books: Any = FakeLedger()
    monkeypatch.setattr(workers_context.provider, "_context", replace(context, ledger=books))
    jobs.perform(row_id)
    jobs.perform(row_id)
    assert booked == [(f"{SID}:7", "acc-1", 5000, "4815", date(2026, 3, 2))]


def test_a_spoken_pin_is_not_in_the_transcript(sessions: Sessions, clock: FakeClock) -> None:
    def segment(channel: int, start: float, end: float) -> dict[str, Any]:
        return {
            "channel": channel,
            "text": "two seven four nine",
            "start": start,
            "end": end,
            "words": [{"word": "two"}],
        }

    with sessions.begin() as tx:
        tx.add(Call(sid=SID, caller="+1555", called="+1666", started_at=clock.now()))
        tx.flush()
        turn = {"call_sid": SID, "speaker": "caller", "start": 25.0, "end": 27.0}
        tx.add(Turn(key="s1.2", text="(PIN)", **turn))
        tx.add(Turn(key="s1.3", text="(PIN)", **turn | {"via": "keys", "start": 50.0, "end": 50.0}))
        kept = Recording(call_sid=SID, sid="RE1", kind="call", state="kept", source_url="", created_at=clock.now())
        kept.offset = 9.0
        tx.add(kept)
        parts = [segment(1, 4.0, 6.0), segment(2, 16.2, 17.0), segment(1, 16.4, 18.2), segment(1, 41.0, 42.0)]
        shown = mask_secrets(tx, kept, parts)
    hidden = [part["text"] == "(PIN)" and "two" not in str(part["words"]) for part in shown]
    assert hidden == [False, False, True, False]
    assert shown[0] == parts[0]


def test_secrets_that_only_the_recording_s_transcript_holds_are_not_in_it(sessions: Sessions, clock: FakeClock) -> None:
    def segment(channel: int, start: float, text: str) -> dict[str, Any]:
        words = [{"word": f" {w}", "start": start, "end": start + 1, "confidence": 0.9} for w in text.split()]
        return {"channel": channel, "text": text, "start": start, "end": start + 2.0, "words": words}

    with sessions.begin() as tx:
        tx.add(Call(sid=SID, caller="+1555", called="+1666", started_at=clock.now()))
        tx.flush()
        said = {"call_sid": SID, "speaker": "caller", "via": "voice"}
        tx.add(Turn(key="s1.1", text="it's (security code), I think", start=30.0, end=32.0, **said))
        kept = Recording(call_sid=SID, sid="RE1", kind="call", state="kept", source_url="", created_at=clock.now())
        message = Recording(
            call_sid=SID, sid="RE2", kind="message", state="kept", source_url="", created_at=clock.now()
        )
        tx.add_all([kept, message])
        parts = [
            segment(2, 1.0, "the long number on the card?"),
            segment(1, 4.0, "4111 1111 1111"),
            segment(2, 7.0, "4111 1111 1111"),
            segment(1, 10.0, "and 1111"),
        ]
        shown = mask_secrets(tx, kept, parts)
        (beside,) = mask_secrets(tx, kept, [segment(1, 30.2, "nine eight seven I think")])
        left = mask_secrets(tx, message, [segment(1, 0.0, "call me, my card is 4111 1111 1111 1111")])
    texts = [part["text"] for part in shown]
    assert texts[1:] == ["(card number)", "(card number)", "and (card number)"]
    assert [word["word"].strip() for word in shown[3]["words"]] == ["and", "(card number)"]
    assert beside["text"] == "(security code) I think"
    assert left[0]["text"] == "call me, my card is (card number)"


def test_callbacks_are_forgotten_after_a_week(sessions: Sessions, clock: FakeClock) -> None:
    with sessions.begin() as tx:
        first_time(tx, "old", clock.now() - timedelta(days=8))
        first_time(tx, "new", clock.now() - timedelta(days=6))
        forget_old(tx, clock.now())
        assert tx.scalars(select(Webhook.key)).all() == ["new"]

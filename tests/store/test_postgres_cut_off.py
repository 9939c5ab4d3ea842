"""PostgreSQL that hangs: every question fails in about two seconds, and all is well when it comes back."""

import threading
import time
from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from ivr.dialogue.events import Keyed
from ivr.ledger.port import LedgerError
from ivr.store.models import Call
from speech.events import UserTurn
from tests.harness.call_line import LINE, MORGAN, SID
from tests.harness.far_line import FarLine
from tests.harness.postgres import Postgres

pytestmark = [pytest.mark.integration, pytest.mark.slow]
SOON = 2.6  # seconds: two, and what a busy machine takes

WORKS: dict[str, Callable[[FarLine], object]] = {
    "answer": lambda far: far.calls.answer(SID, MORGAN, LINE),
    "apply": lambda far: far.calls.dialogue.apply(SID, Keyed("0"), "s1.9", UserTurn.of_keys("0", 1.0)),
    "resume": lambda far: far.calls.resume(SID, MORGAN, LINE),
    "fault": lambda far: far.calls.fault(SID, MORGAN, LINE, "11200"),
    "ended": lambda far: far.calls.ended(SID, "completed"),
    "facts": lambda far: far.ledger.facts("acc-1"),
    "read": lambda far: far.calls.language(SID),
}


def failed_after(far: FarLine, work: Callable[[FarLine], object]) -> float:
    begun = time.monotonic()
    with pytest.raises((SQLAlchemyError, LedgerError)):
        work(far)
    return time.monotonic() - begun


def works(far: FarLine) -> None:
    far.calls.answer(SID, MORGAN, LINE)
    assert far.ledger.facts("acc-1") is not None


def test_every_question_to_a_silent_database_fails_soon_and_works_when_it_is_back(far: FarLine) -> None:
    works(far)
    far.way.silence()
    waited = {name: failed_after(far, work) for name, work in WORKS.items()}
    assert max(waited.values()) < SOON, waited
    far.way.carry()
    works(far)


def test_a_stopped_server_is_the_same(far: FarLine, postgres_server: Postgres) -> None:
    works(far)
    with postgres_server.stopped():
        waited = {name: failed_after(far, WORKS[name]) for name in ("answer", "facts", "read")}
    assert max(waited.values()) < SOON, waited
    works(far)


def test_a_database_that_falls_silent_in_the_middle_of_a_transaction_fails_soon(far: FarLine) -> None:
    works(far)

    def half(far: FarLine) -> None:
        with far.sessions.begin() as tx:
            tx.get_one(Call, SID, with_for_update=True).problems = []
            far.way.silence()

    assert failed_after(far, half) < SOON
    far.way.carry()
    works(far)


def test_a_hundred_callers_at_once_wait_no_longer_than_one(far: FarLine) -> None:
    works(far)
    far.way.silence()
    waited: list[float] = []
    threads = [threading.Thread(target=lambda: waited.append(failed_after(far, WORKS["answer"]))) for _ in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(waited) == 100 and max(waited) < SOON + 0.5, sorted(waited)[-5:]
    far.way.carry()
    works(far)


def test_a_cut_way_fails_at_once_and_works_when_it_is_back(far: FarLine) -> None:
    works(far)
    far.way.cut()
    assert failed_after(far, WORKS["answer"]) < SOON
    far.way.carry()
    works(far)


def test_a_statement_that_runs_on_is_ended_by_the_server(far: FarLine) -> None:
    def long(far: FarLine) -> None:
        with far.sessions() as tx:
            tx.execute(text("SELECT pg_sleep(20)"))

    assert failed_after(far, long) < SOON
    with far.sessions() as tx:
        running = tx.execute(text("SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(20)'"))
        assert running.scalar() == 0


def test_who_waits_for_a_row_that_another_holds_is_told_so_soon(far: FarLine) -> None:
    works(far)
    with far.sessions.begin() as holder:
        holder.get_one(Call, SID, with_for_update=True)
        begun = time.monotonic()
        with pytest.raises(OperationalError, match="lock"):
            far.calls.answer(SID, MORGAN, LINE)
        assert time.monotonic() - begun < SOON


def test_nothing_is_prepared_that_a_pooler_would_lend_to_another(far: FarLine) -> None:
    with far.sessions() as tx:
        for _ in range(10):
            tx.get(Call, SID)
            tx.expire_all()
        assert tx.execute(text("SELECT count(*) FROM pg_prepared_statements")).scalar() == 0

"""The migrations make the tables that the models say, on SQLite and on PostgreSQL."""

import sqlite3
import time
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from argon2 import PasswordHasher

from ivr.calls.next_step import Park
from ivr.dialogue.events import Keyed
from ivr.handoff.request import request_handoff
from ivr.ledger.sample import load_sample
from ivr.ledger.sql import SqlLedger
from ivr.store.engine import make_engine, make_sessions
from ivr.store.migrate import upgrade
from ivr.store.models import Base
from ivr.store.word_index import INDEX
from speech.events import UserTurn
from tests.fakes.fake_clock import FakeClock
from tests.fakes.fake_live_updates import FakeLiveUpdates
from tests.harness.call_line import LINE, MORGAN, SID, understand
from tests.harness.calls import Calls

pytestmark = pytest.mark.integration

VECTORS = ("words", "ix_call_words_words")  # of PostgreSQL alone, as tables of `INDEX` are of SQLite


def differences(url: str) -> list[object]:
    engine = make_engine(url)
    with engine.connect() as connection:
        options = {"include_object": lambda _thing, name, *_: not name.startswith(INDEX) and name not in VECTORS}
        found = list(compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata))
    engine.dispose()
    return found


def test_migrated_tables_are_the_models_tables(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    upgrade(url)
    assert differences(url) == []


def test_upgrading_again_is_harmless(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    upgrade(url)
    upgrade(url)
    assert differences(url) == []


def test_a_process_that_starts_with_nothing_to_migrate_waits_for_no_writer_and_keeps_none_waiting(
    tmp_path: Path,
) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    upgrade(url)
    writer = sqlite3.connect(tmp_path / "new.db", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    upgrade(url)
    assert time.monotonic() - began < 4.0
    writer.close()


@pytest.mark.slow
def test_migrated_tables_are_the_models_tables_on_postgresql(postgres: str) -> None:
    upgrade(postgres)
    assert differences(postgres) == []


@pytest.mark.slow
def test_a_call_runs_on_postgresql(postgres: str) -> None:
    upgrade(postgres)
    engine = make_engine(postgres)
    sessions, clock = make_sessions(engine), FakeClock()
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    load_sample(sessions, clock.now().date(), cheap)
    ledger = SqlLedger(sessions, clock)
    calls = Calls(
        sessions, clock, understand, ledger, FakeLiveUpdates(), request_handoff, company="Test Bank", notice="en-test"
    )
    connected = calls.dialogue.connect(SID, calls.answer(SID, MORGAN, LINE).token)
    for _ in range(2):
        calls.dialogue.apply(SID, calls.dialogue.opening(connected), "s1.1")
    calls.dialogue.apply(SID, Keyed("0"), "s1.2", UserTurn.of_keys("0", 1.0))
    assert isinstance(calls.resume(SID, MORGAN, LINE), Park)
    assert ledger.pay("CA1:1", "acc-1", 100, "checking", clock.now().date()) == ledger.pay(
        "CA1:1", "acc-1", 100, "checking", clock.now().date()
    )
    engine.dispose()

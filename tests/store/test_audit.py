"""The audit's chain: what is changed, taken out or cut off is found, whoever writes at once."""

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, text, update

from ivr.store import audit
from ivr.store.engine import Sessions, make_engine, make_sessions
from ivr.store.migrate import upgrade
from ivr.store.models import Audit, Webhook
from tests.fakes.fake_clock import FakeClock

pytestmark = pytest.mark.integration


def write(sessions: Sessions, clock: FakeClock, count: int = 1, **detail: object) -> None:
    for number in range(count):
        with sessions.begin() as tx:
            tx.add(
                Audit(
                    at=clock.now(), actor="ada@bank.test", action="read-call", subject=f"call:{number}", detail=detail
                )
            )
        clock.forward(1)


def verdict(sessions: Sessions, expected: tuple[int, str] | None = None) -> audit.Verdict:
    with sessions() as tx:
        return audit.verify(tx, expected)


def test_rows_are_chained_as_they_are_committed(sessions: Sessions, clock: FakeClock) -> None:
    write(sessions, clock, 3, nested={"b": [1.0, None, "ü"], "a": (1, 2)})
    with sessions() as tx:
        rows = tx.scalars(select(Audit).order_by(Audit.id)).all()
    assert [row.place for row in rows] == [1, 2, 3]
    assert [row.previous for row in rows] == [audit.BEGINNING, rows[0].hash, rows[1].hash]
    found = verdict(sessions)
    assert (found.rows, found.broken, found.outside) == (3, None, 0)


def test_several_rows_of_one_transaction_and_of_a_nested_one_stand_in_a_row(
    sessions: Sessions, clock: FakeClock
) -> None:
    def row(name: str) -> Audit:
        return Audit(at=clock.now(), actor="x", action=name, subject="s")

    with sessions.begin() as tx:
        tx.add_all([row("a"), row("b")])
        tx.flush()
        with tx.begin_nested():
            tx.add(row("c"))
        nested = tx.begin_nested()
        tx.add(row("lost"))
        nested.rollback()
        tx.add(row("d"))
    with sessions() as tx:
        assert tx.scalars(select(Audit.action).order_by(Audit.place)).all() == ["a", "b", "c", "d"]
    assert verdict(sessions).broken is None


def test_a_transaction_that_fails_leaves_no_gap(sessions: Sessions, clock: FakeClock) -> None:
    write(sessions, clock)
    with pytest.raises(RuntimeError), sessions.begin() as tx:
        tx.add(Audit(at=clock.now(), actor="x", action="lost", subject="s"))
        tx.flush()
        raise RuntimeError
    write(sessions, clock)
    assert (verdict(sessions).rows, verdict(sessions).broken) == (2, None)


CHANGES = [
    "actor = 'eve@bank.test'", "action = 'x'", "subject = 'x'", "detail = '{}'", "at = '2020-01-01 00:00:00.000000'",
    "hash = 'x'", "previous = 'x'", "place = NULL", "place = 99",
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_row_is_found(sessions: Sessions, clock: FakeClock, change: str) -> None:
    write(sessions, clock, 5, why="asked")
    with sessions.begin() as tx:
        tx.execute(text(f"UPDATE audit SET {change} WHERE place = 3"))
    assert "row 3" in (verdict(sessions).broken or "")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15, deadline=None)
@given(st.sets(st.integers(1, 8), min_size=1))
def test_rows_that_were_taken_out_are_found(sessions: Sessions, clock: FakeClock, places: set[int]) -> None:
    with sessions.begin() as tx:
        tx.execute(delete(Audit))
        tx.execute(update(audit.AuditChain).values(place=0, hash=audit.BEGINNING))
    write(sessions, clock, 8)
    with sessions.begin() as tx:
        tx.execute(delete(Audit).where(Audit.place.in_(places)))
    kept = 8 - len(places)
    first = min(places)
    tail = set(range(first, 9)) <= places
    assert (f"row {first - 1}" if tail and kept else "row") in (verdict(sessions).broken or "")


def test_a_whole_chain_that_was_written_anew_does_not_meet_what_was_noted_elsewhere(
    sessions: Sessions, clock: FakeClock
) -> None:
    write(sessions, clock, 3)
    noted = (3, verdict(sessions).hash)
    assert verdict(sessions, noted).broken is None
    with sessions.begin() as tx:
        rows = tx.scalars(select(Audit).order_by(Audit.place)).all()
        rows[1].actor = "eve@bank.test"
        previous = audit.BEGINNING
        for place, row in enumerate(rows, start=1):
            row.previous, row.hash = previous, audit.hash_of(row, place, previous)
            previous = row.hash
        tx.execute(update(audit.AuditChain).values(hash=previous))
    assert verdict(sessions).broken is None
    assert "row 3" in (verdict(sessions, noted).broken or "")


def test_the_oldest_part_is_cut_off_and_the_rest_still_verifies(
    sessions: Sessions, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "BATCH", 4)
    write(sessions, clock, 10)
    edge = clock.now()
    noted = (10, verdict(sessions).hash)
    write(sessions, clock, 5)
    assert audit.cut(sessions, edge, clock.now(), "test") == 10
    found = verdict(sessions)
    assert (found.first, found.rows, found.broken) == (11, 6, None)
    assert verdict(sessions, noted).broken is None  # cut off openly
    with sessions.begin() as tx:
        assert tx.scalars(select(Audit.action).order_by(Audit.id.desc())).first() == "audit-cut"
        tx.execute(delete(Audit).where(Audit.place == 11))
    assert "row 11" in (verdict(sessions).broken or "")


def test_everything_may_be_cut_off(sessions: Sessions, clock: FakeClock) -> None:
    write(sessions, clock, 3)
    assert audit.cut(sessions, clock.now() + timedelta(days=1), clock.now(), "test") == 3
    assert (verdict(sessions).rows, verdict(sessions).broken) == (1, None)


def test_rows_of_an_older_version_are_counted_and_can_be_taken_in(sessions: Sessions, clock: FakeClock) -> None:
    with sessions.begin() as tx:
        tx.execute(
            text("INSERT INTO audit (at, actor, action, subject, detail) VALUES ('2026-01-01', 'x', 'y', 'z', '{}')")
        )
    write(sessions, clock)
    assert (verdict(sessions).outside, verdict(sessions).broken) == (1, None)
    with sessions.begin() as tx:
        assert audit.adopt(tx) == 1
    assert (verdict(sessions).rows, verdict(sessions).outside, verdict(sessions).broken) == (2, 0, None)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.slow)])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    if request.param == "postgres":
        yield request.getfixturevalue("postgres")
    else:
        yield f"sqlite:///{request.getfixturevalue('tmp_path') / 'many.db'}"


def test_many_writers_at_once_make_one_chain(url: str, clock: FakeClock) -> None:
    upgrade(url)
    engine = make_engine(url)
    sessions = make_sessions(engine)

    def work(number: int) -> None:
        for step in range(10):
            with sessions.begin() as tx:  # some audit first, some last, as the house's transactions do
                rows = [
                    Audit(at=clock.now(), actor=f"w{number}", action="x", subject=str(step)),
                    Webhook(key=f"{number}-{step}", at=clock.now()),
                ]
                for row in rows if number % 2 else reversed(rows):
                    tx.add(row)
                    tx.flush()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = verdict(sessions)
    engine.dispose()
    assert (found.rows, found.broken, found.outside) == (80, None, 0)


def test_what_was_written_reads_back_the_same(url: str) -> None:
    upgrade(url)
    engine = make_engine(url)
    sessions = make_sessions(engine)
    odd = datetime.fromisoformat("2026-03-02T09:00:00.123457+05:30")
    with sessions.begin() as tx:
        tx.add(Audit(at=odd, actor="ü ' \" \\", action="x", subject="y", detail={"f": 0.1, "n": None, "t": True}))
    assert verdict(sessions).broken is None
    engine.dispose()

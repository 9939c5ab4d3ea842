"""Readers and writers of the database: who reads holds nobody up, and never writes."""

import threading
import time
from collections.abc import Callable

import pytest
from sqlalchemy import text, update
from sqlalchemy.orm import Session

from ivr.store.engine import BadDatabaseUrlError, Sessions, WriteInReadSessionError, make_engine, make_sessions
from ivr.store.migrate import upgrade
from ivr.store.models import Announcement
from tests.harness.call_line import LINE, MORGAN, SID
from tests.harness.calls import Calls
from tests.harness.far_line import NOW

pytestmark = pytest.mark.integration


def announce(text: str) -> Announcement:
    return Announcement(text=text, by="ada", at=NOW)


def test_a_callers_words_are_written_while_a_page_reads(sessions: Sessions, calls: Calls) -> None:
    calls.answer(SID, MORGAN, LINE)
    with sessions() as page:
        page.execute(text("SELECT * FROM calls")).all()
        begun = time.monotonic()
        calls.answer("CA" + "2" * 32, MORGAN, LINE)
        assert time.monotonic() - begun < 1.0


def test_a_reader_sees_one_moment(sessions: Sessions) -> None:
    with sessions() as tx:
        assert tx.query(Announcement).count() == 0
        with sessions.begin() as other:
            other.add(announce("new"))
        assert tx.query(Announcement).count() == 0


WRITES: dict[str, Callable[[Session], object]] = {
    "a new row": lambda tx: tx.merge(announce("new")) and tx.scalar(text("SELECT 1")),
    "an update": lambda tx: tx.execute(update(Announcement).values(text="changed")),
    "plain SQL": lambda tx: tx.execute(text("DELETE FROM announcements")),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_a_session_that_reads_is_refused_every_write(sessions: Sessions, write: Callable[[Session], object]) -> None:
    with sessions() as tx, pytest.raises(WriteInReadSessionError, match=r"sessions\.begin\(\)"):
        write(tx)


@pytest.mark.slow
@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_a_session_that_reads_is_refused_every_write_on_postgresql(
    postgres: str, write: Callable[[Session], object]
) -> None:
    upgrade(postgres)
    engine = make_engine(postgres)
    with make_sessions(engine)() as tx, pytest.raises(WriteInReadSessionError):
        write(tx)
    engine.dispose()


def test_the_connection_of_a_reader_writes_again_for_the_next(sessions: Sessions) -> None:
    for _ in range(3):
        with sessions() as tx:
            tx.query(Announcement).all()
        with sessions.begin() as tx:
            tx.add(announce("new"))
    with sessions() as tx:
        assert tx.query(Announcement).count() == 3


def test_no_update_is_lost_between_two_who_read_and_then_write(sessions: Sessions) -> None:
    with sessions.begin() as tx:
        tx.add(announce(""))

    def append() -> None:
        for _ in range(20):
            with sessions.begin() as tx:
                row = tx.query(Announcement).one()
                row.text += "x"

    threads = [threading.Thread(target=append) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with sessions() as tx:
        assert tx.query(Announcement).one().text == "x" * 40


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("mysql://root:s3cret@db/warmline", "'mysql': only PostgreSQL and SQLite"),
        ("postgresql+psycopg2://root:s3cret@db/warmline", "only PostgreSQL and SQLite"),
        ("root:s3cret", "no database's address"),
        ("postgresql://root:s3cret@db:port/warmline", "no database's address"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
    ],
)
def test_a_wrong_address_is_refused_in_a_sentence_without_its_password(url: str, why: str) -> None:
    with pytest.raises(BadDatabaseUrlError, match="DATABASE_URL") as refused:
        make_engine(url)
    assert why in str(refused.value) and "s3cret" not in str(refused.value)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_postgresql_is_served_by_psycopg(scheme: str) -> None:
    engine = make_engine(f"{scheme}://user@127.0.0.1/warmline")
    assert (engine.dialect.name, engine.driver) == ("postgresql", "psycopg")

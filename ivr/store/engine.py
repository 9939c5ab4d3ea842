"""Engines and sessions: SQLite tuned for several processes, or PostgreSQL. Reading and writing are told apart."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy import URL, Connection, Engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session, sessionmaker

from ivr.store import postgres
from ivr.store.audit import chain_audit

READS = "warmline_reads"  # the execution option of a connection that only reads
READ_ONLY: dict[str, Any] = {READS: True, "postgresql_readonly": True}
SQLITE = frozenset({"sqlite", "sqlite+pysqlite"})
POSTGRES = frozenset({"postgres", "postgresql", "postgresql+psycopg"})
POOLER = "pooler"  # in DATABASE_URL's query: what stands between us and PostgreSQL
TRANSACTION = "transaction"
KINDS = "It is written as postgresql://user@host/name, or sqlite:////folder/file.db for a file."


class BadDatabaseUrlError(ValueError):
    """DATABASE_URL is of no use; the message says why and never tells its password."""


class WriteInReadSessionError(RuntimeError):
    """`sessions()` only reads: whoever writes does so within `sessions.begin()`."""


class Sessions(sessionmaker[Session]):
    """`sessions()` is a session that reads and is refused every write; `sessions.begin()` writes and then commits.

    A reader holds no lock, and never becomes a writer: what it saw could be old by then. Objects stay readable after
    the end.
    """

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine.execution_options(**READ_ONLY), expire_on_commit=False)
        self.engine = engine

    @contextmanager
    def begin(self) -> Iterator[Session]:
        with self(bind=self.engine) as tx, tx.begin():
            yield tx


def make_sessions(engine: Engine) -> Sessions:
    """Sessions whose audit rows are chained."""
    sessions = Sessions(engine)
    chain_audit(sessions)
    return sessions


def database_url(text: str) -> URL:
    """`text` with its driver: `postgres://` and `postgresql://` are served by psycopg. Raises BadDatabaseUrlError."""
    try:
        url = sa.make_url(text)
    except (ArgumentError, ValueError):
        raise BadDatabaseUrlError(f"DATABASE_URL is no database's address. {KINDS}") from None
    if url.drivername in POSTGRES:
        if url.query.get(POOLER, TRANSACTION) != TRANSACTION:
            raise BadDatabaseUrlError(f"DATABASE_URL knows no pooler but {POOLER}={TRANSACTION}, or none. {KINDS}")
        return url.set(drivername="postgresql+psycopg").difference_update_query([POOLER])
    if url.drivername not in SQLITE:
        raise BadDatabaseUrlError(
            f"DATABASE_URL asks for {url.drivername!r}: only PostgreSQL and SQLite are known. {KINDS}"
        )
    if url.database in (None, "", ":memory:"):
        raise BadDatabaseUrlError(f"DATABASE_URL names no file, and several processes share one database. {KINDS}")
    return url


def make_engine(url: str, *, patient: bool = False) -> Engine:
    """An engine for `url`, in use as is for writing. `patient`: nothing is cut short, for migrations."""
    address = database_url(url)
    shared: dict[str, Any] = {"pool_pre_ping": True, "hide_parameters": True}  # errors go to logs, callers do not
    if address.get_backend_name() == "sqlite":
        engine = sa.create_engine(address, **shared)
        event.listen(engine, "connect", _tune_patient_sqlite if patient else _tune_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        engine = sa.create_engine(address, **shared, **postgres.OPTIONS)
        postgres.tune(engine, patient=patient, pooled=POOLER in sa.make_url(url).query)
    event.listen(engine, "handle_error", _refuse_write)
    return engine


def _tune_sqlite(connection: Any, _record: object, busy_ms: int = 5000) -> None:
    # The driver's own BEGIN is deferred, which loses updates between processes: we begin ourselves.
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout={busy_ms}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _tune_patient_sqlite(connection: Any, record: object) -> None:
    _tune_sqlite(connection, record, busy_ms=600_000)  # another process migrates a grown file


def _begin_sqlite(connection: Connection) -> None:
    """A writer takes the one lock at once, a reader none."""
    reads = connection.get_execution_options().get(READS, False)
    raw: Any = connection.connection.driver_connection
    raw.execute(f"PRAGMA query_only={int(reads)}")
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _refuse_write(context: ExceptionContext) -> None:
    reads = context.connection is not None and context.connection.get_execution_options().get(READS, False)
    error: Any = context.original_exception
    if reads and ("READONLY" in getattr(error, "sqlite_errorname", "") or getattr(error, "sqlstate", "") == "25006"):
        raise WriteInReadSessionError(WriteInReadSessionError.__doc__) from error

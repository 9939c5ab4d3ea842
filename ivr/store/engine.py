"""Engines and sessions: SQLite tuned for several processes, or PostgreSQL."""

from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.orm import Session, sessionmaker

from ivr.store.audit import chain_audit

Sessions = sessionmaker[Session]


def make_engine(url: str) -> Engine:
    """An engine for `url`. A `postgresql://` URL is served by psycopg."""
    if url.startswith("postgresql://"):
        url = url.replace("postgresql://", "postgresql+psycopg://", 1)
    engine = create_engine(url, pool_pre_ping=True, hide_parameters=True)  # errors go to logs, callers do not
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _tune_sqlite)
        event.listen(engine, "begin", _begin_immediate)
    return engine


def make_sessions(engine: Engine) -> Sessions:
    """Sessions whose objects stay readable after commit, and whose audit rows are chained."""
    sessions = sessionmaker(engine, expire_on_commit=False)
    chain_audit(sessions)
    return sessions


def _tune_sqlite(connection: Any, _record: object) -> None:
    # The driver's own BEGIN is deferred, which loses updates between processes: we begin ourselves.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediate(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")

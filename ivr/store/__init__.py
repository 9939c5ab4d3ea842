"""Where calls are kept: engine, sessions, tables, migrations and the outbox."""

from ivr.store import (  # noqa: F401  # their tables belong to every database
    card_tables,
    codes,
    desk_tables,
    dials,
    notes,
    people_tables,
)
from ivr.store.engine import BadDatabaseUrl, Sessions, WriteInReadSession, make_engine, make_sessions

__all__ = ["BadDatabaseUrl", "Sessions", "WriteInReadSession", "make_engine", "make_sessions"]

"""Where calls are kept: engine, sessions, tables, migrations and the outbox."""

from ivr.store import card_tables, codes, desk_tables, notes, people_tables  # noqa: F401  # their tables belong to every database
from ivr.store.engine import Sessions, make_engine, make_sessions

__all__ = ["Sessions", "make_engine", "make_sessions"]

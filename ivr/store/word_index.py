"""The index of words beside the table `call_words`: FTS5 on SQLite, a `tsvector` with GIN on PostgreSQL.

The database keeps it: whoever writes or deletes rows of the table needs to know nothing of it.
"""

from typing import TYPE_CHECKING

from sqlalchemy import Connection, text

if TYPE_CHECKING:
    from ivr.store.engine import Sessions

INDEX = "call_words_index"
_SPEAKERS = ("caller", "bot", "agent")
_COLUMNS = ", ".join(_SPEAKERS)


def _values(row: str) -> str:
    return ", ".join(f"{row}.{column}" for column in ("place", *_SPEAKERS))


_OUT = f"INSERT INTO {INDEX}({INDEX}, rowid, {_COLUMNS}) VALUES ('delete', {_values('old')});"  # noqa: S608
_IN = f"INSERT INTO {INDEX}(rowid, {_COLUMNS}) VALUES ({_values('new')});"  # noqa: S608
SQLITE = (
    # the words come folded and parted: nothing is left for its tokenizer to do
    f"CREATE VIRTUAL TABLE {INDEX} USING fts5({_COLUMNS}, content='call_words', content_rowid='place',"
    " tokenize=\"unicode61 remove_diacritics 0\", prefix='2 3')",
    f"CREATE TRIGGER call_words_put AFTER INSERT ON call_words BEGIN {_IN} END",
    f"CREATE TRIGGER call_words_gone AFTER DELETE ON call_words BEGIN {_OUT} END",
    f"CREATE TRIGGER call_words_anew AFTER UPDATE ON call_words BEGIN {_OUT} {_IN} END",
)
_VECTORS = " || ".join(
    f"setweight(to_tsvector('simple'::regconfig, {column}), '{weight}')"
    for column, weight in zip(_SPEAKERS, "ABC", strict=True)
)
POSTGRESQL = (
    f"ALTER TABLE call_words ADD COLUMN words tsvector GENERATED ALWAYS AS ({_VECTORS}) STORED",
    "CREATE INDEX ix_call_words_words ON call_words USING gin (words)",
)
STATEMENTS = {"sqlite": SQLITE, "postgresql": POSTGRESQL}

PAGES = 200  # of the index, merged in one transaction


def create(connection: Connection) -> None:
    """Makes the index; the table is there."""
    for statement in STATEMENTS[connection.dialect.name]:
        connection.exec_driver_sql(statement)


def drop(connection: Connection) -> None:
    """Takes away what is left of the index once the table is gone; its triggers and columns went with it."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {INDEX}")


def scrub(sessions: "Sessions") -> None:
    """Rewrites the index piece by piece, so that no word of a deleted row stays in its file. SQLite only needs it."""
    if sessions.engine.dialect.name != "sqlite":
        return
    pages = -PAGES  # negative: all of it is to become one
    while True:
        with sessions.begin() as tx:
            before = tx.execute(text("SELECT total_changes()")).scalar_one()
            tx.execute(text(f"INSERT INTO {INDEX}({INDEX}, rank) VALUES ('merge', :pages)"), {"pages": pages})  # noqa: S608
            merged = tx.execute(text("SELECT total_changes()")).scalar_one() - before
        if merged < 2:  # its own row
            return
        pages = PAGES

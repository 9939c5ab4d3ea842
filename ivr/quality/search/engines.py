"""How each database is asked for calls in whose words something was said: FTS5 on SQLite, `tsvector` on PostgreSQL."""

from typing import Any

from sqlalchemy import ColumnElement, bindparam, cast, column, table, text
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.sql.expression import TableClause

from ivr.quality.search.words import Term, Typed
from ivr.store.word_index import INDEX

WEIGHTS = {"caller": "A", "bot": "B", "agent": "C", None: ""}
FTS = table(INDEX, column("rowid"))
VECTORS = table("call_words", column("place"), column("words"))


class SqliteWords:
    """The index as a table of its own, whose `place` it reads in order, newest or oldest first, and may stop early."""

    source: TableClause = FTS
    place: ColumnElement[Any] = FTS.c.rowid

    def matches(self, typed: Typed, speaker: str | None) -> ColumnElement[bool]:
        said = " AND ".join(map(_fts_term, typed.wanted))
        spared = "".join(f" NOT {_fts_term(term)}" for term in typed.unwanted)
        expression = f"({said}){spared}"
        within = f"{{{speaker}}} : ({expression})" if speaker else expression
        return text(f"{INDEX} MATCH :words").bindparams(bindparam("words", within))  # type: ignore[return-value]


class PostgresWords:
    """The vectors of `call_words`, by their inverted index or newest first, as the planner thinks best."""

    source: TableClause = VECTORS
    place: ColumnElement[Any] = VECTORS.c.place

    def matches(self, typed: Typed, speaker: str | None) -> ColumnElement[bool]:
        weight = WEIGHTS[speaker]
        said = [_ts_term(term, weight) for term in typed.wanted]
        spared = [f"!({_ts_term(term, weight)})" for term in typed.unwanted]
        return VECTORS.c.words.op("@@", is_comparison=True)(cast(" & ".join([*said, *spared]), TSQUERY))


ENGINES: dict[str, SqliteWords | PostgresWords] = {"sqlite": SqliteWords(), "postgresql": PostgresWords()}


def _fts_term(term: Term) -> str:
    """Words hold letters and digits only: nothing in them ends the quotation."""
    return f'"{" ".join(term.words)}"{"*" if term.prefix else ""}'


def _ts_term(term: Term, weight: str) -> str:
    last = len(term.words) - 1
    marks = [("*" if term.prefix and number == last else "") + weight for number in range(len(term.words))]
    run = [f"'{word}'{':' + mark if mark else ''}" for word, mark in zip(term.words, marks, strict=True)]
    return f"({' <-> '.join(run)})"

"""How each database is asked for calls in whose words something was said: FTS5 on SQLite, `tsvector` on PostgreSQL."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, any_, bindparam, cast, column, func, select, table, text
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY

from ivr.quality.search.words import Term, Typed
from ivr.store.word_index import INDEX

WEIGHTS = {"caller": "A", "bot": "B", "agent": "C", None: ""}
FTS = table(INDEX, column("rowid"))
VECTORS = table("call_words", column("place"), column("words"))
Condition = Callable[[Any], ColumnElement[bool]]


class SqliteWords:
    """The index as a table of its own, whose `place` it reads in order, newest or oldest first, and may stop early."""

    place: ColumnElement[Any] = FTS.c.rowid
    ordered = True

    def matches(self, typed: Typed, speaker: str | None) -> ColumnElement[bool]:
        said = " AND ".join(map(_fts_term, typed.wanted))
        spared = "".join(f" NOT {_fts_term(term)}" for term in typed.unwanted)
        expression = f"({said}){spared}"
        within = f"{{{speaker}}} : ({expression})" if speaker else expression
        return text(f"{INDEX} MATCH :words").bindparams(bindparam("words", within))  # type: ignore[return-value]

    def among(self, places: Sequence[int]) -> Condition:
        """Whether a place is one of these."""
        these = func.json_each(json.dumps(list(places))).table_valued("value")
        return lambda place: place.in_(select(these.c.value))

    def spoken_at(self, said: ColumnElement[bool]) -> Condition:
        """Whether what is looked for was said in the call of a place."""
        return lambda place: select(FTS.c.rowid).where(said, FTS.c.rowid == place).correlate_except(FTS).exists()


class PostgresWords:
    """The vectors of `call_words`, by their inverted index, which knows no order, or along the places."""

    place: ColumnElement[Any] = VECTORS.c.place
    ordered = False

    def matches(self, typed: Typed, speaker: str | None) -> ColumnElement[bool]:
        weight = WEIGHTS[speaker]
        said = [_ts_term(term, weight) for term in typed.wanted]
        spared = [f"!({_ts_term(term, weight)})" for term in typed.unwanted]
        return VECTORS.c.words.op("@@", is_comparison=True)(cast(" & ".join([*said, *spared]), TSQUERY))

    def among(self, places: Sequence[int]) -> Condition:
        """Whether a place is one of these."""
        return lambda place: place == any_(cast(list(places), ARRAY(BigInteger)))

    def spoken_at(self, said: ColumnElement[bool]) -> Condition:
        """Whether what is looked for was said in the call of a place."""
        there = select(VECTORS.c.place).where(said)
        return lambda place: there.where(VECTORS.c.place == place).correlate_except(VECTORS).exists()


ENGINES: dict[str, SqliteWords | PostgresWords] = {"sqlite": SqliteWords(), "postgresql": PostgresWords()}


def _fts_term(term: Term) -> str:
    """Words hold letters and digits only: nothing in them ends the quotation."""
    return f'"{" ".join(term.words)}"{"*" if term.prefix else ""}'


def _ts_term(term: Term, weight: str) -> str:
    last = len(term.words) - 1
    marks = [("*" if term.prefix and number == last else "") + weight for number in range(len(term.words))]
    run = [f"'{word}'{':' + mark if mark else ''}" for word, mark in zip(term.words, marks, strict=True)]
    return f"({' <-> '.join(run)})"

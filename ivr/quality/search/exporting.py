"""Calls that were found, as rows of a file: CSV, JSON or Parquet, written while they are read.

The columns are a public promise, see docs/exports.md: names and meanings stay, new ones come last, and `VERSION` counts
the changes. Secrets were taken out of the words before they were kept; callers' numbers are not exported.
"""

import csv
import io
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, Literal

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from ivr.quality.search.filters import Filters
from ivr.quality.search.finding import find
from ivr.store.engine import Sessions
from ivr.store.models import Agent, CallAgent, CallFacts, CallFlag, CallIntent, Turn

VERSION: Final = 2
BATCH = 500  # calls read at once
CHUNK = 64 * 1024  # bytes of a file sent at once
FORMATS: Final = ("csv", "json", "parquet")
Format = Literal["csv", "json", "parquet"]
Kind = Literal["text", "time", "number", "whole", "yes or no", "texts"]


class NoParquetError(RuntimeError):
    """What writes Parquet is not installed; the message says how to install it."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of an export."""

    name: str
    kind: Kind
    meaning: str


COLUMNS: Final = (
    Column("call_sid", "text", "the carrier's id of the call"),
    Column("started_at", "time", "when it began, in UTC"),
    Column("seconds", "number", "its length"),
    Column("outcome", "text", "resolved, handed-off, callback, message, abandoned or failed"),
    Column("language", "text", "ISO 639-1 code of the language spoken to the caller"),
    Column("intent", "text", "what it was about in the main"),
    Column("intents", "texts", "all that the caller asked for"),
    Column("verified", "yes or no", "whether the caller proved to be the account's holder"),
    Column("rating", "whole", "the caller's, 1 to 5"),
    Column("handoff_reason", "text", "why a person was called"),
    Column("wait_s", "number", "seconds that the caller waited for a person"),
    Column("agents", "texts", "names of those who talked with the caller"),
    Column("resolved_by", "text", "bot, person or none"),
    Column(
        "misheard", "whole", "turns of the caller of which the bot heard a quarter of the words amiss, by the recording"
    ),
    Column("lowest_confidence", "number", "of the caller's turns, 0 to 1"),
    Column("longest_silence", "number", "seconds, apart from waiting for a person"),
    Column("talk_over", "number", "seconds in which two spoke at once"),
    Column("interruptions", "whole", "times that the caller stopped the bot"),
    Column("bot_failures", "whole", "times that the bot could not go on"),
    Column("promises", "whole", "payments, call-backs and texts promised"),
    Column("promises_kept", "whole", "those that were done"),
    Column("repeat_within_7d", "yes or no", "whether the caller called again about the same within seven days"),
    Column("score_bot", "number", "the scorecard's percent for the bot"),
    Column("score_agent", "number", "the scorecard's percent for the agent"),
    Column("cost", "number", "what it cost, in units of money, by what the settings say of a minute"),
    Column("flags", "texts", "what a reviewer looks for, see docs/reviewers.md"),
    Column("transcript", "text", "what was said, a line for each turn: speaker, then the words without secrets"),
    Column("words_compared", "whole", "words of the caller in the recording, which the bot's were compared with"),
    Column("words_misheard", "whole", "those of them that the bot exchanged or lost, and what it invented"),
)
LISTS: Final = ("intents", "agents", "flags", "transcript")


def rows(sessions: Sessions, filters: Filters) -> Iterator[dict[str, Any]]:
    """Each call found, newest first, by the names of `COLUMNS`; each batch is a reading of its own."""
    before: int | None = None
    while True:
        with sessions() as tx:
            page = find(tx, filters, before=before, size=BATCH)
            batch = list(_rows(tx, page.rows))
        yield from batch
        if not page.older:
            return
        before = page.rows[-1].place


def written(format_: Format, found: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """The file, piece by piece. Raises NoParquetError before the first."""
    writers: dict[Format, Callable[[Iterable[dict[str, Any]]], Iterator[bytes]]] = {
        "csv": _csv,
        "json": _json,
        "parquet": _parquet,
    }
    if format_ == "parquet":
        _pyarrow()
    return writers[format_](found)


def _rows(tx: Session, facts: Sequence[CallFacts]) -> Iterator[dict[str, Any]]:
    sids = [row.call_sid for row in facts]
    intents = _listed(tx, CallIntent.call_sid, CallIntent.intent, sids)
    flags = _listed(tx, CallFlag.call_sid, CallFlag.flag, sids)
    talked = select(CallAgent.call_sid, Agent.name).join(Agent, Agent.id == CallAgent.agent_id)
    agents = _grouped(tx.execute(talked.where(CallAgent.call_sid.in_(sids)).order_by(Agent.name)).tuples())
    spoken = select(Turn.call_sid, Turn.speaker, Turn.text).where(Turn.call_sid.in_(sids))
    turns = tx.execute(spoken.order_by(Turn.call_sid, Turn.start, Turn.id)).tuples()
    said = _grouped((sid, f"{speaker}: {text}") for sid, speaker, text in turns if text)
    plain = [column.name for column in COLUMNS if column.name not in LISTS]
    for row in facts:
        lists = {"intents": intents, "agents": agents, "flags": flags}
        values = {name: getattr(row, name) for name in plain}
        values |= {name: of_calls.get(row.call_sid, []) for name, of_calls in lists.items()}
        values["transcript"] = "\n".join(said.get(row.call_sid, []))
        yield {column.name: values[column.name] for column in COLUMNS}


def _listed(
    tx: Session, sid: InstrumentedAttribute[str], value: InstrumentedAttribute[str], sids: Sequence[str]
) -> dict[str, list[str]]:
    return _grouped(tx.execute(select(sid, value).where(sid.in_(sids)).order_by(value)).tuples())


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for sid, value in pairs:
        groups.setdefault(sid, []).append(value)
    return groups


def _csv(found: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    file = io.StringIO()
    write = csv.writer(file, lineterminator="\n").writerow
    write([column.name for column in COLUMNS])
    for row in found:
        yield _emptied(file)
        write([_cell(value) for value in row.values()])
    yield _emptied(file)


def _cell(value: Any) -> str:
    """A text as a spreadsheet shows it: nothing in it is taken for a formula."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case list():
            value = "; ".join(value)
        case _ if hasattr(value, "isoformat"):
            return str(value.isoformat())
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _json(found: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """One object whose `calls` are a line each."""
    yield f'{{"version": {VERSION}, "calls": ['.encode()
    between = "\n"
    for row in found:
        text = json.dumps(row, ensure_ascii=False, default=lambda value: value.isoformat())
        yield f"{between}{text}".encode()
        between = ",\n"
    yield b"\n]}\n"


def _parquet(found: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """A file of its own beside, since its end holds what its beginning is read by."""
    arrow, parquet = _pyarrow()
    kinds = {
        "text": arrow.string(),
        "time": arrow.timestamp("us", tz="UTC"),
        "number": arrow.float64(),
        "whole": arrow.int64(),
        "yes or no": arrow.bool_(),
        "texts": arrow.list_(arrow.string()),
    }
    schema = arrow.schema(
        [arrow.field(column.name, kinds[column.kind]) for column in COLUMNS],
        metadata={"warmline.version": str(VERSION)},
    )
    left = iter(found)
    with tempfile.TemporaryFile() as file:
        with parquet.ParquetWriter(file, schema) as writer:
            while some := list(islice(left, BATCH)):
                writer.write_table(arrow.Table.from_pylist(some, schema=schema))
        file.seek(0)
        while piece := file.read(CHUNK):
            yield piece


def _pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise NoParquetError(
            "Parquet needs pyarrow, which is not installed: pip install 'warmline[parquet]', or choose csv or json."
        ) from error
    return pyarrow, pyarrow.parquet


def _emptied(file: io.StringIO) -> bytes:
    text = file.getvalue()
    file.seek(0)
    file.truncate()
    return text.encode()

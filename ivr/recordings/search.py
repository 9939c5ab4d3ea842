"""Looks for one person in everything that the line keeps: each column of each table, files, Redis, the carrier."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote_plus

from redis import Redis
from sqlalchemy import Engine, MetaData, Table, select, tuple_

from ivr.recordings.person import Person
from ivr.recordings.places.port import Place
from ivr.recordings.storage import ENDING, RecordingFiles
from ivr.store.engine import READ_ONLY

PAGE = 1000  # rows read at a time, so that callers' writes come between
BLOCK, OVERLAP = 8 * 1024 * 1024, 4096  # bytes of a file
MODELS = frozenset({"audio", "models", "meaning", "prompts", "phone"})  # what is the same on every line
BOOKS = frozenset({"accounts", "entries", "payments"})  # the ledger's, when it is ours: the law keeps them


class CarrierMemory(Protocol):
    """What the carrier still knows. Raises CarrierError."""

    def knows(self, sid: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class Trace:
    """Where something of the person still is; `what` names it without repeating it."""

    where: str
    what: str


def search_database(engine: Engine, person: Person) -> Iterator[Trace]:
    """Every row of every table that there is, but the ledger's own books."""
    known = MetaData()
    known.reflect(engine)
    for table in known.sorted_tables:
        if table.name in BOOKS:
            continue
        for row in _rows(engine, table):
            named = {name: value for name, value in row.items() if value is not None}
            columns = [name for name, value in named.items() if _is_in(person, value)]
            if columns:
                keys = "/".join(str(row[column.name]) for column in table.primary_key)
                yield Trace("database", f"{table.name} {'' if person.found_in(keys) else keys} ({', '.join(columns)})")


def search_files(folder: Path, person: Person, database: Path | None, kept: RecordingFiles) -> Iterator[Trace]:
    """Every file below the data folder, the database's own among them, byte by byte; and the files' names.

    Kept recordings are encrypted: of them the names."""
    paths = [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not set(path.relative_to(folder).parts) & MODELS
    ]
    beside = [database.with_name(database.name + end) for end in ("", "-wal", "-journal")] if database else []
    for path in dict.fromkeys([*paths, *(path for path in beside if path.is_file())]):
        sealed = kept.locate(path.name) == str(path) and path.name.endswith(ENDING)
        if (not sealed and _in_file(path, person)) or person.found_in(path.name):
            yield Trace("files", path.suffix if person.found_in(path.name) else path.name)


def search_place(place: Place, person: Person) -> Iterator[Trace]:
    """The names of the kept recordings' files; what is in them is encrypted."""
    for name, _ in place.files():
        if person.found_in(name):
            yield Trace("recordings", "a file")


def search_redis(redis: Redis, person: Person) -> Iterator[Trace]:
    """Every key, with all that it holds."""
    for key in found_in_redis(redis, person):
        yield Trace("redis", key.partition(b":")[0].decode(errors="replace"))


def found_in_redis(redis: Redis, person: Person) -> Iterator[bytes]:
    for key in redis.scan_iter(count=PAGE):
        if person.found_in(key) or any(person.found_in(part) for part in _held(redis, key)):
            yield key


def search_carrier(carrier: CarrierMemory, sids: Iterable[str]) -> Iterator[Trace]:
    """The carrier's records of these calls, texts and recordings."""
    for sid in sids:
        if carrier.knows(sid):
            yield Trace("carrier", {"CA": "a call", "SM": "a text"}.get(sid[:2], "a recording"))


def _rows(engine: Engine, table: Table) -> Iterator[dict[str, Any]]:
    key = list(table.primary_key) or list(table.columns)
    after: tuple[Any, ...] | None = None
    while True:
        some = select(table).order_by(*key).limit(PAGE)
        if after is not None:
            some = some.where(tuple_(*key) > tuple_(*after))
        with engine.execution_options(**READ_ONLY).connect() as connection:
            rows = [dict(row) for row in connection.execute(some).mappings()]
        yield from rows
        if len(rows) < PAGE:
            return
        after = tuple(rows[-1][column.name] for column in key)


def is_search_for(person: Person, query: str) -> bool:
    """Whether an address's query names the person: the signs of a number, and letters with accents, are escaped."""
    return person.found_in(query) or person.found_in(unquote_plus(query))


def _is_in(person: Person, value: Any) -> bool:
    return is_search_for(person, value) if isinstance(value, str) else person.found_in(_text(value))


def _text(value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode(errors="surrogateescape")


def _in_file(path: Path, person: Person) -> bool:
    tail = b""
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            if person.found_in(tail + block):
                return True
            tail = block[-OVERLAP:]
    return False


def _held(redis: Redis, key: bytes) -> Iterator[bytes]:
    client: Any = redis
    match client.type(key):
        case b"string":
            yield client.get(key) or b""
        case b"hash":
            for name, value in client.hgetall(key).items():
                yield from (name, value)
        case b"list":
            yield from client.lrange(key, 0, -1)
        case b"set":
            yield from client.smembers(key)
        case b"zset":
            yield from client.zrange(key, 0, -1)
        case b"stream":
            for _, fields in client.xrange(key):
                for name, value in fields.items():
                    yield from (name, value)

"""One person is forgotten everywhere: in tables, files, Redis, logs and at the carrier; with a proof that can be shown.

What may not be lost comes first: a run that is killed finds the same calls again, because the calls' own rows go last.
"""

import hashlib
import hmac
import secrets
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from redis import Redis
from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import Session

from ivr.carrier.port import Carrier
from ivr.clock import Clock
from ivr.recordings import personal, search
from ivr.recordings.copies import original_sid
from ivr.recordings.person import Person
from ivr.recordings.retention import BATCH, GONE, kept_back
from ivr.recordings.search import Trace
from ivr.recordings.storage import RecordingFiles
from ivr.store import word_index
from ivr.store.compaction import compact
from ivr.store.engine import Sessions
from ivr.store.models import Audit, Call, CallBack, Dial, Outbox, PinAttempt, Recording, SavedSearch, Webhook
from ivr.store.topics import RECORDING_FETCH

MONEY = ("card.book", "payment.")  # promised to a ledger: money may hang on it
LOGS = "logs"
ACTION = "erasure"


@dataclass(frozen=True, slots=True)
class Proof:
    """What was forgotten, what was searched afterwards, and what was found there. Nothing in it names the person.

    `who`: a keyed hash of number and account; `kept`: calls that are held, go on, or owe a call-back."""

    id: str
    at: str
    who: str
    calls: int
    recordings: int
    texts: int
    kept: list[str]
    searched: list[str]
    found: list[dict[str, str]]

    @property
    def complete(self) -> bool:
        return not self.kept and not self.found


@dataclass(frozen=True, slots=True)
class _Traces:
    """What the person's calls left, as it stood before anything was deleted. The sids are the carrier's."""

    person: Person
    calls: list[str]
    kept: list[str]
    recordings: list[tuple[str, list[str]]]
    texts: list[str]


@dataclass(frozen=True, slots=True)
class Eraser:
    """`database`: the SQLite file, where it is one. `key` makes the hash by which a proof is known again."""

    sessions: Sessions
    clock: Clock
    files: RecordingFiles
    redis: Redis
    carrier: Carrier
    data_dir: Path
    database: Path | None
    key: bytes

    def erase(self, number: str | None, account: str | None, by: str) -> Proof:
        """Forget whoever calls from `number`, or has `account`; calls that must be kept are told. Raises CarrierError,
        PlaceError, RedisError, after which it is to be run again."""
        with self.sessions() as tx:
            traces = _look_up(tx, number, account)
        self._forget_outside(traces)
        self._forget_rows(traces)
        found = self._search(traces)
        if {trace.where for trace in found} == {"files"} and self.database:
            compact(self.sessions.engine, whole=True)  # bytes of rows that were deleted before
            found = self._search(traces)
        proof = self._proof(traces, found, number, account)
        with self.sessions.begin() as tx:
            detail = asdict(proof)
            tx.add(Audit(at=self.clock.now(), actor=by, action=ACTION, subject=f"erasure:{proof.id}", detail=detail))
        return proof

    def who(self, number: str | None, account: str | None) -> str:
        """By which a proof is known to be of this number or account; it cannot be told back without the key."""
        return hmac.new(self.key, f"{number or ''}|{account or ''}".encode(), hashlib.sha256).hexdigest()

    def _forget_outside(self, traces: _Traces) -> None:
        for key in list(search.found_in_redis(self.redis, traces.person)):
            self.redis.delete(key)  # what is promised stands in the outbox
        for log in sorted((self.data_dir / LOGS).glob("*")):
            _mask(log, traces.person)
        for sid, paths in traces.recordings:
            self.carrier.delete_recording(sid)
            for path in paths:
                self.files.delete(path)
        self._delete_remains({sid for sid, _ in traces.recordings})
        for sid in traces.texts:
            self.carrier.forget_text(sid)
        for sid in traces.calls:
            self.carrier.forget_call(sid)

    def _delete_remains(self, sids: Collection[str]) -> None:
        """Files that no row names: whoever wrote them was killed before they were whole, or before the row was kept."""
        for name in [name for name, _ in self.files.place.files() if original_sid(name) in sids]:
            self.files.delete(name)

    def _forget_rows(self, traces: _Traces) -> None:
        now = self.clock.now()
        for sids in _some(traces.calls, BATCH):
            with self.sessions.begin() as tx:
                personal.forget(tx, sids, now)
                _forget_recordings(tx, sids)
        with self.sessions.begin() as tx:
            _forget_by_person(tx, traces.person)
        self._blank_promises(traces)
        word_index.scrub(self.sessions)
        compact(self.sessions.engine)

    def _blank_promises(self, traces: _Traces) -> None:
        """Jobs that hold something of the person, done or not; one on which money hangs stays, and is found."""
        after, calls = 0, set(traces.calls)
        while True:
            with self.sessions() as tx:
                rows = tx.scalars(select(Outbox).where(Outbox.id > after).order_by(Outbox.id).limit(search.PAGE)).all()
            mine = [row.id for row in rows if _is_of(row, traces.person, calls)]
            with self.sessions.begin() as tx:
                blank = update(Outbox).where(Outbox.id.in_(mine))
                tx.execute(blank.values(payload={}, error=None, done_at=self.clock.now(), taken_until=None))
            if len(rows) < search.PAGE:
                return
            after = rows[-1].id

    def _search(self, traces: _Traces) -> list[Trace]:
        person, kept = traces.person, set(traces.kept)
        sids = [*traces.calls, *traces.texts, *(sid for sid, _ in traces.recordings)]
        found = [
            *search.search_database(self.sessions.engine, person),
            *search.search_files(self.data_dir, person, self.database, self.files),
            *search.search_place(self.files.place, person),
            *search.search_redis(self.redis, person),
            *search.search_carrier(self.carrier, sids),
        ]
        return found if not kept else [*found, Trace("database", f"{len(kept)} calls that are kept")]

    def _proof(self, traces: _Traces, found: Sequence[Trace], number: str | None, account: str | None) -> Proof:
        searched = [
            "database: every column of every table but the ledger's books",
            "files: every byte in the data folder",
        ]
        searched += [
            "recordings: the names of all files",
            "redis: every key",
            "carrier: their calls, texts and recordings",
        ]
        return Proof(
            secrets.token_hex(4), self.clock.now().isoformat(), self.who(number, account), len(traces.calls),
            len(traces.recordings), len(traces.texts), traces.kept, searched, [asdict(trace) for trace in found],
        )  # fmt: skip


def proof_of(tx: Session, proof_id: str) -> Proof | None:
    """A proof as it was kept."""
    row = tx.scalar(select(Audit).where(Audit.subject == f"erasure:{proof_id}", Audit.action == ACTION))
    return Proof(**row.detail) if row else None


def _look_up(tx: Session, number: str | None, account: str | None) -> _Traces:
    theirs: list[ColumnElement[bool]] = []
    if number:
        called_back = select(CallBack.call_sid).where(CallBack.number == number)
        theirs += [Call.caller == number, Call.sid.in_(called_back)]
    if account:
        theirs.append(Call.account_id == account)
    mine = select(Call).where(or_(*theirs)).order_by(Call.sid)
    over = [call.sid for call in tx.scalars(mine.where(Call.ended_at.is_not(None), ~kept_back()))]
    calls = tx.scalars(mine).all()
    names = {
        str(call.holder[sign])
        for call in calls
        if call.holder
        for sign in ("holder", "number")
        if account and call.holder.get(sign)
    }
    rows = [
        (row.sid, [path for path in (row.path, row.redacted_path) if path])
        for row in tx.scalars(select(Recording).where(Recording.call_sid.in_(over)))
    ]
    sent = Dial.address == number if number else Dial.call_sid.in_(over)
    texts = tx.scalars(select(Dial.message_sid).where(sent, Dial.message_sid.is_not(None))).all() if number else []
    person = Person(number, account, frozenset(names), frozenset(sid for sid, _ in rows))
    kept = [call.sid for call in calls if call.sid not in set(over)]
    return _Traces(person, over, kept, rows, [sid for sid in texts if sid])


def _forget_recordings(tx: Session, sids: Sequence[str]) -> None:
    for row in tx.scalars(select(Recording).where(Recording.call_sid.in_(sids))):
        tx.execute(delete(Webhook).where(Webhook.key == f"{RECORDING_FETCH}:{row.sid}"))
        row.sid, row.source_url, row.path, row.redacted_path, row.key_id = f"erased-{row.id}", "", None, None, None
        row.state, row.transcript = GONE, []


def _forget_by_person(tx: Session, person: Person) -> None:
    if person.number:
        tx.execute(delete(Dial).where(or_(Dial.address == person.number, Dial.by == f"caller:{person.number}")))
        tx.execute(delete(PinAttempt).where(PinAttempt.source == person.number))
    if person.account:
        tx.execute(delete(PinAttempt).where(PinAttempt.account == person.account))
    for kept in tx.scalars(select(SavedSearch)):  # a few for each reviewer
        if search.is_search_for(person, kept.query) or person.found_in(kept.name):
            tx.delete(kept)


def _is_of(row: Outbox, person: Person, calls: set[str]) -> bool:
    if row.done_at is None and row.topic.startswith(MONEY):
        return False
    words = row.payload.get("call") in calls and "body" in row.payload
    return words or person.found_in(str([row.payload, row.error]))


def _mask(log: Path, person: Person) -> None:
    """In place and of the same length: whoever writes on at its end is not disturbed."""
    if not log.is_file():
        return
    data = log.read_bytes()
    masked = person.masked(data)
    if masked != data:
        with log.open("r+b") as file:
            file.write(masked)


def _some(sids: list[str], size: int) -> list[list[str]]:
    return [sids[start : start + size] for start in range(0, len(sids), size)]

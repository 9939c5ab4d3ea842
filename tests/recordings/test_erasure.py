"""One person is forgotten everywhere, and everything is searched for them byte by byte afterwards."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from sqlalchemy import MetaData, select, update

from ivr.carrier.port import CarrierError
from ivr.recordings import holds
from ivr.recordings.erasure import Eraser, proof_of
from ivr.recordings.person import Person
from ivr.recordings.search import is_search_for
from ivr.recordings.storage import RecordingFiles
from ivr.store import outbox
from ivr.store.audit import verify
from ivr.store.engine import Sessions, make_engine, make_sessions
from ivr.store.migrate import upgrade
from ivr.store.models import (
    Audit,
    Call,
    CallBack,
    CallWords,
    Comment,
    Dial,
    Evaluation,
    Outbox,
    PinAttempt,
    Recording,
    SavedSearch,
    Webhook,
)
from tests.fakes.fake_carrier import FakeCarrier
from tests.fakes.fake_clock import FakeClock
from tests.harness.s3_server import BUCKET, running_s3
from tests.harness.whole_call import ACCOUNT, CALLER, WORDS, a_call

pytestmark = pytest.mark.integration

OTHER = "+15550188888"
SIGNS = re.compile(rb"5550177777|acc-secret|my mother|Xanthippe|RECA1|RECA2", re.IGNORECASE)


class RememberingCarrier(FakeCarrier):
    """Knows calls, texts and recordings until it is told to forget them."""

    def __init__(self) -> None:
        super().__init__()
        self.known = {"CA1", "CA2", "RECA1", "RECA2", "SM1", "CA3", "RECA3"}

    def delete_recording(self, recording_sid: str) -> None:
        super().delete_recording(recording_sid)
        self.known.discard(recording_sid)

    def forget_call(self, call_sid: str) -> None:
        super().forget_call(call_sid)
        self.known.discard(call_sid)

    def forget_text(self, message_sid: str) -> None:
        super().forget_text(message_sid)
        self.known.discard(message_sid)

    def knows(self, sid: str) -> bool:
        return sid in self.known


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Sessions]:
    url = f"sqlite:///{tmp_path / 'warmline.db'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres")
    upgrade(url)
    sessions = make_sessions(make_engine(url))
    yield sessions
    sessions.engine.dispose()


@pytest.fixture(params=["file", "s3"])
def files(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RecordingFiles]:
    if request.param == "file":
        yield RecordingFiles((tmp_path / "recordings").as_uri())
        return
    with running_s3() as server:
        server.login(monkeypatch)
        yield RecordingFiles(f"s3://{BUCKET}/{tmp_path.name}")


@pytest.fixture
def eraser(store: Sessions, clock: FakeClock, files: RecordingFiles, redis: Redis, tmp_path: Path) -> Eraser:
    database = tmp_path / "warmline.db"
    return Eraser(
        store, clock, files, redis, RememberingCarrier(), tmp_path, database if database.exists() else None, b"k" * 32
    )


def plant(eraser: Eraser, redis: Redis) -> None:
    """The person everywhere; and another, of whom nothing may be lost."""
    store, clock = eraser.sessions, eraser.clock
    for sid in ("CA1", "CA2"):
        a_call(store, sid, clock.now(), eraser.files)
    a_call(store, "CA3", clock.now(), eraser.files, OTHER, "acc-other", "my cat is well")
    with store.begin() as tx:
        for address, by, message in ((CALLER, "line", "SM1"), (OTHER, f"caller:{CALLER}", None), (OTHER, "line", None)):
            tx.add(Dial(at=clock.now(), address=address, purpose="text", by=by, message_sid=message))
        for source, account in ((CALLER, "x"), ("y", ACCOUNT), (OTHER, "acc-other")):
            tx.add(PinAttempt(at=clock.now(), account=account, source=source, call_sid="CA9"))
        outbox.put(tx, "text.send", {"call": "CA1", "body": "Your code"}, clock.now())
        outbox.put(tx, "ledger.holder", {"number": CALLER}, clock.now())
        tx.get_one(Outbox, outbox.put(tx, "callback.try", {}, clock.now())).error = f"no call to {CALLER}"
        tx.add(Webhook(key="recording.fetch:RECA1", at=clock.now()))
        queries = ("q=%28555%29+017-7777", f"q={ACCOUNT}&flag=upset", "q=cat")
        for name, query in zip((f"from {CALLER}", "their account", "Pets"), queries, strict=True):
            tx.add(SavedSearch(agent_id=1, name=name, query=query, created_at=clock.now()))
    redis.set("rq:job:1", f"rang (555) 017-7777 for {ACCOUNT}")
    redis.hset("rq:job:2", mapping={"data": "RECA2"})
    redis.rpush("warmline:list", WORDS)
    redis.set("rq:job:3", OTHER)
    logs = eraser.data_dir / "logs"
    logs.mkdir()
    (logs / "web.log").write_text(f"rang {CALLER}\nrang {OTHER}\n")


def everything(eraser: Eraser, redis: Redis) -> dict[str, bytes]:
    """Every byte of the database, Redis, the store, the logs, and all that the carrier knows."""
    known = MetaData()
    known.reflect(eraser.sessions.engine)
    with eraser.sessions() as tx:
        rows = [str(row) for table in known.sorted_tables for row in tx.execute(select(table))]
    kept = {
        "rows": "\n".join(rows).encode(),
        "store": "\n".join(name for name, _ in eraser.files.place.files()).encode(),
        "carrier": "\n".join(sorted(eraser.carrier.known)).encode(),  # type: ignore[attr-defined]
        "redis": b"\n".join(_dumped(redis, key) for key in redis.scan_iter()),
    }
    for path in eraser.data_dir.rglob("*"):  # the SQLite file and what it writes ahead among them
        if path.is_file():
            kept[path.name] = path.read_bytes() + path.name.encode()
    return kept


def _dumped(redis: Any, key: bytes) -> bytes:
    return key + b" " + bytes(redis.dump(key))


def test_nothing_of_a_person_is_left_anywhere_and_all_of_another(eraser: Eraser, redis: Redis) -> None:
    plant(eraser, redis)
    places = {"rows", "store", "carrier", "redis", "web.log"}
    if eraser.database:
        places |= {"warmline.db-wal"}
    assert places <= {n for n, held in everything(eraser, redis).items() if SIGNS.search(held)}
    proof = eraser.erase(CALLER, ACCOUNT, "ada")
    assert (proof.complete, proof.calls, proof.recordings, proof.texts, proof.found) == (True, 2, 2, 1, [])
    left = everything(eraser, redis)
    assert {name: SIGNS.findall(held) for name, held in left.items() if SIGNS.search(held)} == {}
    assert b"RECA3.wav.aes" in left["store"] and b"RECA3" in left["carrier"]
    assert OTHER.encode() in left["rows"] and OTHER.encode() in left["redis"] and OTHER.encode() in left["web.log"]
    with eraser.sessions() as tx:
        assert tx.get_one(Call, "CA1").outcome == "handed-off"
        assert [row.name for row in tx.scalars(select(SavedSearch))] == ["Pets"]
        assert tx.scalars(select(Comment.text).where(Comment.call_sid == "CA3")).all() == ["my cat is well"]
        assert tx.scalars(select(CallWords.call_sid)).all() == ["CA3"]
        assert len(tx.scalars(select(Evaluation.score)).all()) == 3  # a judgement stays, without its words
        assert verify(tx).broken is None


def test_the_proof_can_be_shown_again_and_names_nobody(eraser: Eraser, redis: Redis) -> None:
    plant(eraser, redis)
    proof = eraser.erase(CALLER, None, "ada")
    with eraser.sessions() as tx:
        again = proof_of(tx, proof.id)
        row = tx.scalars(select(Audit).where(Audit.action == "erasure")).one()
        assert proof_of(tx, "nonsense") is None
    assert again == proof
    assert proof.who == eraser.who(CALLER, None) != eraser.who(OTHER, None)
    assert not SIGNS.search(str([row.subject, row.detail]).encode())


def test_what_was_killed_in_between_is_done_whole_by_the_next_run(
    eraser: Eraser, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(eraser, redis)
    carrier: Any = eraser.carrier
    for request in ("delete_recording", "forget_text", "forget_call"):
        carrier.faults[request] = CarrierError("away", again=True)
        with pytest.raises(CarrierError):
            eraser.erase(CALLER, ACCOUNT, "ada")
    assert eraser.erase(CALLER, ACCOUNT, "ada").complete
    assert not any(SIGNS.search(held) for held in everything(eraser, redis).values())


def test_what_a_killed_worker_left_of_a_recording_is_deleted_too(eraser: Eraser, redis: Redis) -> None:
    plant(eraser, redis)
    for name in ("RECA1.wav.0a1b2c3d", "RECA2redacted.wav.aes", "RECA3redacted.wav.aes"):
        eraser.files.place.put(name, [b"half"])  # its row does not name it
    assert eraser.erase(CALLER, None, "admin").complete
    assert {name for name, _ in eraser.files.place.files() if "RECA1" in name or "RECA2" in name} == set()
    assert "RECA3redacted.wav.aes" in {name for name, _ in eraser.files.place.files()}


def test_a_call_that_is_held_or_goes_on_or_is_owed_a_call_back_is_kept_and_told(eraser: Eraser, redis: Redis) -> None:
    plant(eraser, redis)
    a_call(eraser.sessions, "CA4", eraser.clock.now(), eraser.files)
    with eraser.sessions.begin() as tx:
        holds.hold(tx, "CA1", "court 7", "ada", eraser.clock.now())
        tx.execute(update(Call).where(Call.sid == "CA2").values(ended_at=None))
        tx.execute(update(CallBack).where(CallBack.call_sid == "CA4").values(state="booked"))
    proof = eraser.erase(CALLER, ACCOUNT, "ada")
    assert (proof.complete, proof.calls, sorted(proof.kept)) == (False, 0, ["CA1", "CA2", "CA4"])
    assert proof.found and not SIGNS.search(str(proof).encode())
    with eraser.sessions() as tx:
        assert tx.scalars(select(Recording.state).where(Recording.call_sid == "CA1")).all() == ["transcribed"]


def test_a_payment_that_is_under_way_is_not_lost_and_is_told(eraser: Eraser, redis: Redis) -> None:
    plant(eraser, redis)
    with eraser.sessions.begin() as tx:
        row = outbox.put(tx, "card.book", {"account": ACCOUNT}, eraser.clock.now() + timedelta(hours=1))
    proof = eraser.erase(CALLER, ACCOUNT, "ada")
    assert [trace["what"] for trace in proof.found if trace["where"] == "database"] == [f"outbox {row} (payload)"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("+15550177777", True), ("15550177777", True), ("5550177777", True), ("(555) 017-7777", True),
        ("555.017.7777", True), ("+1 555 017 7777", True), ("95550177777", False), ("55501777770", False),
        ("acc-secret", True), ("ACC-SECRET", True), ("acc-secretary", False), ("Jos\\u00e9 Roa", True),
        ("José Roa", True),
    ],
)  # fmt: skip
def test_a_person_is_known_however_they_are_written(text: str, found: bool) -> None:
    person = Person(CALLER, ACCOUNT, frozenset({"José Roa"}))
    assert person.found_in(f"x {text} x") is found
    masked = person.masked(f"x {text} x".encode())
    assert len(masked) == len(f"x {text} x".encode())
    assert person.found_in(masked) is False


def test_a_search_for_a_person_is_known_as_it_stands_in_an_address() -> None:
    person = Person(CALLER, ACCOUNT, frozenset({"José Roa"}))
    found = [query for query in ("q=%28555%29+017-7777", "q=Jos%C3%A9+Roa", "q=roa") if is_search_for(person, query)]
    assert found == ["q=%28555%29+017-7777", "q=Jos%C3%A9+Roa"]

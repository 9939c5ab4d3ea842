"""Recordings get another key: all of them, whole, whenever it is interrupted; the former key goes last."""

import random
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from ivr.recordings import rotation
from ivr.recordings.keys import KeyFiles
from ivr.recordings.places.folder import FolderPlace
from ivr.recordings.rotation import KeyUse, drop_unused, key_uses, seal_all_anew
from ivr.recordings.sealing import key_id
from ivr.recordings.storage import RecordingStorage
from ivr.store.engine import Sessions
from ivr.store.models import Call, Outbox, Recording
from tests.fakes.fake_clock import FakeClock
from tests.harness.worker_jobs import work_off
from workers.context import WorkerContext

pytestmark = pytest.mark.integration


class KilledError(Exception):
    pass


@pytest.fixture
def storage(tmp_path: Path) -> RecordingStorage:
    return RecordingStorage((tmp_path / "kept").as_uri(), KeyFiles(tmp_path))


def sound_of(number: int) -> bytes:
    return bytes([number]) * (70_000 + number)


def some(sessions: Sessions, clock: FakeClock, storage: RecordingStorage, count: int) -> None:
    with sessions.begin() as tx:
        tx.add(Call(sid="CA1", caller="+15550100001", called="+1", started_at=clock.now()))
        for number in range(count):
            path = storage.save(f"RE{number}", sound_of(number))
            tx.add(
                Recording(
                    call_sid="CA1", sid=f"RE{number}", state="transcribed", source_url="", path=path,
                    created_at=clock.now(), key_id=(storage.key_of(path) or b"").hex(),
                )
            )  # fmt: skip


def uses(sessions: Sessions, storage: RecordingStorage) -> list[KeyUse]:
    with sessions() as tx:
        return key_uses(tx, storage.keys)


def test_recordings_leave_the_former_key_which_is_dropped_when_none_needs_it(
    sessions: Sessions, clock: FakeClock, storage: RecordingStorage
) -> None:
    some(sessions, clock, storage, 3)
    former, new = storage.keys.current(), storage.keys.make_next()
    with sessions.begin() as tx:
        assert drop_unused(tx, storage.keys, [key_id(former).hex()]) == []
    done = seal_all_anew(sessions, storage)
    assert (done.sealed, done.finished, done.unreadable) == (3, True, [])
    assert [(use.id, use.recordings) for use in uses(sessions, storage)] == [
        (key_id(new).hex(), 3), (key_id(former).hex(), 0),
    ]  # fmt: skip
    with sessions.begin() as tx:
        assert drop_unused(tx, storage.keys, [key_id(former).hex()]) == [key_id(former).hex()]
    assert storage.keys.former() == []
    with sessions() as tx:
        for number, row in enumerate(tx.scalars(select(Recording).order_by(Recording.id))):
            assert storage.read(row) == sound_of(number)


@pytest.mark.parametrize("seed", range(10))
def test_whenever_it_is_killed_every_recording_is_whole_and_in_the_end_under_the_new_key(
    seed: int, sessions: Sessions, clock: FakeClock, storage: RecordingStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    some(sessions, clock, storage, 6)
    new, chance = storage.keys.make_next(), random.Random(seed)
    put = FolderPlace.put

    def killed(self: FolderPlace, name: str, parts: Iterable[bytes]) -> None:
        moment = chance.choice(["before", "half", "after", "never", "never"])

        def half() -> Iterator[bytes]:
            for part in parts:
                yield part
                if moment == "half":
                    raise KilledError

        if moment == "before":
            raise KilledError
        put(self, name, half())
        if moment == "after":
            raise KilledError

    monkeypatch.setattr(FolderPlace, "put", killed)
    monkeypatch.setattr(rotation, "SOME", 2)
    kills = 0
    while True:
        try:
            assert seal_all_anew(sessions, storage).finished
            break
        except KilledError:
            kills += 1
        with sessions() as tx:
            for number, row in enumerate(tx.scalars(select(Recording).order_by(Recording.id))):
                assert storage.read(row) == sound_of(number)
    assert kills > 0
    assert {(use.id, use.recordings) for use in uses(sessions, storage) if use.current} == {(key_id(new).hex(), 6)}
    assert len(list(storage.files.place.files())) == 6


def test_a_recording_that_is_deleted_meanwhile_does_not_come_back(
    sessions: Sessions, clock: FakeClock, storage: RecordingStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    some(sessions, clock, storage, 1)
    storage.keys.make_next()
    seal = storage.seal_anew

    def deleted_in_between(sid: str, path: str) -> bytes:
        with sessions.begin() as tx:
            tx.execute(update(Recording).values(state="deleted", path=None))
        return seal(sid, path)

    monkeypatch.setattr(storage, "seal_anew", deleted_in_between)
    seal_all_anew(sessions, storage)
    assert list(storage.files.place.files()) == []


def test_what_cannot_be_read_is_named_and_keeps_its_key(
    sessions: Sessions, clock: FakeClock, storage: RecordingStorage
) -> None:
    some(sessions, clock, storage, 2)
    former = storage.keys.current()
    storage.keys.make_next()
    storage.files.delete("RE0.wav.aes")
    done = seal_all_anew(sessions, storage)
    assert (done.sealed, done.unreadable) == (1, ["RE0"])
    with sessions.begin() as tx:
        assert drop_unused(tx, storage.keys, [key_id(former).hex()]) == []


def test_a_worker_does_it_and_forgets_the_former_key_an_hour_later(
    context: WorkerContext, clock: FakeClock, storage: RecordingStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    from ivr.store import outbox
    from workers.context import provider

    some(context.sessions, clock, storage, 3)
    former = storage.keys.current()
    storage.keys.make_next()
    own = replace(context, recordings=storage, clock=clock)
    monkeypatch.setattr(provider, "get", lambda: own)
    monkeypatch.setattr("workers.jobs.recording_keys.BUDGET", 0.0)
    with context.sessions.begin() as tx:
        row = outbox.put(tx, "recording.keys", {}, clock.now())
    from workers.jobs import perform

    perform(row)
    with context.sessions() as tx:
        assert tx.get_one(Outbox, row).done_at is None  # its time was over: the rest waits behind others
    monkeypatch.setattr("workers.jobs.recording_keys.BUDGET", 120.0)
    perform(row)
    with context.sessions() as tx:
        later = tx.scalars(select(Outbox).where(Outbox.done_at.is_(None))).one()
    assert (later.payload, later.due_at) == ({"drop": [key_id(former).hex()]}, clock.now() + timedelta(hours=1))
    assert storage.keys.former() == [former]
    assert work_off(own) == ["recording.keys"]
    assert storage.keys.former() == []

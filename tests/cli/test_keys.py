"""`warmline keys`: which there are, and how the recordings get another."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ivr.cli.main import main
from ivr.recordings.storage import RecordingStorage
from ivr.settings import Settings
from ivr.store.engine import make_engine, make_sessions
from ivr.store.migrate import upgrade
from ivr.store.models import Call, Recording

pytestmark = pytest.mark.integration


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WARMLINE_DATA_DIR", str(tmp_path))
    for name in ("DATABASE_URL", "RECORDINGS_URL", "WARMLINE_RECORDINGS_KEY"):
        monkeypatch.delenv(name, raising=False)
    settings = Settings()
    upgrade(settings.database)
    storage, now = RecordingStorage(settings.recordings, settings.keyring), datetime.now(UTC)
    with make_sessions(make_engine(settings.database)).begin() as tx:
        tx.add(Call(sid="CA1", caller="+15550100001", called="+1", started_at=now))
        for number in range(3):
            path = storage.save(f"RE{number}", b"sound")
            key = (storage.key_of(path) or b"").hex()
            tx.add(
                Recording(
                    call_sid="CA1", sid=f"RE{number}", state="kept", source_url="", path=path, created_at=now,
                    key_id=key,
                )
            )  # fmt: skip
    return tmp_path


def run(*words: str, code: int = 0) -> Any:
    result = CliRunner().invoke(main, ["keys", *words, "--json"])
    assert result.exit_code == code, result.output
    return json.loads(result.stdout) if code == 0 else result.output


def test_a_rotation_makes_a_key_and_encrypts_every_recording_anew() -> None:
    (first,) = run("list")
    assert (first["current"], first["recordings"]) == (True, 3)
    done = run("rotate", "--here")
    assert (done["made"], done["left"], done["unreadable"]) == (True, 0, [])
    new, former = run("list")
    assert (new["id"], new["recordings"], former["id"], former["recordings"]) == (done["key"], 3, first["id"], 0)


def test_a_rotation_that_a_worker_is_to_do_is_gone_on_with_and_makes_no_second_key() -> None:
    begun = run("rotate")
    assert (begun["made"], begun["left"]) == (True, 3)
    again = run("rotate")
    assert (again["made"], again["left"], again["key"]) == (False, 3, begun["key"])


def test_a_key_that_is_set_is_changed_where_it_is_set(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    former = (home / "keys" / "recordings").read_text()
    monkeypatch.setenv("WARMLINE_RECORDINGS_KEY", "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=")
    monkeypatch.setenv("WARMLINE_RECORDINGS_FORMER_KEYS", former)
    assert run("rotate", "--here")["left"] == 0
    assert "WARMLINE_RECORDINGS_FORMER_KEYS" in run("rotate", code=2)


def test_a_key_that_is_not_here_is_said_to_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARMLINE_RECORDINGS_KEY", "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=")
    result = CliRunner().invoke(main, ["keys", "list"])
    assert "MISSING   3 recordings" in result.output

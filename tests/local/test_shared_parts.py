"""Hosts of one line have the same keys and the same store of recordings, or do not start."""

import base64
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from ivr.cli.main import main
from ivr.local.shared_parts import MARK_FILE, NEEDED, PARTS, SECRET_KEY, STORE, adopt, differences
from ivr.settings import Settings
from ivr.store.engine import Sessions, make_engine, make_sessions
from ivr.store.migrate import upgrade
from ivr.store.models import Call, Recording, SharedPart
from tests.fakes.fake_clock import FakeClock

pytestmark = [pytest.mark.integration, pytest.mark.slow]

Host = Callable[..., Settings]
Told = Callable[[Settings], list[str]]
ONE, TWO = (base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2))


@pytest.fixture
def sessions(postgres: str) -> Sessions:
    upgrade(postgres)
    return make_sessions(make_engine(postgres))


@pytest.fixture
def host(postgres: str, tmp_path: Path) -> Host:
    def make(name: str, **settings: str) -> Settings:
        own = {
            "database_url": postgres, "data_dir": tmp_path / name, "secret_key": "s" * 40, "recordings_key": ONE,
            "recordings_url": (tmp_path / "store").as_uri(),
        }  # fmt: skip
        return Settings.model_validate(own | settings)

    return make


@pytest.fixture
def told(sessions: Sessions, clock: FakeClock) -> Told:
    def tell(settings: Settings) -> list[str]:
        return differences(settings, sessions, clock.now())

    return tell


def with_a_recording(sessions: Sessions, clock: FakeClock) -> None:
    with sessions.begin() as tx:
        tx.add(Call(sid="CA1", started_at=clock.now(), caller="+15550100001", called="+15550100100"))
        tx.flush()
        tx.add(
            Recording(
                sid="RE1",
                call_sid="CA1",
                kind="call",
                state="kept",
                source_url="",
                path="RE1.wav.aes",
                created_at=clock.now(),
            )
        )


def test_hosts_with_the_same_keys_and_store_are_alike(host: Host, told: Told) -> None:
    assert told(host("a")) == []
    assert told(host("b")) == []
    assert told(host("a")) == []


def test_another_key_is_refused_by_the_name_of_its_setting(host: Host, told: Told) -> None:
    told(host("a"))
    [words] = told(host("b", recordings_key=TWO))
    assert "WARMLINE_RECORDINGS_KEY" in words
    assert "warmline setup shared" in words
    assert TWO not in words


def test_keys_that_each_host_made_for_itself_are_refused(host: Host, told: Told) -> None:
    assert told(host("a", recordings_key="", secret_key="")) == []
    assert len(told(host("b", recordings_key="", secret_key=""))) == 2


def test_a_rotation_goes_from_host_to_host_and_the_last_one_is_found(host: Host, told: Told) -> None:
    told(host("a"))
    assert told(host("a", recordings_key=TWO, recordings_former_keys=ONE)) == []
    assert told(host("b", recordings_key=TWO, recordings_former_keys=ONE)) == []
    [words] = told(host("c"))
    assert "recordings key" in words


def test_another_secret_is_refused_and_stands_nowhere(host: Host, told: Told, sessions: Sessions) -> None:
    told(host("a"))
    [words] = told(host("b", secret_key="other" * 8))
    assert "WARMLINE_SECRET_KEY" in words
    with sessions() as tx:
        marks = {part.name: part.mark for part in tx.scalars(select(SharedPart))}
    assert set(marks) == set(PARTS)
    assert len(marks[SECRET_KEY]) == 16 and "s" * 8 not in marks[SECRET_KEY]


def test_another_store_is_refused_once_there_are_recordings(
    host: Host, told: Told, sessions: Sessions, clock: FakeClock, tmp_path: Path
) -> None:
    told(host("a"))
    with_a_recording(sessions, clock)
    elsewhere = (tmp_path / "elsewhere").as_uri()
    [words] = told(host("b", recordings_url=elsewhere))
    assert "RECORDINGS_URL" in words and elsewhere in words
    assert told(host("b", data_dir=str(tmp_path / "b"))) == []


def test_a_store_that_was_emptied_before_the_first_recording_is_the_same(
    host: Host, told: Told, tmp_path: Path
) -> None:
    told(host("a"))
    (tmp_path / "store" / MARK_FILE).unlink()
    assert told(host("a")) == []
    assert (tmp_path / "store" / MARK_FILE).exists()


def test_a_store_that_is_away_holds_no_host_up(host: Host, told: Told, tmp_path: Path) -> None:
    told(host("a"))
    (tmp_path / "file").write_text("")
    assert told(host("b", recordings_url=(tmp_path / "file" / "below").as_uri())) == []


def test_what_was_changed_on_purpose_is_adopted(host: Host, told: Told, sessions: Sessions, clock: FakeClock) -> None:
    told(host("a"))
    with_a_recording(sessions, clock)
    moved = host("b", recordings_key=TWO, secret_key="other" * 8, recordings_url=host("b").data_dir.as_uri())
    assert len(told(moved)) == 3
    adopt(moved, sessions, clock.now())
    assert told(moved) == []
    assert len(told(host("a"))) == 3


def test_each_process_is_held_to_what_it_uses() -> None:
    assert set(NEEDED["web"]) == set(PARTS)
    assert SECRET_KEY not in NEEDED["worker"] and STORE in NEEDED["worker"]
    assert NEEDED["media"] == ()


def test_a_line_on_sqlite_is_of_one_host(host: Host, sessions: Sessions, clock: FakeClock, tmp_path: Path) -> None:
    settings = host("a", database_url=f"sqlite:///{tmp_path / 'line.db'}")
    assert differences(settings, sessions, clock.now()) == []
    with sessions() as tx:
        assert tx.scalars(select(SharedPart)).all() == []


def command(settings: Settings, *words: str) -> Result:
    env = {
        "DATABASE_URL": settings.database_url, "WARMLINE_DATA_DIR": str(settings.data_dir),
        "RECORDINGS_URL": settings.recordings, "WARMLINE_SECRET_KEY": settings.secret_key.get_secret_value(),
        "WARMLINE_RECORDINGS_KEY": settings.recordings_key.get_secret_value(),
    }  # fmt: skip
    return CliRunner().invoke(main, words, env=env)


def test_the_command_adopts_and_the_doctor_sees_it(host: Host, sessions: Sessions) -> None:
    first, second = host("a"), host("b", recordings_key=TWO)
    assert command(first, "setup", "shared").exit_code == 0
    assert "MEND shared by all hosts" in command(second, "doctor").output
    assert command(second, "setup", "shared").exit_code == 0
    assert "ok   shared by all hosts" in command(second, "doctor").output

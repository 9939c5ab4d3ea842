"""The command line: bad input is named, nothing is half-written, scripts get an exit code."""

import json
import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from ivr.cli.main import main
from ivr.settings import Settings
from ivr.store import outbox
from ivr.store.engine import make_engine, make_sessions
from ivr.store.models import Account, Call, PinAttempt
from tests.fakes.fake_carrier import FakeCarrier

pytestmark = pytest.mark.integration


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WARMLINE_DATA_DIR", str(tmp_path / "var"))
    return tmp_path


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", "AC" + "0" * 32)
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "0123456789abcdef" * 2)


def warmline(*words: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(main, list(words), input=stdin)


def test_every_command_explains_itself() -> None:
    for name in main.commands:
        result = warmline(name, "--help")
        assert result.exit_code == 0 and result.stdout.startswith("Usage:"), name


def test_a_wrong_setting_is_named_with_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARMLINE_TIME_ZONE", "Mars/Olympus")
    result = warmline("accounts", "list")
    assert result.exit_code == 2
    assert "WARMLINE_TIME_ZONE='Mars/Olympus'" in result.stderr


def test_missing_weights_say_where_they_were_looked_for(monkeypatch: pytest.MonkeyPatch, own_folder: Path) -> None:
    monkeypatch.setenv("WARMLINE_WHISPER_MODEL", str(own_folder / "nothing-here"))
    sound = own_folder / "a.wav"
    sound.write_bytes(b"")
    result = warmline("transcribe", str(sound))
    assert result.exit_code == 3
    assert "nothing-here" in result.stderr


def test_an_unreadable_wav_is_named_and_the_others_are_still_heard(own_folder: Path) -> None:
    bad = own_folder / "bad.wav"
    bad.write_bytes(b"this is no sound")
    good = next((Path(__file__).parents[2] / "switch" / "lines").rglob("hi-whats-my-current*.wav"))
    result = warmline("transcribe", "--json", str(bad), str(good))
    assert result.exit_code == 1
    assert "bad.wav" in result.stderr
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert [row["file"] for row in rows] == [str(good)]
    assert "balance" in rows[0]["text"].lower()
    assert set(rows[0]) == {"file", "text", "confidence", "words", "seconds", "elapsed"}


@pytest.mark.parametrize("words", [("serve", "web"), ("serve", "media"), ("worker",), ("switch",)])
def test_nothing_starts_without_a_secret(words: tuple[str, ...]) -> None:
    result = warmline(*words)
    assert result.exit_code == 3
    assert "TWILIO_AUTH_TOKEN" in result.stderr


def test_a_secret_that_is_refused_is_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARMLINE_SECRET_KEY", "hunter2")
    result = warmline("accounts", "list")
    assert result.exit_code == 2
    assert "WARMLINE_SECRET_KEY=(secret)" in result.stderr and "hunter2" not in result.stderr


@pytest.mark.usefixtures("account")
def test_a_taken_port_is_named_with_its_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        monkeypatch.setenv("WARMLINE_PORT", str(port))
        result = warmline("serve", "web")
    assert result.exit_code == 3
    assert str(port) in result.stderr and "WARMLINE_PORT" in result.stderr


def test_a_call_needs_just_one_kind_of_caller() -> None:
    result = warmline("call")
    assert result.exit_code == 2
    assert "--wav" in result.stderr


def test_a_broken_script_is_refused_before_anything_starts(own_folder: Path) -> None:
    script = own_folder / "caller.yaml"
    script.write_text("steps:\n  - shout: hello\n")
    result = warmline("call", "--script", str(script))
    assert result.exit_code == 2
    assert "step 1" in result.stderr and "shout" in result.stderr
    assert not (own_folder / "var").exists()


def test_a_callers_unreadable_wav_is_refused_before_anything_starts(own_folder: Path) -> None:
    (own_folder / "x.wav").write_bytes(b"RIFF")
    result = warmline("call", "--wav", str(own_folder / "x.wav"))
    assert result.exit_code == 2
    assert "x.wav" in result.stderr
    assert not (own_folder / "var").exists()


@pytest.mark.parametrize(
    ("name", "value", "mend"),
    [
        ("REDIS_URL", "nonsense://warm:secret-word@host", "redis://"),
        ("RECORDINGS_URL", "ftp://host/calls", "file://"),
        ("RECORDINGS_URL", "s3://", "s3://bucket/prefix"),
        ("WARMLINE_RECORDINGS_KEY", "secret-word", "openssl"),
    ],
)
@pytest.mark.parametrize("part", [("serve", "web"), ("worker",)])
def test_no_process_begins_with_an_address_or_key_that_is_none(
    part: tuple[str, ...], name: str, value: str, mend: str, account: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ivr.local.setup.prepare", lambda settings, _tell: settings.data_dir.mkdir())
    monkeypatch.setenv(name, value)
    result = warmline(*part)
    assert result.exit_code == 2
    assert name in result.stderr and mend in result.stderr and "secret-word" not in result.stderr


def test_an_unknown_account_is_named() -> None:
    result = warmline("accounts", "unlock", "acc-99")
    assert result.exit_code == 1
    assert "acc-99" in result.stderr


def test_an_unlocked_account_takes_pins_again_from_whoever_was_held_off() -> None:
    warmline("accounts", "sample")
    sessions = make_sessions(make_engine(Settings().database))
    now = datetime.now(UTC)
    with sessions.begin() as tx:
        tx.add_all(PinAttempt(at=now, account="acc-1", source="+15550100001", call_sid=f"CA{n}") for n in range(3))
        tx.add(PinAttempt(at=now, account="acc-2", source="+15550100001", call_sid="CA9"))
    assert warmline("accounts", "unlock", "acc-1").exit_code == 0
    with sessions() as tx:
        assert tx.scalars(select(PinAttempt.account)).all() == ["acc-2"]


def test_a_caller_who_asks_to_be_forgotten_is_found_in_any_spelling(
    account: None, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", redis_url)
    monkeypatch.setattr("ivr.cli.purge.make_carrier", lambda *_: FakeCarrier())
    warmline("accounts", "sample")
    sessions = make_sessions(make_engine(Settings().database))
    now = datetime.now(UTC)
    with sessions.begin() as tx:
        for sid, caller in (("CA1", "+15550177777"), ("CA2", "sip:ann@phones.example")):
            tx.add(Call(sid=sid, caller=caller, called="+1", started_at=now, ended_at=now, stage="ended"))
    for spelling in ("+1 (555) 017-7777", "sip:ann@phones.example"):
        assert json.loads(warmline("purge", "--caller", spelling, "--yes", "--json").stdout)["calls"] == 1


def test_all_accounts_are_listed_though_they_are_read_by_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ivr.cli.admin.PAGE", 2)
    assert "No account yet" in warmline("accounts", "list").stdout
    warmline("accounts", "sample")
    listed = [row["account"] for row in json.loads(warmline("accounts", "list", "--json").stdout)]
    assert len(listed) > 4 and listed == sorted(set(listed))
    with make_sessions(make_engine(Settings().database))() as tx:
        assert len(listed) == tx.scalar(select(func.count()).select_from(Account))


def test_an_agent_is_added_once() -> None:
    words = ("agents", "add", "ada@example.com", "--name", "Ada", "--phone", "client:ada", "--json")
    assert json.loads(warmline(*words).stdout)["email"] == "ada@example.com"
    again = warmline(*words)
    assert again.exit_code == 1 and "ada@example.com" in again.stderr


def test_understand_reads_json_lines() -> None:
    result = warmline("understand", "--json", stdin='{"text": "what is my balance", "id": 7}\n')
    row = json.loads(result.stdout)
    assert row["id"] == 7 and row["intent"] == "balance"
    assert {"text", "intent", "confidence", "intents", "entities", "ours"} <= set(row)


def test_understand_names_a_broken_line() -> None:
    result = warmline("understand", "--json", stdin='{"text": \n')
    assert result.exit_code == 2
    assert "Line 1" in result.stderr


def test_doctor_says_what_to_mend() -> None:
    result = warmline("doctor", "--json")
    report = json.loads(result.stdout)
    checks = {check["name"]: check for check in report["checks"]}
    assert result.exit_code == 3 and not report["ok"]
    assert checks["whisper weights"]["ok"] and "packages" in checks["whisper weights"]["detail"]
    assert not checks["carrier"]["ok"] and "TWILIO_ACCOUNT_SID" in checks["carrier"]["mend"]


@pytest.mark.usefixtures("account")
def test_a_worker_without_its_redis_says_where_it_looked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1")
    result = warmline("worker")
    assert result.exit_code == 3
    assert "redis://127.0.0.1:1" in result.stderr and "REDIS_URL" in result.stderr


@pytest.fixture
def given_up() -> int:
    """A job that was given up; its id."""
    warmline("accounts", "list")  # makes the tables
    with make_sessions(make_engine(Settings().database)).begin() as tx:
        row_id = outbox.put(
            tx, "recording.fetch", {"recording": 1, "body": "a secret"}, datetime(2026, 3, 1, tzinfo=UTC)
        )
        outbox.failed(tx, row_id, "HTTP 404", datetime(2026, 3, 3, tzinfo=UTC), 60)
        outbox.put(tx, "card.book", {}, datetime(2026, 3, 2, tzinfo=UTC))
        return row_id


def test_given_up_jobs_are_listed_first_and_shown_without_peoples_words(given_up: int) -> None:
    listed = json.loads(warmline("jobs", "--json").stdout)
    assert [(row["topic"], row["state"]) for row in listed] == [
        ("recording.fetch", "given up"),
        ("card.book", "waiting"),
    ]
    assert [row["id"] for row in json.loads(warmline("jobs", "--given-up", "--json").stdout)] == [given_up]
    assert "HTTP 404" in warmline("jobs").stdout
    shown = warmline("jobs", "show", str(given_up))
    assert shown.exit_code == 0 and "secret" not in shown.stdout


def test_a_given_up_job_is_retried_or_dropped_by_hand(given_up: int) -> None:
    assert "given up" in warmline("doctor").stdout
    assert json.loads(warmline("jobs", "retry", "--all", "--topic", "card.book", "--json").stdout) == {"retried": []}
    assert json.loads(warmline("jobs", "retry", "--all", "--json").stdout) == {"retried": [given_up]}
    assert warmline("jobs", "retry", str(given_up)).exit_code == 0
    assert warmline("jobs", "drop", str(given_up)).exit_code == 0
    assert warmline("jobs", "drop", str(given_up)).exit_code == 1
    assert json.loads(warmline("jobs", "--topic", "recording.fetch", "--json").stdout) == []


@pytest.mark.parametrize(
    ("words", "code"),
    [(("retry",), 2), (("retry", "7", "--all"), 2), (("retry", "999"), 1), (("show", "999"), 1), (("drop", "x"), 2)],
)
def test_a_job_that_is_not_there_or_not_named_ends_with_a_code(words: tuple[str, ...], code: int) -> None:
    assert warmline("jobs", *words).exit_code == code


@pytest.mark.parametrize(
    ("url", "code", "said"),
    [
        ("mysql://root:s3cret@db/warmline", 2, "only PostgreSQL and SQLite are known"),
        ("no address", 2, "no database's address"),
        ("postgres://root:s3cret@127.0.0.1:9/warmline", 3, "cannot be opened"),
        ("sqlite:////nowhere/at/all.db", 3, "cannot be opened"),
    ],
)
@pytest.mark.usefixtures("account")
@pytest.mark.parametrize("command", [("agents", "list"), ("serve", "web"), ("worker",)])
def test_a_wrong_database_is_one_sentence(
    command: tuple[str, ...], url: str, code: int, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    result = warmline(*command)
    assert (result.exit_code, len(result.stderr.splitlines())) == (code, 1), result.stderr
    assert said in result.stderr and "s3cret" not in result.stderr

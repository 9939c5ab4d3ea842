"""`warmline status`: what an operator sees at night, and what they are told to do."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from redis import Redis
from rq import Worker
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from ivr.cli.main import main
from ivr.recordings.copies import WITHHELD
from ivr.settings import Settings
from ivr.store import outbox
from ivr.store.engine import Sessions, make_engine, make_sessions
from ivr.store.migrate import upgrade
from ivr.store.models import Agent, Brake, Call, Handoff, Outbox, Recording
from ivr.store.topics import RECORDING_FETCH
from tests.harness.asgi_server import served

pytestmark = pytest.mark.integration

LONG_AGO = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CALL = "CA" + "1" * 32


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, redis_url: str) -> Sessions:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WARMLINE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("REDIS_URL", redis_url)
    monkeypatch.setenv("WARMLINE_PORT", "1")
    monkeypatch.setenv("WARMLINE_MEDIA_PORT", "1")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    settings = Settings()
    upgrade(settings.database)
    return make_sessions(make_engine(settings.database))


@pytest.fixture
def away() -> list[str]:
    """What the processes say is away."""
    return []


@pytest.fixture
def running(home: Sessions, redis: Redis, away: list[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Sessions]:
    """Web, media and workers as they are when all is well."""

    async def ready(_: Request) -> JSONResponse:
        return JSONResponse({"ready": not away, "away": away}, 503 if away else 200)

    workers = [Worker([queue], connection=redis) for queue in ("handoff", "outside", "heavy")]
    for worker in workers:
        worker.register_birth()  # type: ignore[no-untyped-call]
    with served(Starlette(routes=[Route("/readyz", ready)])) as address:
        port = address.rpartition(":")[2]
        monkeypatch.setenv("WARMLINE_PORT", port)
        monkeypatch.setenv("WARMLINE_MEDIA_PORT", port)
        yield home
    for worker in workers:
        worker.register_death()  # type: ignore[no-untyped-call]


def look(code: int = 0) -> dict[str, dict[str, Any]]:
    result = CliRunner().invoke(main, ["status", "--json"])
    assert result.exit_code == code, result.output
    told = json.loads(result.stdout)
    assert told["ok"] is (code == 0)
    return {part["name"]: part for part in told["parts"]}


def test_all_is_well(running: Sessions) -> None:
    assert not [part for part in look().values() if part["mend"]]


def test_a_person_sees_one_line_for_each_part(running: Sessions) -> None:
    lines = CliRunner().invoke(main, ["status"]).output.splitlines()
    assert [line.split()[1] for line in lines] == [
        "web", "media", "redis", "workers", "database",
        "calls", "desk", "bot", "work", "payments", "recordings", "disk",
    ]  # fmt: skip
    assert all(line.startswith("ok ") for line in lines)


def test_processes_that_do_not_run_are_named_with_what_starts_them(home: Sessions) -> None:
    found = look(1)
    assert "warmline serve web" in found["web"]["mend"]
    assert "warmline serve media" in found["media"]["mend"]
    assert "warmline worker" in found["workers"]["mend"]


def test_what_a_process_lacks_is_said(running: Sessions, away: list[str]) -> None:
    away.append("redis")
    assert look(1)["web"]["words"] == "answers, without redis"


def test_a_redis_that_is_away_hides_nothing_else(running: Sessions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1")
    found = look(1)
    assert found["redis"]["mend"] and not found["database"]["mend"]


def test_a_database_that_is_away_hides_nothing_else(running: Sessions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody:hidden@127.0.0.1:1/none")
    found = look(1)
    assert found["database"]["mend"] and not found["redis"]["mend"]
    assert "hidden" not in str(found)


def test_a_database_of_an_older_version_is_not_read(running: Sessions, tmp_path: Path) -> None:
    (tmp_path / "warmline.db").unlink()
    found = look(1)
    assert "migration" in found["database"]["mend"] and "calls" not in found


def test_a_caller_who_waits_too_long_is_said(running: Sessions) -> None:
    with running.begin() as tx:
        tx.add(Call(sid=CALL, caller="+15550100001", called="+1", started_at=LONG_AGO))
        tx.add(
            Handoff(
                call_sid=CALL, state="parked", reason="asked", intent="dispute", summary="-", known={}, mood="calm",
                requested_at=datetime.now(UTC) - timedelta(minutes=8), times={},
            )
        )  # fmt: skip
        tx.add(
            Agent(
                name="Ann", email="ann@bank.test", password_hash="-", phone="", roles=["agent"], presence="available",
                presence_since=LONG_AGO,
            )
        )  # fmt: skip
    desk = look(1)["desk"]
    assert desk["words"] == "1 caller in line, 1 agent there, 1 free; the longest waits 8 min"


def test_work_that_is_late_or_was_given_up_is_said(running: Sessions) -> None:
    with running.begin() as tx:
        row = outbox.put(tx, RECORDING_FETCH, {"recording": 1}, datetime.now(UTC) - timedelta(minutes=5))
    assert look(1)["work"]["words"].startswith("1 job due, 0 given up; the oldest is 3")
    with running.begin() as tx:
        tx.get_one(Outbox, row).given_up_at = LONG_AGO
    assert "warmline jobs retry --all" in look(1)["work"]["mend"]


def test_a_payment_in_doubt_a_secret_in_sound_and_a_brake_are_said(running: Sessions) -> None:
    with running.begin() as tx:
        tx.add(Call(sid=CALL, caller="+15550100001", called="+1", started_at=LONG_AGO))
        tx.add(
            Recording(
                call_sid=CALL, sid="RE1", state="transcribed", source_url="", created_at=LONG_AGO, redaction=WITHHELD
            )
        )
        tx.add(Brake(intent="balance", by="quality", why="too many", since=LONG_AGO))
    found = look(1)
    assert found["recordings"]["words"] == "0 being written down, 1 withheld"
    assert found["bot"]["words"] == "held back: balance"
    assert not found["payments"]["mend"]

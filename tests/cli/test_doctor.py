"""What the doctor finds before a caller does."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from ivr.carrier.chosen import phone_app_url
from ivr.carrier.twilio import voice_sdk
from ivr.cli import doctor
from ivr.cli.doctor import CheckFailedError, _browser_phones, _carrier, _jobs, _ledger, _redis, _sound, _time_zone
from ivr.clock import SystemClock
from ivr.people import roster
from ivr.settings import Settings
from ivr.store.engine import Sessions, make_engine, make_sessions
from ivr.store.migrate import upgrade
from ivr.store.models import Call, Recording
from tests.harness.asgi_server import served

pytestmark = pytest.mark.integration

ACCOUNT = "AC" + "1" * 32
OWN = {"twilio_account_sid": ACCOUNT, "twilio_auth_token": SecretStr("t" * 32), "twilio_number": "+15550100100"}


def settings(**more: Any) -> Settings:
    return Settings(_env_file=None, **{**OWN, **more})


@pytest.fixture
def carrier() -> Iterator[tuple[str, list[str]]]:
    """Stands in for the carrier; its address, and the paths that were asked."""
    asked: list[str] = []

    async def account(request: Request) -> JSONResponse:
        asked.append(request.url.path)
        return JSONResponse({"sid": ACCOUNT, "friendly_name": "Twin"})

    with served(Starlette(routes=[Route("/{path:path}", account)])) as address:
        yield address, asked


def test_the_carrier_that_is_set_is_asked_and_no_other(carrier: tuple[str, list[str]]) -> None:
    address, asked = carrier
    assert _carrier(settings(carrier_url=address)) == f"{address} accepts the account"
    assert asked == [f"/2010-04-01/Accounts/{ACCOUNT}.json"]


def test_a_carrier_that_is_not_reached_is_named_with_its_setting() -> None:
    with pytest.raises(CheckFailedError, match=r"http://127\.0\.0\.1:1 ") as found:
        _carrier(settings(carrier_url="http://127.0.0.1:1"))
    assert "WARMLINE_CARRIER_URL" in found.value.fix


def test_without_a_secret_nothing_is_asked() -> None:
    with pytest.raises(CheckFailedError) as found:
        _carrier(settings(twilio_auth_token=SecretStr("")))
    assert "TWILIO_AUTH_TOKEN" in found.value.fix


def test_an_address_that_is_no_redis_is_named_with_its_setting() -> None:
    with pytest.raises(CheckFailedError, match="REDIS_URL") as found:
        _redis(settings(redis_url="nonsense://warm:secret-word@host"))
    assert "redis://" in found.value.fix and "secret-word" not in found.value.fix


def test_jobs_of_a_database_that_does_not_answer_are_not_known(tmp_path: Path) -> None:
    assert "not known" in _jobs(settings(database_url=f"sqlite:///{tmp_path}/no-folder/x.db"))


def test_a_ledger_kept_elsewhere_is_asked(carrier: tuple[str, list[str]]) -> None:
    assert _ledger(settings(ledger_url="")) == "the SQL ledger in the database"
    with pytest.raises(CheckFailedError) as found:
        _ledger(settings(ledger_url="ledger.example/v1", ledger_token=SecretStr("secret-word")))
    assert "WARMLINE_LEDGER_URL" in found.value.fix and "secret-word" not in found.value.detail
    address, asked = carrier
    with pytest.raises(CheckFailedError, match="contract"):
        _ledger(settings(ledger_url=f"{address}/v1"))
    assert asked == ["/v1/accounts"]


def test_a_time_zone_that_nobody_chose_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WARMLINE_TIME_ZONE", raising=False)
    with pytest.raises(CheckFailedError) as found:
        _time_zone(settings())
    assert "WARMLINE_TIME_ZONE" in found.value.fix
    assert _time_zone(settings(time_zone="America/New_York")).startswith("America/New_York: it is ")
    assert _time_zone(settings(time_zone="UTC")).startswith("UTC")


PHONES = {
    "twilio_api_key": "SK" + "2" * 32,
    "twilio_api_secret": SecretStr("s" * 32),
    "twilio_twiml_app_sid": "AP" + "3" * 32,
    "public_url": "https://line.bank.test",
}


def with_people(folder: Path, *phones: str, **more: Any) -> Settings:
    """A line with one agent for each of `phones`."""
    chosen = settings(data_dir=folder, **more)
    upgrade(chosen.database)
    with make_sessions(make_engine(chosen.database)).begin() as tx:
        for nth, phone in enumerate(phones):
            roster.add(tx, email=f"p{nth}@bank.test", name=f"P{nth}", phone=phone, now=SystemClock().now())
    return chosen


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The carrier's script, as if it were installed."""
    monkeypatch.setattr(voice_sdk, "SCRIPT_INTEGRITY", voice_sdk._integrity(b"script"))
    path = voice_sdk.sdk_in(tmp_path).path
    path.parent.mkdir(parents=True)
    path.write_bytes(b"script")


def app_at(voice_url: str | None) -> Starlette:
    """Stands in for the carrier, whose TwiML app asks `voice_url`; None: it has no such app."""

    async def app(request: Request) -> JSONResponse:
        if voice_url is None:
            return JSONResponse({"code": 20404, "message": "not found", "status": 404}, 404)
        return JSONResponse({"sid": "AP" + "3" * 32, "voice_url": voice_url})

    return Starlette(routes=[Route("/{path:path}", app)])


def test_where_nobody_has_a_phone_in_the_browser_nothing_is_asked_for(tmp_path: Path) -> None:
    assert _browser_phones(with_people(tmp_path, "+15550101234")) == "nobody has one"


def test_phones_in_browsers_that_cannot_ring_are_named_with_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(CheckFailedError, match="P0 cannot be rung") as found:
        _browser_phones(with_people(tmp_path, "client:ada", "+15550101234"))
    for words in ("TWILIO_API_KEY", "TWILIO_API_SECRET", "TWILIO_TWIML_APP_SID", "warmline setup phone"):
        assert words in found.value.fix


def test_on_the_switch_phones_are_its_own(tmp_path: Path) -> None:
    chosen = with_people(tmp_path, "client:ada", carrier_url="http://127.0.0.1:8090")
    assert "switch" in _browser_phones(chosen)


@pytest.mark.parametrize(
    ("asks", "wrong", "fix"),
    [
        (None, "no such TwiML app", "TWILIO_TWIML_APP_SID"),
        ("https://demo.twilio.com/welcome", "demo.twilio.com", "https://line.bank.test/voice/phone"),
        ("", "asks nobody", "https://line.bank.test/voice/phone"),
    ],
)
def test_a_twiml_app_that_leads_elsewhere_is_told(
    tmp_path: Path, script: None, monkeypatch: pytest.MonkeyPatch, asks: str | None, wrong: str, fix: str
) -> None:
    chosen = with_people(tmp_path, "client:ada", **PHONES)
    with served(app_at(asks)) as address:
        at_carrier(monkeypatch, address)
        with pytest.raises(CheckFailedError, match=wrong) as found:
            _browser_phones(chosen)
    assert fix in found.value.fix


def test_what_is_all_there_is_said_to_be_no_more_than_that(
    tmp_path: Path, script: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served(app_at("https://line.bank.test/voice/phone")) as address:
        at_carrier(monkeypatch, address)
        assert "only a call shows" in _browser_phones(with_people(tmp_path, "client:ada", **PHONES))


def at_carrier(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """The carrier itself is at `address`, which is no setting."""
    real = phone_app_url
    monkeypatch.setattr(doctor, "phone_app_url", lambda account, app: real(replace(account, base_url=address), app))


def test_sound_that_is_withheld_is_told(sessions: Sessions, tmp_path: Path) -> None:
    here = settings(database_url=f"sqlite:///{tmp_path}/test.db")
    assert _sound(here) == "none is withheld"
    now = datetime.now(UTC)
    with sessions.begin() as tx:
        tx.add(Call(sid="CA1", caller="", called="", started_at=now))
        tx.flush()
        tx.add(
            Recording(
                call_sid="CA1", sid="RE1", state="transcribed", source_url="", created_at=now, redaction="withheld"
            )
        )  # fmt: skip
    with pytest.raises(CheckFailedError, match="1 recordings is withheld"):
        _sound(here)
    assert "not known" in _sound(settings(database_url=f"sqlite:///{tmp_path}/no-folder/x.db"))

"""What the doctor finds before a caller does."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from ivr.cli.doctor import CheckFailedError, _carrier, _jobs, _ledger, _redis, _time_zone
from ivr.settings import Settings
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

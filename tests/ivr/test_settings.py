"""Settings: every one is documented, and what follows from them."""

import re
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from ivr.settings import Settings
from ivr.settings.page import SECTIONS, settings_page

pytestmark = pytest.mark.unit

PAGE = Path(__file__).parents[2] / "docs" / "configuration.md"


def documented() -> set[str]:
    return set(re.findall(r"^\| `([A-Z_]+)` \|", PAGE.read_text(), re.MULTILINE))


def test_every_setting_is_documented_and_nothing_else() -> None:
    assert documented() == {str(field.validation_alias) for field in Settings.model_fields.values()}


def test_the_media_socket_follows_the_public_address() -> None:
    assert Settings(public_url="https://line.example/phone").media_socket == "wss://line.example/phone/media"
    assert Settings(public_url="http://127.0.0.1:8080").media_socket == "ws://127.0.0.1:8080/media"
    assert Settings(media_url="wss://media.example/media").media_socket == "wss://media.example/media"


def test_a_setting_out_of_range_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARMLINE_RING_SECONDS", "1")
    with pytest.raises(ValidationError, match="WARMLINE_RING_SECONDS"):
        Settings()


def lacking(**given: str) -> str:
    return Settings(twilio_account_sid="AC1", **given).lacking_secrets  # type: ignore[arg-type]


def test_nothing_starts_without_what_tells_the_carrier_from_others() -> None:
    assert "TWILIO_AUTH_TOKEN is not set" in lacking()
    assert "TWILIO_AUTH_TOKEN is not set" in lacking(twilio_auth_token="  ")
    assert "TWILIO_AUTH_TOKEN has 8 characters" in lacking(twilio_auth_token="changeme")
    token = "0123456789abcdef0123456789abcdef"
    assert "TWILIO_AUTH_TOKEN_SECONDARY has 1" in lacking(twilio_auth_token=token, twilio_auth_token_secondary="x")
    assert lacking(twilio_auth_token=f"{token}\n") == ""


def test_webhook_keys_and_an_api_key_stand_in_for_the_token() -> None:
    keys = "sharedkey_1=0123456789abcdef"
    assert "TWILIO_API_KEY" in lacking(twilio_webhook_keys=keys)
    assert lacking(twilio_webhook_keys=keys, twilio_api_key="SK1", twilio_api_secret="s") == ""


def test_an_api_key_is_used_for_rest_once_both_its_parts_are_set() -> None:
    token = "0123456789abcdef0123456789abcdef"
    account = Settings(twilio_account_sid="AC1", twilio_auth_token=token, twilio_api_key="SK1")
    assert account.carrier_login == ("AC1", token)
    assert account.model_copy(update={"twilio_api_secret": SecretStr("s")}).carrier_login == ("SK1", "s")


@pytest.mark.parametrize("keys", ["sharedkey_1", "=0123456789abcdef", "a=short", "a=0123456789abcdef,b"])
def test_webhook_keys_that_cannot_be_read_are_refused(keys: str) -> None:
    with pytest.raises(ValidationError, match="id=secret"):
        Settings(twilio_webhook_keys=keys)


@pytest.mark.parametrize("name", ["WARMLINE_SECRET_KEY", "WARMLINE_METRICS_TOKEN"])
def test_a_secret_that_can_be_guessed_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "secret")
    with pytest.raises(ValidationError, match="openssl rand"):
        Settings()


def test_the_page_of_settings_is_made_from_their_descriptions() -> None:
    assert PAGE.read_text() == settings_page(), "write it anew: warmline settings --write docs/configuration.md"


def test_every_setting_is_described_and_every_section_begins_with_one() -> None:
    assert all(field.description for field in Settings.model_fields.values())
    assert set(SECTIONS) <= set(Settings.model_fields)

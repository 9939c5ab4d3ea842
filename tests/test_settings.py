"""Settings: every one is documented, and what follows from them."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from ivr.settings import Settings

PAGE = Path(__file__).parents[1] / "docs" / "configuration.md"


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

"""The embedded Redis, kept keys and live news."""

from pathlib import Path

import pytest
from redis import Redis

from ivr.live_updates import LiveUpdates
from ivr.local.redis_server import EmbeddedRedis
from ivr.secret_keys import persistent_key

pytestmark = pytest.mark.integration


def test_a_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    key = persistent_key(tmp_path, "session")
    assert len(key) == 32
    assert persistent_key(tmp_path, "session") == key != persistent_key(tmp_path, "other")
    assert (tmp_path / "keys" / "session").stat().st_mode & 0o777 == 0o600


def test_a_second_user_attaches_and_the_first_one_ends_the_server(tmp_path: Path) -> None:
    with EmbeddedRedis(tmp_path) as first:
        with EmbeddedRedis(tmp_path) as second:
            Redis.from_url(second.url).set("a", "1")
        assert Redis.from_url(first.url).get("a") == b"1"
    assert not first._responds()


def test_what_was_written_survives_a_restart(tmp_path: Path) -> None:
    with EmbeddedRedis(tmp_path) as server:
        Redis.from_url(server.url).set("kept", "yes")
    with EmbeddedRedis(tmp_path) as server:
        assert Redis.from_url(server.url).get("kept") == b"yes"


def test_news_without_redis_is_dropped_without_harm(tmp_path: Path) -> None:
    LiveUpdates(Redis.from_url(f"unix://{tmp_path / 'none.sock'}")).publish("desk", "offer")

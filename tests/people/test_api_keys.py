"""Keys for machines: what they open, and what ends them."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from ivr.cli.main import main
from ivr.metrics.reading import may_read
from ivr.people import api_keys
from ivr.people.api_keys import ApiKeyRefusedError
from ivr.store.engine import Sessions
from ivr.store.models import ApiKey, Audit
from tests.fakes.fake_clock import FakeClock

pytestmark = pytest.mark.integration


def made(sessions: Sessions, clock: FakeClock, name: str = "grafana", scope: str = "metrics") -> str:
    with sessions.begin() as tx:
        return api_keys.make_key(tx, name, scope, 30, "eve@bank.test", clock.now())


def opens(sessions: Sessions, clock: FakeClock, header: str, scope: str = "metrics") -> bool:
    return api_keys.key_of(sessions, header, scope, clock.now()) is not None


def test_a_key_opens_what_it_is_for_and_nothing_else(sessions: Sessions, clock: FakeClock) -> None:
    key = made(sessions, clock)
    assert opens(sessions, clock, f"Bearer {key}")
    assert not opens(sessions, clock, f"Bearer {key}", "exports")
    for wrong in ("", "Bearer", "Bearer ", key, f"Basic {key}", f"Bearer {key}x", f"Bearer {key[4:]}"):
        assert not opens(sessions, clock, wrong)


def test_it_ends_with_its_time_and_when_it_is_revoked(sessions: Sessions, clock: FakeClock) -> None:
    first, second = made(sessions, clock, "one"), made(sessions, clock, "two")
    with sessions.begin() as tx:
        api_keys.revoke(tx, "one", "test", clock.now())
    assert [opens(sessions, clock, f"Bearer {key}") for key in (first, second)] == [False, True]
    clock.forward(30 * 86400)
    assert not opens(sessions, clock, f"Bearer {second}")


def test_only_its_hash_is_kept_and_its_use_is_seen(sessions: Sessions, clock: FakeClock) -> None:
    key = made(sessions, clock)
    opens(sessions, clock, f"Bearer {key}")
    with sessions() as tx:
        row = tx.scalars(select(ApiKey)).one()
        assert key not in str(row.__dict__) and row.used_at == clock.now()
        assert tx.scalars(select(Audit.action)).all() == ["key-made"]


@pytest.mark.parametrize(
    ("name", "scope"), [("grafana", "metrics"), ("", "metrics"), ("x" * 65, "metrics"), ("new", "all")]
)
def test_a_key_needs_a_name_of_its_own_and_a_scope(sessions: Sessions, clock: FakeClock, name: str, scope: str) -> None:
    made(sessions, clock)
    with pytest.raises(ApiKeyRefusedError):
        made(sessions, clock, name, scope)


def test_figures_are_read_with_the_token_or_a_key() -> None:
    def good(header: str) -> bool:
        return header == "Bearer wlk_good"

    assert may_read("203.0.113.1", {"authorization": "Bearer wlk_good"}, "", False, good)
    assert may_read("203.0.113.1", {"authorization": "Bearer token"}, "token", False, good)
    assert not may_read("203.0.113.1", {"authorization": "Bearer wlk_bad"}, "token", False, good)
    assert not may_read("203.0.113.1", {}, "", False, good)


def test_keys_are_made_listed_and_revoked_from_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    def warmline(*words: str) -> str:
        result = CliRunner().invoke(main, ("api-keys", *words))
        return result.stdout if result.exit_code == 0 else f"{result.exit_code} {result.stderr}"

    assert warmline("add", "grafana", "--scope", "metrics").startswith("wlk_")
    assert warmline("add", "grafana", "--scope", "metrics").startswith("1 ")
    assert json.loads(warmline("list", "--json"))[0]["state"] == "good"
    warmline("revoke", "grafana")
    assert json.loads(warmline("list", "--json"))[0]["state"] == "revoked"
    assert "nobody" in warmline("revoke", "nobody")

"""`warmline agents`: people from the command line, in a folder of one's own."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ivr.cli.main import main

pytestmark = pytest.mark.integration

NAMED = ("--name", "Ada", "--phone", "client:ada")


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("WARMLINE_DATA_DIR", raising=False)
    return tmp_path


def warmline(*words: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(main, words, input=stdin)


def people() -> list[dict[str, object]]:
    rows: list[dict[str, object]] = json.loads(warmline("agents", "list", "--json").stdout)
    return rows


def add(email: str, *more: str) -> Result:
    return warmline("agents", "add", email, *NAMED, *more)


def test_the_first_admin_is_added() -> None:
    assert add("eve@bank.test", "--role", "admin").exit_code == 0
    assert people()[0]["roles"] == ["admin"]


@pytest.mark.parametrize("password", ["x", "password1234", "ada@bank.test"])
def test_a_password_that_others_would_guess_is_refused(password: str) -> None:
    result = add("ada@bank.test", "--password", password)
    assert result.exit_code == 1 and "the password" in result.stderr
    assert people() == []


def test_a_person_is_changed_and_the_change_is_told() -> None:
    add("ada@bank.test")
    words = (
        "--role",
        "supervisor",
        "--role",
        "agent",
        "--phone",
        "+15550100009",
        "--name",
        "Ada L",
        "--skill",
        "dispute",
    )
    result = warmline("agents", "change", "Ada@bank.test", *words, "--name", "Ada L", "--skill", "dispute", "--json")
    assert set(json.loads(result.stdout)["changed"]) == {"roles", "phone", "name", "skills"}
    row = people()[0]
    assert (row["name"], row["roles"], row["phone"]) == ("Ada L", ["supervisor", "agent"], "+15550100009")


def test_the_last_admin_is_neither_demoted_nor_removed_nor_disabled() -> None:
    add("eve@bank.test", "--role", "admin")
    for words in (
        ("change", "eve@bank.test", "--role", "agent"),
        ("remove", "eve@bank.test", "--yes"),
        ("disable", "eve@bank.test"),
    ):
        result = warmline("agents", *words)
        assert result.exit_code == 1 and "last admin" in result.stderr
    assert people()[0]["roles"] == ["admin"]


def test_a_person_is_shut_out_and_let_in_again() -> None:
    add("ada@bank.test")
    assert warmline("agents", "disable", "ada@bank.test").exit_code == 0
    assert people()[0]["disabled"] is True
    assert warmline("agents", "enable", "ada@bank.test").exit_code == 0
    assert people()[0]["disabled"] is False


def test_a_removed_person_is_gone_and_may_come_again() -> None:
    add("ada@bank.test")
    assert warmline("agents", "remove", "ada@bank.test", "--yes").exit_code == 0
    assert people() == []
    assert warmline("agents", "enable", "ada@bank.test").exit_code == 1
    assert add("ada@bank.test").exit_code == 0


def test_a_link_to_a_new_password_is_printed() -> None:
    add("ada@bank.test")
    result = warmline("agents", "password", "ada@bank.test")
    assert result.stdout.startswith("http://127.0.0.1:8080/password/")


def test_a_password_is_read_from_the_standard_input() -> None:
    add("ada@bank.test")
    assert warmline("agents", "password", "ada@bank.test", "--prompt", stdin="short\n").exit_code == 1
    assert warmline("agents", "password", "ada@bank.test", "--prompt", stdin="four quiet words\n").exit_code == 0


@pytest.mark.parametrize("deed", ["change", "password", "disable", "enable", "sign-out"])
def test_an_unknown_person_is_named(deed: str) -> None:
    result = warmline("agents", deed, "nobody@bank.test")
    assert result.exit_code == 1 and "nobody@bank.test" in result.stderr


def test_signing_somebody_out_is_told() -> None:
    add("ada@bank.test")
    assert "signed out everywhere" in warmline("agents", "sign-out", "ada@bank.test").stderr


def test_a_phone_in_the_browser_that_would_not_ring_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    said = add("ada@bank.test").stderr
    for words in ("client:ada will not ring", "TWILIO_API_KEY", "TWILIO_TWIML_APP_SID", "warmline setup phone"):
        assert words in said
    assert "will not ring" in warmline("agents", "change", "ada@bank.test", "--phone", "client:ada_2").stderr
    assert "will not ring" not in warmline("agents", "change", "ada@bank.test", "--phone", "+15550101234").stderr
    assert "will not ring" not in warmline("agents", "change", "ada@bank.test", "--name", "Ada B").stderr
    monkeypatch.setenv("WARMLINE_CARRIER_URL", "http://127.0.0.1:8090")
    assert "will not ring" not in warmline("agents", "change", "ada@bank.test", "--phone", "client:ada").stderr


@pytest.mark.parametrize("phone", ["client:", "client:a/b", "client:ada?x", "client:" + "a" * 130])
def test_a_phone_that_the_line_would_never_ring_is_refused(phone: str) -> None:
    result = warmline("agents", "add", "ada@bank.test", "--name", "Ada", "--phone", phone)
    assert result.exit_code == 1
    assert people() == []

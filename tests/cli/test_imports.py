"""People and accounts from CSV files: all of a file or none of it, with each fault told by its line."""

import json
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from click.testing import CliRunner, Result
from sqlalchemy import select

from ivr.cli.common import load_settings, open_database
from ivr.cli.main import main
from ivr.clock import SystemClock
from ivr.ledger.sql import SqlLedger
from ivr.store.models import Account

pytestmark = pytest.mark.integration

HASH = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash("8306")
PEOPLE = "email,name,phone,roles,skills,languages\n"
ACCOUNTS = "number,name,phone,pin,pin_hash,balance,currency,due,minimum,due_on\n"
MORGAN = "40012345,Morgan Reyes,+15551230001,2749,,2450.17,USD,100.00,35.00,2026-12-15\n"


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("WARMLINE_DATA_DIR", raising=False)
    return tmp_path


def run_import(kind: str, text: str, *more: str) -> Result:
    file = Path(f"{kind}.csv")
    file.write_text(text, encoding="utf-8")
    return CliRunner().invoke(main, (kind, "import", str(file), *more))


def people() -> list[dict[str, object]]:
    listed: list[dict[str, object]] = json.loads(CliRunner().invoke(main, ("agents", "list", "--json")).stdout)
    return listed


def accounts() -> dict[str, Account]:
    with open_database(load_settings())() as tx:
        return {account.number: account for account in tx.scalars(select(Account))}


@pytest.mark.parametrize("kind", ["agents", "accounts"])
def test_the_template_is_a_file_that_is_taken(kind: str) -> None:
    template = CliRunner().invoke(main, (kind, "import", "--template"))
    assert template.exit_code == 0
    done = run_import(kind, template.stdout, "--json")
    assert json.loads(done.stdout) == {"added": 1, "changed": 0, "same": 0, "dry_run": False}


def test_people_are_added_and_changed_by_their_address() -> None:
    ada = "ada@bank.test,Ada,+15551230001,agent;supervisor,dispute;payment,en;es\n"
    assert "1 added" in run_import("agents", PEOPLE + ada).stderr
    assert people()[0] == {
        "email": "ada@bank.test", "name": "Ada", "roles": ["agent", "supervisor"], "phone": "+15551230001",
        "presence": "away", "skills": ["dispute", "payment"], "languages": ["en", "es"], "disabled": False,
    }  # fmt: skip
    assert "1 as they were" in run_import("agents", PEOPLE + ada).stderr
    done = run_import("agents", "email,phone\nADA@bank.test,client:ada\nbob@bank.test,\n")
    assert done.exit_code == 1
    assert "line 3: a new person needs name and phone" in done.stderr
    assert people()[0]["phone"] == "+15551230001"  # nothing half done
    assert "1 changed" in run_import("agents", "email,phone\nADA@bank.test,client:ada\n").stderr
    assert (people()[0]["phone"], people()[0]["languages"]) == ("client:ada", ["en", "es"])


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("nobody,Ada,+15551230001,,,", "line 2: 'nobody' is not an e-mail address"),
        ("a@b.test,Ada,12,,,", "line 2: phone '12' is not a number"),
        ("a@b.test,Ada,client:a,boss,,", "line 2: role 'boss' is none of"),
        ("a@b.test,Ada,client:a,,,xx", "line 2: language 'xx' is none of"),
        ("a@b.test,Ada,client:a,,,\nA@B.test,Ada,client:a,,,", "line 3: email 'A@B.test' stands in line 2 already"),
        ("a@b.test,Ada,client:a,,,,more", "line 2: more cells than the head has columns"),
    ],
)
def test_a_person_that_is_wrong_is_told_by_line_and_nobody_is_added(row: str, told: str) -> None:
    done = run_import("agents", f"{PEOPLE}{row}\n")
    assert done.exit_code == 1
    assert told in done.stderr
    assert people() == []


def test_a_head_that_is_wrong_is_told_with_the_columns_there_are() -> None:
    done = run_import("agents", "mail,name,name\n")
    assert done.exit_code == 1
    for part in ("no column may be called 'mail'", "'email' is missing", "'name' stands twice", "The columns are"):
        assert part in done.stderr


@pytest.mark.parametrize("text", [b"\xff\xfe\x00", b'number,name,balance\n1,"a'])
def test_what_is_no_csv_file_is_refused(text: bytes) -> None:
    Path("accounts.csv").write_bytes(text)
    done = CliRunner().invoke(main, ("accounts", "import", "accounts.csv"))
    assert done.exit_code == 1
    assert "is not a CSV file in UTF-8" in done.stderr


def test_a_file_that_is_not_there_or_not_given_is_told() -> None:
    assert "is not a CSV file" in CliRunner().invoke(main, ("accounts", "import", "none.csv")).stderr
    assert "--template prints one" in CliRunner().invoke(main, ("accounts", "import")).stderr


def test_an_account_is_added_with_its_pin_as_a_hash_and_proves_its_holder() -> None:
    priya = f'40023456,Priya Nair,,,"{HASH}",582.40,,,,\n'
    assert "2 added" in run_import("accounts", ACCOUNTS + MORGAN + priya).stderr
    morgan = accounts()["40012345"]
    assert (morgan.balance, morgan.due, morgan.minimum, str(morgan.due_on)) == (245017, 10000, 3500, "2026-12-15")
    assert morgan.pin_hash.startswith("$argon2id$")
    ledger = SqlLedger(open_database(load_settings()), SystemClock())
    assert ledger.find_by_phone("+15551230001") == morgan.id
    assert ledger.check_pin(morgan.id, "2749").ok
    assert ledger.check_pin(accounts()["40023456"].id, "8306").ok


def test_an_account_that_comes_again_is_the_same_and_an_empty_cell_leaves_what_is_there() -> None:
    run_import("accounts", ACCOUNTS + MORGAN)
    before = accounts()["40012345"]
    assert "1 as they were" in run_import("accounts", ACCOUNTS + MORGAN).stderr
    assert accounts()["40012345"].pin_hash == before.pin_hash
    assert "1 changed" in run_import("accounts", "number,name,balance\n40012345,,-12.50\n").stderr
    after = accounts()["40012345"]
    assert (after.id, after.holder, after.balance, after.due) == (before.id, "Morgan Reyes", -1250, 10000)


def test_a_dry_run_says_what_would_be_done_and_does_nothing() -> None:
    done = run_import("accounts", ACCOUNTS + MORGAN, "--dry-run")
    assert "Would be done: 1 added" in done.stderr
    assert accounts() == {}


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("12,Morgan,,2749,,1,,,,", "number '12' is not 4 to 28 digits"),
        ("40012345,Morgan,0155,2749,,1,,,,", "phone '0155' is not a number"),
        ("40012345,Morgan,,274,,1,,,,", "the PIN is not four digits"),
        ("40012345,Morgan,,2749,x,1,,,,", "both pin and pin_hash"),
        ("40012345,Morgan,,,md5:abc,1,,,,", "pin_hash is not an Argon2 hash"),
        ("40012345,Morgan,,2749,,1.234,,,,", "balance '1.234' is not an amount in USD"),
        ("40012345,Morgan,,2749,,1,JPY,0.50,,", "due '0.50' is not an amount in JPY"),
        ("40012345,Morgan,,2749,,1,,-1,,", "due '-1' is not an amount"),
        ("40012345,Morgan,,2749,,lots,,,,", "balance 'lots' is not an amount"),
        ("40012345,Morgan,,2749,,1,usd,,,", "currency 'usd' is not three capital letters"),
        ("40012345,Morgan,,2749,,1,,,,soon", "due_on 'soon' is not a day"),
        ("40012345,,,,,,,,,", "a new account needs name, balance, pin or pin_hash"),
    ],
)
def test_an_account_that_is_wrong_is_told_by_line_without_its_pin(row: str, told: str) -> None:
    good = "40099999,Good One,,1111,,1,,,,\n"
    done = run_import("accounts", f"{ACCOUNTS}{good}{row}\n")
    assert done.exit_code == 1
    assert f"line 3: {told}" in done.stderr
    assert "2749" not in done.stderr
    assert accounts() == {}

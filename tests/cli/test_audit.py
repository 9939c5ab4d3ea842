"""`warmline audit`: the record from the command line."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from ivr.cli.main import main
from ivr.store.engine import make_engine

pytestmark = pytest.mark.integration


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("DATABASE_URL", "WARMLINE_DATA_DIR"):
        monkeypatch.delenv(name, raising=False)
    for deed in ("disable", "enable"):
        if deed == "disable":
            warmline("agents", "add", "ada@bank.test", "--name", "Ada", "--phone", "client:ada")
        warmline("agents", deed, "ada@bank.test")
    return tmp_path


def warmline(*words: str) -> Result:
    return CliRunner().invoke(main, words)


def change(folder: Path) -> None:
    with make_engine(f"sqlite:///{folder / 'var' / 'warmline.db'}").begin() as connection:
        connection.execute(text("UPDATE audit SET actor = 'eve' WHERE place = 2"))


def test_a_whole_record_verifies_and_its_end_can_be_noted_elsewhere() -> None:
    result = warmline("audit", "verify")
    assert result.exit_code == 0
    assert warmline("audit", "verify", "--expect", result.stdout.strip()).exit_code == 0


def test_a_changed_row_is_named_and_ends_with_one(own_folder: Path) -> None:
    change(own_folder)
    result = warmline("audit", "verify")
    assert result.exit_code == 1 and "row 2" in result.stderr
    assert json.loads(warmline("audit", "verify", "--json").stdout)["broken"].startswith("row 2")


def test_a_wrong_end_is_wrong_use() -> None:
    assert warmline("audit", "verify", "--expect", "12").exit_code == 2


def test_what_was_done_is_listed_and_chosen_from() -> None:
    rows = json.loads(warmline("audit", "list", "--json").stdout)
    assert [row["action"] for row in rows] == ["person-enabled", "person-disabled", "person-added"]
    assert [row["place"] for row in rows] == [3, 2, 1]
    one = warmline("audit", "list", "--action", "person-disabled").stdout
    assert one.count("\n") == 1 and "command line  person-disabled  agent:1" in one
    for words in (("--subject", "agent:1"), ("--actor", "command line"), ("--days", "1")):
        assert warmline("audit", "list", *words).stdout.count("\n") == 3


def test_young_rows_cannot_be_cut() -> None:
    assert warmline("audit", "cut", "--days", "5", "--yes").exit_code == 2
    assert json.loads(warmline("audit", "cut", "--days", "90", "--yes", "--json").stdout) == {"rows": 0}

"""From a reviewer's form to a line that understands: the command, on the models that ship."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from ivr.cli.main import main
from ivr.nlu.understanding import Understanding
from ivr.quality.learning import examples
from ivr.quality.learning.examination import ANY_DAY
from ivr.quality.learning.phrases import phrases
from ivr.store.models import Correction, Turn
from tests.harness.web_pages import CALL, Web, with_token

pytestmark = pytest.mark.speech

MISUNDERSTOOD = {
    "I was making a purchase and it was declined": "other_banking",
    "what do I need to send you by the end of the month": "due_date",
    "I want to square up": "payment",
    "I'm after my figure": "balance",
}
UNCHANGED = {
    "what's my balance": "balance",
    "I'd like to make a payment": "payment",
    "when is my payment due": "due_date",
    "agent": "human_agent",
    "goodbye": "goodbye",
    "what's the weather tomorrow": "out_of_scope",
    "I want to open a savings account": "other_banking",
}


@pytest.fixture
def folder(web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder of a command that shares the pages' database; fewer phrases than ship, for haste."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WARMLINE_DATA_DIR", str(tmp_path / "var"))
    (tmp_path / "var").mkdir()
    monkeypatch.setattr("ivr.cli.learn.open_database", lambda _settings: web.sessions)
    monkeypatch.setattr(examples, "PER_TEMPLATE", 2)
    return tmp_path / "var"


def learn(*words: str) -> Result:
    return CliRunner().invoke(main, ["learn", *words])


def corrected(web: Web, told: dict[str, str]) -> None:
    """A reviewer says of each sentence, by the form, what it should have been."""
    reviewer = web.signed_in("Quinn", "reviewer")
    web.call(outcome="resolved", turns=False)
    with web.sessions.begin() as tx:
        turns = [
            Turn(
                call_sid=CALL, key=f"t{n}", speaker="caller", text=text, start=float(n),
                intent="repeat",
            )
            for n, text in enumerate(told)
        ]  # fmt: skip
        tx.add_all(turns)
    for turn, label in zip(turns, told.values(), strict=True):
        data = with_token(reviewer, label=label)
        assert reviewer.post(f"/quality/turns/{turn.id}/correction", data=data).status_code == 302


def used(web: Web) -> int:
    with web.sessions() as tx:
        return sum(row.used_at is not None for row in tx.scalars(select(Correction)))


def understood(folder: Path, texts: dict[str, str]) -> dict[str, str]:
    line = Understanding.load(folder)
    return {text: line.understand(text, expect="open", today=ANY_DAY).intent for text in texts}


def test_what_was_corrected_is_understood_and_the_rest_as_before_until_it_is_put_back(web: Web, folder: Path) -> None:
    corrected(web, MISUNDERSTOOD)
    before = understood(folder, MISUNDERSTOOD)
    assert not set(before.items()) & set(MISUNDERSTOOD.items())
    tried = learn("--dry-run", "--json")
    assert (tried.exit_code, used(web), (folder / "meaning").exists()) == (0, 0, False)
    assert [row["after"] for row in json.loads(tried.stdout)["corrections"]] == list(MISUNDERSTOOD.values())
    result = learn()
    assert result.exit_code == 0, result.output
    assert "I want to square up: right (was out_of_scope)" in result.stdout
    assert "next start" in result.stderr
    assert understood(folder, MISUNDERSTOOD) == MISUNDERSTOOD
    assert understood(folder, UNCHANGED) == UNCHANGED
    assert used(web) == len(MISUNDERSTOOD)
    assert learn("--back").exit_code == 0
    assert understood(folder, MISUNDERSTOOD) == before


def test_poisoned_corrections_are_refused_and_nothing_is_changed(web: Web, folder: Path) -> None:
    poison = {text: "goodbye" if label != "goodbye" else "payment" for text, label in phrases(1)[::4]}
    corrected(web, poison)
    result = learn("--json")
    assert result.exit_code == 1
    answer = json.loads(result.stdout)
    assert answer["taken"] is None
    assert any("examples that ship" in reason for reason in answer["refused"])
    assert "Nothing was changed" in result.stderr
    assert (used(web), (folder / "meaning").exists()) == (0, False)


def test_with_nothing_to_learn_or_to_go_back_to_it_says_so(web: Web, folder: Path) -> None:
    result = learn("--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {"corrections": [], "taken": None}
    assert "no corrections" in result.stderr
    result = learn("--back")
    assert result.exit_code == 1
    assert "no former model" in result.stderr

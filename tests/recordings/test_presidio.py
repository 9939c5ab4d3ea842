"""Presidio, really running, over a small spaCy model that knows one person and one place."""

import pytest
import spacy

from ivr.recordings.presidio import PresidioFinder, PresidioMissingError
from ivr.redaction import Line, Personal, mask

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    made = spacy.blank("en")
    rules = made.add_pipe("entity_ruler")
    rules.add_patterns([{"label": "PERSON", "pattern": "Kovacs"}, {"label": "GPE", "pattern": "Leeds"}])  # type: ignore[attr-defined]
    folder = tmp_path_factory.mktemp("spacy") / "model"
    made.to_disk(folder)
    return str(folder)


def kept(text: str, model: str, wanted: Personal) -> str:
    with_presidio = Personal(wanted.names, wanted.addresses, finder=PresidioFinder(model, wanted))
    return mask([Line("caller", text)], personal=with_presidio).lines[0].text


def test_what_the_model_knows_goes_where_it_is_wanted(model: str) -> None:
    said = "the letter of Kovacs came from Leeds"
    assert kept(said, model, Personal(names=True)) == "the letter of (name) came from Leeds"
    assert kept(said, model, Personal(addresses=True)) == "the letter of Kovacs came from (address)"
    assert kept(said, model, Personal()) == said


def test_its_patterns_find_secrets_and_leave_account_numbers(model: str) -> None:
    assert kept("my number, 078-05-1120", model, Personal()) == "my number, (id number)"
    assert kept("account number 40012345 please", model, Personal()) == "account number 40012345 please"


def test_a_model_that_is_not_there_is_named_with_the_mend() -> None:
    with pytest.raises(PresidioMissingError, match=r"WARMLINE_PRESIDIO_MODEL.*'nothing_like_it'.*spacy download"):
        PresidioFinder("nothing_like_it", Personal()).load()

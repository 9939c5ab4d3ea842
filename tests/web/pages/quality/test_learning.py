"""What a reviewer says that a caller meant is kept, shown, listed, taken back and forgotten."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from ivr.nlu.intents import INTENTS
from ivr.recordings.retention import purge_older
from ivr.recordings.storage import RecordingFiles
from ivr.store.models import Audit, Call, Correction, Turn
from ivr.web.pages.quality.learning import intent_words
from tests.harness.web_pages import CALL, Web, with_token

pytestmark = pytest.mark.integration


@pytest.fixture
def reviewer(web: Web) -> FlaskClient:
    client = web.signed_in("Quinn", "reviewer")
    web.call(outcome="handed-off")
    return client


def the_turn(web: Web) -> int:
    """The caller's turn that was understood as a balance, at the question whether all is right."""
    with web.sessions.begin() as tx:
        turn = tx.scalars(select(Turn).where(Turn.intent == "balance")).one()
        turn.why = {"flow": "open", "asked": "open", "ranked": [["balance", 0.8]], "named": [], "did": []}
        return turn.id


def correct(client: FlaskClient, turn_id: int, label: str = "dispute") -> int:
    data = with_token(client, label=label)
    return client.post(f"/quality/turns/{turn_id}/correction", data=data).status_code


def rows(web: Web) -> list[Correction]:
    with web.sessions() as tx:
        return list(tx.scalars(select(Correction)))


def test_the_form_makes_an_example_that_is_shown_listed_and_in_the_audit(web: Web, reviewer: FlaskClient) -> None:
    turn_id = the_turn(web)
    assert correct(reviewer, turn_id) == 302
    (row,) = rows(web)
    with web.sessions() as tx:
        said = tx.get_one(Turn, turn_id).text
        noted = tx.scalars(select(Audit).where(Audit.action == "correct")).one()
    assert (row.text, row.heard_as, row.label, row.asked, row.used_at) == (said, "balance", "dispute", "open", None)
    assert (noted.actor, noted.subject) == ("quinn@bank.test", f"call:{CALL}")
    assert said not in str(noted.detail)
    assert "Quinn: should have been <strong>Dispute</strong>" in reviewer.get(f"/quality/calls/{CALL}").text
    assert said in reviewer.get("/quality/corrections").text


def test_a_second_word_replaces_the_first_and_undo_takes_it_back(web: Web, reviewer: FlaskClient) -> None:
    turn_id = the_turn(web)
    correct(reviewer, turn_id)
    correct(reviewer, turn_id, "human_agent")
    (row,) = rows(web)
    assert row.label == "human_agent"
    token = with_token(reviewer)
    assert reviewer.post(f"/quality/corrections/{row.id}/remove", data=token).status_code == 302
    assert rows(web) == []
    assert reviewer.post(f"/quality/corrections/{row.id}/remove", data=token).status_code == 404


@pytest.mark.parametrize("spoilt", ["secret", "keys", "bot", "open", "label"])
def test_nothing_is_learnt_from_secrets_keys_the_bot_or_a_call_that_goes_on(
    web: Web, reviewer: FlaskClient, spoilt: str
) -> None:
    turn_id = the_turn(web)
    with web.sessions.begin() as tx:
        turn = tx.get_one(Turn, turn_id)
        if spoilt == "secret":
            turn.text = "It is (PIN), what is my balance?"
        elif spoilt == "keys":
            turn.via = "keys"
        elif spoilt == "bot":
            turn.speaker = "bot"
        elif spoilt == "open":
            tx.get_one(Call, CALL).ended_at = None
    assert correct(reviewer, turn_id, "anything" if spoilt == "label" else "dispute") == 409
    assert rows(web) == []


def test_agents_cannot_correct(web: Web, reviewer: FlaskClient) -> None:
    turn_id = the_turn(web)
    agent = web.signed_in("Bob", "agent")
    data = with_token(agent, label="dispute")
    assert agent.post(f"/quality/turns/{turn_id}/correction", data=data).status_code == 403


def test_it_is_forgotten_with_its_call(web: Web, reviewer: FlaskClient, tmp_path: Path) -> None:
    correct(reviewer, the_turn(web))
    files = RecordingFiles((tmp_path / "recordings").as_uri())
    purge_older(web.sessions, web.clock.now() + timedelta(days=9), web.clock, files, lambda _: None)
    assert rows(web) == []


def test_every_intent_has_words_that_a_person_would_use() -> None:
    words = [intent_words(intent) for intent in INTENTS]
    assert len(set(words)) == len(INTENTS)
    assert not any("_" in one for one in words)

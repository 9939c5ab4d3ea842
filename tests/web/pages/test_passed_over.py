"""The agent's page and the board say why nothing rings though somebody waits."""

import pytest
from sqlalchemy import select

from ivr.store.models import Agent, Handoff, Offer
from tests.harness.web_pages import Web

pytestmark = pytest.mark.integration


def passes_over(web: Web, outcome: str, presence: str = "available", state: str = "parked") -> None:
    """Ada's phone has rung for Grace Hopper, in vain."""
    web.call()
    web.handoff(1)
    with web.sessions.begin() as tx:
        tx.scalars(select(Handoff)).one().state = state
        offer, ada = tx.scalars(select(Offer)).one(), tx.get_one(Agent, 1)
        offer.outcome, offer.ended_at = outcome, web.clock.now()
        ada.presence, ada.presence_since = presence, web.clock.now()


def test_who_declined_reads_when_the_caller_is_offered_again(web: Web) -> None:
    client = web.signed_in("Ada", "agent", presence="available")
    passes_over(web, "declined")
    web.clock.forward(5)
    panel = client.get("/agent/panel").text
    assert "You declined Grace Hopper; they are offered to you again in" in panel
    assert ">0:15</span>" in panel
    web.clock.forward(15)
    assert "You declined" not in client.get("/agent/panel").text


@pytest.mark.parametrize(("state", "said"), [("unanswered", "They still wait"), ("bridged", "until you say")])
def test_who_missed_a_call_reads_whose_and_whether_they_still_wait(web: Web, state: str, said: str) -> None:
    client = web.signed_in("Ada", "agent")
    passes_over(web, "no-answer", "away", state)
    panel = client.get("/agent/panel").text
    assert "Your phone rang for Grace Hopper" in panel
    assert said in panel


def test_nothing_is_said_of_a_caller_whom_a_colleague_has(web: Web) -> None:
    client = web.signed_in("Ada", "agent", presence="available")
    passes_over(web, "declined", state="bridged")
    assert "You declined" not in client.get("/agent/panel").text


@pytest.mark.parametrize(
    ("outcome", "presence", "said"),
    [
        ("declined", "available", "Declined Grace Hopper"),
        ("failed", "available", "Not reached for Grace Hopper"),
        ("no-answer", "away", "Missed Grace Hopper"),
    ],
)
def test_the_board_says_why_an_agents_phone_is_silent(web: Web, outcome: str, presence: str, said: str) -> None:
    web.signed_in("Ada", "agent", presence="available")
    boss = web.signed_in("Eve", "supervisor")
    passes_over(web, outcome, presence)
    assert said in boss.get("/board/panel").text

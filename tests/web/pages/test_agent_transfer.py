"""A warm transfer on the page, over the real hand-off service: what each of the two agents sees."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from ivr.store.engine import Sessions
from ivr.store.models import Agent
from tests.fakes.fake_carrier import leg
from tests.fakes.fake_clock import FakeClock
from tests.harness.handoff_world import World
from tests.harness.web_pages import Make, Web, with_token

pytestmark = pytest.mark.integration

FRAGMENT = {"X-Fragment": "1"}


class Desk:
    def __init__(self, web: Web, world: World) -> None:
        self.world = world
        self.ann, self.bob = web.signed_in("Ann", "agent"), web.signed_in("Bob", "agent")
        with web.sessions() as tx:
            self.ids = list(tx.scalars(select(Agent.id).order_by(Agent.name)))
        world.service.presence(self.ids[0], "available")
        world.bridged()
        world.service.presence(self.ids[1], "available")

    def do(self, who: FlaskClient, deed: str, **form: str) -> str:
        where = f"/agent/handoffs/{self.world.id}/{deed}"
        return who.post(where, data=with_token(who, **form), headers=FRAGMENT).text

    def bob_comes(self) -> None:
        self.world.hook("2/agent", CallSid=leg(2))
        self.world.hook("2/accept", CallSid=leg(2), Digits="1")
        self.world.joins("agent-2", leg(2))


@pytest.fixture
def desk(make_web: Make, sessions: Sessions, clock: FakeClock) -> Desk:
    """Ann talks with a caller; Bob is free."""
    world = World(sessions, clock)
    return Desk(make_web(clock, service=world.service), world)


def test_free_colleagues_are_offered_by_name(desk: Desk) -> None:
    assert "Bob" in desk.ann.get("/agent/panel").text


def test_where_nobody_is_free_it_says_so_and_asks_for_a_number(desk: Desk) -> None:
    desk.world.service.presence(desk.ids[1], "break")
    page = desk.ann.get("/agent/panel").text
    assert "No colleague is free just now" in page
    assert 'name="to"' not in page


def test_no_card_is_offered_while_a_transfer_is_under_way(desk: Desk) -> None:
    assert "Take a card payment" in desk.ann.get("/agent/work").text
    desk.do(desk.ann, "transfer", to=str(desk.ids[1]))
    assert "Take a card payment" not in desk.ann.get("/agent/work").text


def test_both_agents_see_how_far_a_transfer_has_come(desk: Desk) -> None:
    assert "Bob’s phone rings" in desk.do(desk.ann, "transfer", to=str(desk.ids[1]), text="Wants the fee explained")
    ringing = desk.bob.get("/agent/panel").text
    assert "Transfer from Ann" in ringing
    assert "Wants the fee explained" in ringing
    desk.bob_comes()
    assert "You talk with Bob alone" in desk.ann.get("/agent/panel").text
    assert "Ann briefs you" in desk.bob.get("/agent/panel").text
    assert "hear each other" in desk.do(desk.ann, "transfer/together")
    assert "Call ended" in desk.do(desk.ann, "transfer/leave")
    assert 'data-mode="talking"' in desk.bob.get("/agent/panel").text
    assert desk.ann.get("/agent/panel").text.count("Call ended") == 1


def test_a_colleague_who_does_not_answer_is_told_of_and_is_away(desk: Desk) -> None:
    desk.do(desk.ann, "transfer", to=str(desk.ids[1]))
    desk.world.leg_is(2, "no-answer")
    assert "Bob does not answer. You are back with the caller." in desk.ann.get("/agent/panel").text
    away = desk.bob.get("/agent/panel").text
    assert "you missed a call" in away
    assert "I am back" in away


def test_a_wrong_number_is_refused_with_the_mend(desk: Desk) -> None:
    assert "not a telephone number" in desk.do(desk.ann, "transfer", number="0150")
    assert "choose a colleague" in desk.do(desk.ann, "transfer").lower()

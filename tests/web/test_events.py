"""News for open pages: the right topics to the right people, and a beat when nothing happens."""

from itertools import islice

from ivr.live import News
from ivr.web.events import stream
from tests.web.conftest import CALL, Web


def test_news_and_beats_as_event_stream_text() -> None:
    text = list(stream([None, News("desk", "handoff", "7")]))
    assert text[0] == "retry: 2000\n\n"
    assert text[1] == ": heartbeat\n\nevent: beat\ndata: {}\n\n"
    assert text[2] == 'event: news\ndata: {"topic": "desk", "kind": "handoff"}\n\n'


def test_news_of_oneself_arrive_through_redis(web: Web) -> None:
    answer = web.signed_in("Ada", "agent").get("/events")
    pieces = (piece.decode() for piece in answer.response if isinstance(piece, bytes))
    list(islice(pieces, 2))  # the greeting and the beat that says: subscribed
    web.live.publish("agent:2", "offer")
    web.live.publish("agent:1", "offer")
    assert "agent:1" in next(piece for piece in pieces if "event: news" in piece)
    answer.close()


def test_an_agent_may_follow_only_his_own_call_and_his_offer(web: Web) -> None:
    client = web.signed_in("Ada", "agent")
    bob = web.person("Bob", "agent")
    web.call()
    handoff = web.handoff(bob)
    assert client.get(f"/events?call={CALL}").status_code == 403
    with web.sessions.begin() as tx:
        from ivr.store.models import Handoff

        tx.get_one(Handoff, handoff).offers[0].agent_id = 1
    assert client.get(f"/events?call={CALL}").status_code == 200


def test_a_supervisor_may_follow_any_call(web: Web) -> None:
    client = web.signed_in("Sue", "supervisor")
    web.call()
    assert client.get(f"/events?call={CALL}").status_code == 200

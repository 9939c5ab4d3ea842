"""News for open pages: the right topics to the right people, and a beat when nothing happens."""

import time
from collections.abc import Callable, Iterator

import pytest
from flask.testing import FlaskClient
from redis import Redis

from ivr.people import roster
from ivr.store.models import Agent, Handoff, Offer
from ivr.traces import Span, taken_by
from ivr.web.bot_sound import BotSound
from ivr.web.event_streams import MOST, Hub, Streams
from ivr.web.front import make_front
from tests.harness.asgi_server import Wire, get, served
from tests.harness.eventually import eventually
from tests.harness.web_pages import CALL, Web, with_token

pytestmark = pytest.mark.integration

Open = Callable[..., Wire]


class FakeWebhooks:
    async def __call__(self, *_asgi: object) -> None:
        raise AssertionError("no webhook is asked here")


@pytest.fixture
def streams(web: Web, redis_url: str) -> Streams:
    return Streams(web.app, Hub(redis_url), heartbeat=0.4)


@pytest.fixture
def address(
    web: Web, streams: Streams, redis: Redis, redis_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    none: object = FakeWebhooks()
    sound = BotSound(web.app, redis_url)
    front = make_front(none, web.app, streams, streams.hub, tmp_path_factory.mktemp("audio"), [], sound)  # type: ignore[arg-type]
    with served(front) as address:
        eventually(redis.pubsub_numpat)
        yield address


@pytest.fixture
def follow(address: str) -> Iterator[Open]:
    wires: list[Wire] = []

    def open_(client: FlaskClient, query: str = "") -> Wire:
        cookie = client.get_cookie("warmline")
        wires.append(get(address, f"/events{query}", f"warmline={cookie.value}" if cookie else ""))
        return wires[-1]

    yield open_
    for wire in wires:
        wire.close()


def test_news_of_oneself_arrive_through_redis(web: Web, follow: Open) -> None:
    page = follow(web.signed_in("Ada", "agent"))
    assert "content-type: text/event-stream" in page.until("\r\n\r\n").lower()
    page.until("event: beat")
    web.live.publish("agent:2", "offer")
    web.live.publish("agent:1", "offer")
    told = page.until("\n\n" if "agent:1" in page.until("event: news\ndata: ") else '"offer"}')
    assert '"agent:1"' in told


def test_a_beat_comes_when_nothing_happens_and_the_browser_is_told_how_to_come_back(web: Web, follow: Open) -> None:
    page = follow(web.signed_in("Ada", "agent"))
    assert "retry: 2000" in page.until("event: beat\ndata: {}")
    page.until("event: beat\ndata: {}")


def test_much_news_at_once_is_told_once(web: Web, follow: Open) -> None:
    page = follow(web.signed_in("Ada", "agent"))
    page.until("event: beat")
    page.until("event: beat")
    for _ in range(200):
        web.live.publish("desk", "handoff")
    web.live.publish("desk", "presence")
    assert page.until('"presence"').count('"handoff"') < 5


def test_an_agent_may_follow_only_his_own_call_and_his_offer(web: Web, follow: Open) -> None:
    client = web.signed_in("Ada", "agent")
    bob = web.person("Bob", "agent")
    web.call()
    handoff = web.handoff(bob)
    assert "403" in follow(client, f"?call={CALL}").until("\r\n")
    with web.sessions.begin() as tx:
        tx.get_one(Handoff, handoff).offers[0].agent_id = 1
    assert "200" in follow(client, f"?call={CALL}").until("\r\n")


def test_a_stream_of_several_pages_leaves_out_what_may_not_be_followed(web: Web) -> None:
    client = web.signed_in("Ada", "agent")
    web.call()
    web.handoff(web.person("Bob", "agent"))
    answer = client.get(f"/events?call={CALL}&shared=1")
    assert answer.json == {"person": 1, "topics": ["desk", "agent:1"]}


def test_a_supervisor_may_follow_any_call(web: Web, follow: Open) -> None:
    client = web.signed_in("Sue", "supervisor")
    web.call()
    assert "200" in follow(client, f"?call={CALL}").until("\r\n")


def test_the_trace_of_a_call_has_the_pages_that_followed_it(web: Web, follow: Open) -> None:
    client = web.signed_in("Sue", "supervisor")
    spans: list[Span] = []
    web.call()
    with taken_by(spans.append):
        page = follow(client, f"?call={CALL}")
        page.until("event: beat")
        page.close()
        eventually(lambda: spans)
    assert [(span.name, span.call, span.values) for span in spans] == [("page", CALL, {})]


def test_nobody_follows_any_number_of_calls_at_once(web: Web) -> None:
    query = "&".join(f"call=CA{number}" for number in range(21))
    assert web.signed_in("Sue", "supervisor").get(f"/events?{query}").status_code == 400


def test_a_stranger_gets_no_stream(web: Web, follow: Open) -> None:
    assert "401" in follow(web.app.test_client()).until("\r\n")


def test_a_right_that_is_lost_ends_the_stream(web: Web, follow: Open) -> None:
    page = follow(web.signed_in("Ada", "agent"))
    page.until("event: beat")
    with web.sessions.begin() as tx:
        tx.get_one(Agent, 1).roles = []
    assert page.closed()


@pytest.mark.parametrize("deed", ["signed out", "shut out"])
def test_a_sign_in_that_ends_ends_its_stream(web: Web, follow: Open, deed: str) -> None:
    client = web.signed_in("Ada", "agent")
    page = follow(client)
    page.until("event: beat")
    if deed == "signed out":
        client.post("/sign-out", data=with_token(client))
    else:
        with web.sessions.begin() as tx:
            roster.disable(tx, tx.get_one(Agent, 1), "test", web.clock.now())
    page.until("event: over")
    assert page.closed()


def test_who_is_offered_nothing_any_more_hears_no_more_of_that_call(web: Web, follow: Open) -> None:
    client = web.signed_in("Ada", "agent")
    web.call()
    web.handoff(1)
    page = follow(client, f"?call={CALL}&shared=1")
    page.until("event: beat")
    page.until("event: beat")
    web.live.publish(f"call:{CALL}", "turn")
    page.until('"turn"')
    with web.sessions.begin() as tx:
        tx.get_one(Offer, 1).outcome = "declined"
    page.until("event: beat")
    page.until("event: beat")
    web.live.publish(f"call:{CALL}", "turn")
    web.live.publish("desk", "presence")
    assert '"turn"' not in page.until('"presence"')


def test_one_person_has_so_many_streams_and_gets_one_back_by_closing_one(web: Web, follow: Open) -> None:
    client = web.signed_in("Ada", "agent")
    pages = [follow(client) for _ in range(MOST)]
    for page in pages:
        page.until("event: beat")
    refused = follow(client)
    assert "429" in refused.until("\r\n")
    refused.until("Close one of them")
    assert "200" in follow(web.signed_in("Bob", "agent")).until("\r\n")
    pages[0].close()
    deadline = time.monotonic() + 5
    while "200" not in follow(client).until("\r\n"):
        assert time.monotonic() < deadline


def test_a_store_that_is_away_ends_nobodys_stream(web: Web, follow: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    page = follow(web.signed_in("Ada", "agent"))
    page.until("event: beat")
    monkeypatch.setattr(web.sessions, "kw", {**web.sessions.kw, "bind": None})  # every query fails
    page.until("event: beat")
    page.until("event: beat")


def test_all_streams_end_at_once_when_the_process_is_to_end(web: Web, streams: Streams, follow: Open) -> None:
    page = follow(web.signed_in("Ada", "agent"))
    page.until("event: beat")
    streams.end()
    assert page.closed()

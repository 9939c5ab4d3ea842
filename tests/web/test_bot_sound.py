"""A supervisor listens in on a call that the bot has: over the pages' own address, for as long as they may."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from flask.testing import FlaskClient
from redis import Redis

from ivr.channels.listening import ASKED, SOUND
from ivr.store.models import Agent, Call
from ivr.web.bot_sound import LATE, BotSound
from ivr.web.event_streams import Hub, Streams
from ivr.web.front import make_front
from tests.harness.asgi_server import served
from tests.harness.eventually import eventually
from tests.harness.web_pages import CALL, Web, with_token

pytestmark = pytest.mark.integration

PIECE = bytes(range(160)) * 10
PLACE = f"/board/bot-calls/{CALL}/listen"
Listen = Callable[[FlaskClient], "Listener"]


class Listener:
    """A browser that listens."""

    def __init__(self, address: str, client: FlaskClient) -> None:
        form, self._client = with_token(client), httpx.Client(base_url=address, timeout=5)
        cookie = client.get_cookie("warmline")
        headers = {"Cookie": f"warmline={cookie.value}"} if cookie else {}
        request = self._client.build_request("POST", PLACE, data=form, headers=headers)
        self.answer = self._client.send(request, stream=True)
        self._pieces = self.answer.iter_raw()

    def next(self) -> bytes:
        """What comes next; b"" once it is over."""
        return next(self._pieces, b"")

    def close(self) -> None:
        self._client.close()


@pytest.fixture
def sound(web: Web, redis_url: str) -> BotSound:
    return BotSound(web.app, redis_url, beat=0.2)


@pytest.fixture
def listen(web: Web, sound: BotSound, redis_url: str, tmp_path: Path) -> Iterator[Listen]:
    with web.sessions.begin() as tx:
        web.call(turns=False)
        tx.get_one(Call, CALL).stage = "dialogue"
    none: object = None  # no webhook is asked here
    hub = Hub(redis_url)
    front = make_front(none, web.app, Streams(web.app, hub), hub, tmp_path, [], sound)  # type: ignore[arg-type]
    listeners: list[Listener] = []
    with served(front) as address:

        def open_(client: FlaskClient) -> Listener:
            listeners.append(Listener(address, client))
            return listeners[-1]

        yield open_
        for listener in listeners:
            listener.close()


def sounds(redis: Redis, piece: bytes = PIECE) -> None:
    """The media process sends, once somebody takes it."""
    eventually(lambda: redis.publish(SOUND + CALL, piece))


def test_a_supervisor_hears_what_the_media_process_sends(web: Web, listen: Listen, redis: Redis) -> None:
    listener = listen(web.signed_in("Sam", "supervisor"))
    assert listener.answer.status_code == 200
    assert listener.answer.headers["content-type"] == "application/octet-stream"
    sounds(redis)
    assert listener.next() == PIECE


def test_as_long_as_they_listen_the_media_processes_are_asked_for_the_sound(
    web: Web, listen: Listen, redis: Redis
) -> None:
    asks = redis.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
    asks.subscribe(ASKED)
    listener = listen(web.signed_in("Sam", "supervisor"))
    sids = []
    eventually(lambda: sids.append(message["data"]) if (message := asks.get_message(timeout=0.1)) else len(sids) >= 2)
    assert set(sids) == {CALL.encode()}
    listener.close()
    eventually(lambda: redis.pubsub_numsub(SOUND + CALL)[0][1] == 0)


@pytest.mark.parametrize("roles", [("agent",), ("reviewer",), ("agent", "reviewer")])
def test_nobody_else_may(web: Web, listen: Listen, roles: tuple[str, ...]) -> None:
    assert listen(web.signed_in("Ada", *roles)).answer.status_code == 403


def test_a_stranger_may_not(web: Web, listen: Listen) -> None:
    assert listen(web.app.test_client()).answer.status_code in (302, 400, 401)


def test_another_sites_page_may_not_in_a_supervisors_name(web: Web) -> None:
    assert web.signed_in("Sam", "supervisor").post(PLACE).status_code == 400


def test_a_call_that_leaves_the_bot_is_not_heard_any_more(web: Web, listen: Listen, redis: Redis) -> None:
    listener = listen(web.signed_in("Sam", "supervisor"))
    sounds(redis)
    listener.next()
    with web.sessions.begin() as tx:
        tx.get_one(Call, CALL).stage = "parked"
    assert listener.next() == b""


@pytest.mark.parametrize("deed", ["role taken", "signed out"])
def test_a_right_that_is_lost_ends_it(web: Web, listen: Listen, redis: Redis, deed: str) -> None:
    client = web.signed_in("Sam", "supervisor")
    listener = listen(client)
    sounds(redis)
    listener.next()
    if deed == "signed out":
        client.post("/sign-out", data=with_token(client))
    else:
        with web.sessions.begin() as tx:
            tx.get_one(Agent, 1).roles = ["agent"]
    assert listener.next() == b""


def test_a_process_that_is_told_to_end_lets_them_go(web: Web, listen: Listen, sound: BotSound, redis: Redis) -> None:
    listener = listen(web.signed_in("Sam", "supervisor"))
    sounds(redis)
    listener.next()
    sound.end()
    assert listener.next() == b""


def test_what_the_bot_does_not_have_is_refused_with_the_reason(web: Web, listen: Listen) -> None:
    web.supervision.refuse = "the bot does not have that call any more"
    answer = listen(web.signed_in("Sam", "supervisor")).answer
    assert (answer.status_code, answer.read().decode()) == (409, "The bot does not have that call any more.")


def test_who_takes_nothing_keeps_two_seconds_and_no_more(web: Web, listen: Listen, redis: Redis) -> None:
    listener = listen(web.signed_in("Sam", "supervisor"))
    sounds(redis)
    large = bytes(100_000)
    for _ in range(200):
        redis.publish(SOUND + CALL, large)
    redis.publish(SOUND + CALL, b"last")
    time.sleep(0.5)
    taken, size = b"", len(PIECE) + 200 * len(large)
    while not taken.endswith(b"last"):
        piece = listener.next()
        assert piece, "it was ended"
        taken, size = taken[-10:] + piece, size - len(piece)
    assert size > (200 - LATE - 100) * len(large)  # the rest is what lay in the sockets

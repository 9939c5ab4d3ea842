"""Media Streams: what the application's socket gets, and what its messages do."""

import asyncio
import base64
import json
import socket
from itertools import pairwise
from typing import Any

import pytest
from starlette.responses import Response
from starlette.websockets import WebSocket, WebSocketDisconnect
from twilio.request_validator import RequestValidator
from websockets.asyncio.server import ServerConnection, serve

from switch.media.audio import tone
from tests.harness.eventually import until
from tests.harness.switch_world import ACCOUNT, TOKEN, MakeWorld, Run, World
from tests.harness.twilio_client import client

pytestmark = pytest.mark.switch

CONNECT = (
    '<Connect action="/after"><Stream url="{url}/media?dropped=1" name="bot" statusCallback="{http}/stream">'
    '<Parameter name="token" value="abc"/></Stream></Connect>'
)


class Bot:
    """The application's end of a stream: keeps what arrives, sends what it is told."""

    def __init__(self, w: World) -> None:
        self.messages: list[dict[str, Any]] = []
        self.texts: list[str] = []
        self.live: WebSocket | None = None
        self.closed = False
        w.customer.socket = self.serve
        url = w.customer.url.replace("http", "ws")
        w.customer.answers["/voice"] = CONNECT.format(url=url, http=w.customer.url)

    async def serve(self, socket: WebSocket) -> None:
        await socket.accept()
        self.live = socket
        try:
            while True:
                self.texts.append(await socket.receive_text())
                self.messages.append(json.loads(self.texts[-1]))
        except (WebSocketDisconnect, RuntimeError):
            self.closed = True

    def of(self, event: str) -> list[dict[str, Any]]:
        return [message for message in self.messages if message["event"] == event]

    @property
    def socket(self) -> WebSocket:
        assert self.live is not None
        return self.live

    @property
    def sid(self) -> str:
        return str(self.of("start")[0]["streamSid"])

    async def send(self, event: str, **body: Any) -> None:
        await self.socket.send_text(json.dumps({"event": event, "streamSid": self.sid, **body}))

    async def play(self, sound: bytes) -> None:
        await self.send("media", media={"payload": base64.b64encode(sound).decode()})

    async def mark(self, name: str) -> None:
        await self.send("mark", mark={"name": name})

    async def close(self) -> None:
        await self.socket.close()


async def streaming(w: World) -> tuple[Any, Bot]:
    bot = Bot(w)
    person = await w.call()
    await until(lambda: len(bot.of("media")) > 2)
    return person, bot


def test_messages_arrive_in_order_with_string_counters(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            _, bot = await streaming(w)
            start, first, second = bot.messages[1:4]
            assert bot.texts[0] == '{"event":"connected","protocol":"Call","version":"1.0.0"}'
            assert start["sequenceNumber"] == "1"
            assert start["start"]["accountSid"] == ACCOUNT
            assert start["start"]["tracks"] == ["inbound"]
            assert start["start"]["mediaFormat"] == {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}
            assert start["start"]["customParameters"] == {"token": "abc"}
            assert (first["sequenceNumber"], first["media"]["chunk"], first["media"]["track"]) == ("2", "1", "inbound")
            assert second["sequenceNumber"] == "3" and second["media"]["chunk"] == "2"
            assert len(first["media"]["payload"]) == 216
            assert 0 < int(first["media"]["timestamp"]) < int(second["media"]["timestamp"])

    run(story())


def test_timestamps_are_not_a_multiple_of_the_chunk(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            _, bot = await streaming(w)
            await until(lambda: len(bot.of("media")) > 15)
            times = [int(message["media"]["timestamp"]) for message in bot.of("media")]
            steps = {later - earlier for earlier, later in pairwise(times)}
            assert times[0] >= 96 and len(steps) > 1 and min(steps) > 0

    run(story())


def test_the_upgrade_is_signed_without_query_and_offers_no_extensions(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            _, bot = await streaming(w)
            headers = bot.socket.headers
            url = w.customer.url.replace("http", "ws") + "/media"
            assert str(bot.socket.url.query) == ""
            assert RequestValidator(TOKEN).validate(url, {}, headers["x-twilio-signature"])
            assert headers["user-agent"] == "Twilio.TmeWs/1.0"
            assert "sec-websocket-extensions" not in headers and "origin" not in headers

    run(story())


def test_what_the_caller_says_arrives_unchanged(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            person, bot = await streaming(w)
            said = tone((440,), 0.1)
            person.speak(0.1)

            def arrived() -> bytes:
                return b"".join(base64.b64decode(m["media"]["payload"]) for m in bot.of("media"))

            await until(lambda: said in arrived())

    run(story())


def test_sound_is_played_in_real_time_and_its_mark_comes_after_it(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            person, bot = await streaming(w)
            sound = tone((500,), 0.2)
            loop = asyncio.get_running_loop()
            began = loop.time()
            await bot.play(sound)
            await bot.mark("end")
            await until(lambda: bot.of("mark"))
            assert 0.16 <= loop.time() - began < 2
            assert person.sound == sound
            assert bot.of("mark")[0]["mark"] == {"name": "end"}

    run(story())


def test_a_mark_on_an_empty_buffer_is_echoed_at_once(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            _, bot = await streaming(w)
            await bot.mark("now")
            await until(lambda: bot.of("mark"), 2)

    run(story())


def test_clear_drops_the_sound_and_echoes_pending_marks(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            person, bot = await streaming(w)
            await bot.play(tone((500,), 30))
            await bot.mark("a")
            await bot.mark("b")
            await until(lambda: person.sound)
            await bot.send("clear")
            await until(lambda: len(bot.of("mark")) == 2, 2)
            heard = len(person.sound)
            await asyncio.sleep(0.1)
            assert len(person.sound) <= heard + 160
            assert [message["mark"]["name"] for message in bot.of("mark")] == ["a", "b"]

    run(story())


def test_keys_arrive_as_dtmf(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            person, bot = await streaming(w)
            person.press("5")
            await until(lambda: bot.of("dtmf"))
            assert bot.of("dtmf")[0]["dtmf"] == {"track": "inbound_track", "digit": "5"}

    run(story())


def test_bad_messages_are_ignored_with_one_warning_each(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            person, bot = await streaming(w)
            await bot.socket.send_text("not json")
            await bot.socket.send_text('{"event":"clear","streamSid":"MZ0"}')
            await bot.socket.send_bytes(b"\x00")
            await bot.send("media", media={"payload": "***"})
            await bot.mark("alive")
            await until(lambda: bot.of("mark"))
            assert w.problems() == [31951, 31950] and not person.final

    run(story())


def test_a_caller_who_hangs_up_sends_stop_and_closes(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            person, bot = await streaming(w)
            person.hang_up()
            await until(lambda: bot.closed)
            assert bot.messages[-1]["event"] == "stop"
            assert set(bot.messages[-1]["stop"]) == {"accountSid", "callSid"}
            await until(lambda: w.customer.to("/after"))
            assert w.customer.to("/after")[0].params["CallStatus"] == "completed"

    run(story())


def test_the_action_follows_when_the_application_closes(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            _, bot = await streaming(w)
            await bot.close()
            await until(lambda: w.customer.to("/after"))
            assert w.customer.to("/after")[0].params["CallStatus"] == "in-progress"
            await until(lambda: len(w.customer.to("/stream")) == 2)
            events = [request.params["StreamEvent"] for request in w.customer.to("/stream")]
            assert events == ["stream-started", "stream-stopped"]
            assert w.customer.to("/stream")[0].params["Timestamp"].endswith("Z")

    run(story())


def test_a_lost_connection_is_an_error_and_the_call_goes_on(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            _, bot = await streaming(w)
            await bot.socket.close(1011)
            await until(lambda: w.customer.to("/after"))
            await until(lambda: len(w.customer.to("/stream")) == 2)
            assert w.customer.to("/stream")[1].params["StreamEvent"] == "stream-error"
            assert w.customer.to("/stream")[1].params["StreamError"]

    run(story())


def test_a_refused_handshake_goes_on_with_the_action(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            Bot(w)

            async def refuse(socket: WebSocket) -> None:
                await socket.send_denial_response(Response(status_code=403))

            w.customer.socket = refuse
            await w.call()
            await until(lambda: w.customer.to("/after"))
            assert w.problems() == [31920]

    run(story())


def test_plain_sockets_are_for_this_machine_only(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            w.customer.answers["/voice"] = (
                '<Connect><Stream url="ws://example.com/media"/></Connect><Redirect>/next</Redirect>'
            )
            await w.call()
            await until(lambda: w.customer.to("/next"))
            assert w.problems() == [31922]

    run(story())


def test_a_fork_hears_both_sides_while_the_document_goes_on(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            bot = Bot(w)
            url = w.customer.url.replace("http", "ws") + "/media"
            w.customer.answers["/voice"] = (
                f'<Start><Stream url="{url}" track="both_tracks" name="ear"/></Start>'
                '<Pause length="0.3"/><Stop><Stream name="ear"/></Stop><Pause length="5"/>'
            )
            await w.call()
            await until(lambda: bot.closed)
            tracks = {message["media"]["track"] for message in bot.of("media")}
            assert bot.of("start")[0]["start"]["tracks"] == ["inbound", "outbound"]
            assert tracks == {"inbound", "outbound"} and bot.messages[-1]["event"] == "stop"

    run(story())


def test_a_redirected_call_sends_stop_and_runs_the_new_document_only(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            person, bot = await streaming(w)
            await asyncio.to_thread(client(w).calls(person.line.sid).update, url=f"{w.customer.url}/moved")
            await until(lambda: bot.closed and w.customer.to("/moved"))
            assert bot.messages[-1]["event"] == "stop"
            assert not w.customer.to("/after")

    run(story())


def test_a_crashed_application_is_noted_as_a_broken_pipe(switch_world: MakeWorld, run: Run) -> None:
    async def crash(connection: ServerConnection) -> None:
        await connection.recv()
        connection.transport.abort()

    async def story() -> None:
        async with switch_world() as w, serve(crash, "127.0.0.1", 0) as server:
            port = next(iter(server.sockets)).getsockname()[1]
            w.customer.answers["/voice"] = CONNECT.format(url=f"ws://127.0.0.1:{port}", http=w.customer.url)
            await w.call()
            await until(lambda: w.customer.to("/after"))
            assert w.problems() == [31903]

    run(story())


def test_an_application_that_is_not_there_is_a_refused_connection(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            gone = server.getsockname()[1]
        async with switch_world() as w:
            w.customer.answers["/voice"] = CONNECT.format(url=f"ws://127.0.0.1:{gone}", http=w.customer.url)
            await w.call()
            await until(lambda: w.customer.to("/after"))
            assert w.problems() == [31902]

    run(story())

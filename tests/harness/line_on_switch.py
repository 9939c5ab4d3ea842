"""The line's webhooks, hand-off service and jobs behind the switch: what people on the phone hear, say and press."""

import asyncio
import contextlib
import io
import json
import time
import wave
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask import Flask
from sqlalchemy import select
from starlette.responses import Response
from starlette.websockets import WebSocket, WebSocketDisconnect
from twilio.http.response import Response as CarrierAnswer
from twilio.request_validator import RequestValidator

import twiml
from ivr.carrier.twilio.account import TwilioAccount
from ivr.carrier.twilio.client import TwilioCarrier
from ivr.carrier.twilio.dialect import twilio_dialect
from ivr.carrier.twilio.requests import BaseUrlHttpClient
from ivr.carrier.twilio.signatures import TwilioSignatures
from ivr.desk.ringing import RingTimes
from ivr.dialogue.actions import HandOff
from ivr.handoff.config import HandoffConfig
from ivr.handoff.request import request_handoff
from ivr.handoff.service import HandoffService, UnknownHandoffError
from ivr.handoff.state import State
from ivr.handoff.supervision import Supervision
from ivr.handoff.warm_transfer import Transfers
from ivr.ledger.sql import SqlLedger
from ivr.store import outbox
from ivr.store.engine import Sessions
from ivr.store.models import Agent, Call, Offer
from ivr.web.hooks.call_documents import CallDocuments
from ivr.web.hooks.calls import make_voice_blueprint
from ivr.web.hooks.handoffs import make_handoff_blueprint
from switch.leg import FINAL
from switch.media.audio import tone
from tests.fakes.fake_live_updates import FakeLiveUpdates
from tests.harness import eventually
from tests.harness.call_line import understand
from tests.harness.calls import Calls
from tests.harness.handoff_service import handoff_service
from tests.harness.switch_recordings import power
from tests.harness.switch_world import ACCOUNT, NUMBER, TOKEN, MakeWorld, Person, World
from workers.context import WorkerContext
from workers.jobs import JOBS, Job

CALLER, ANN, BOB, EVE, MUSIC, NOTICE = 400, 700, 1100, 1500, 250, 3300  # whose voice is which tone, in Hz


class Clock:
    """Real time, which a test may move on."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


class Voice:
    """Each text is a short sound of its own, so that it is known who was told what."""

    def __init__(self) -> None:
        self.sounds: dict[str, bytes] = {}

    def speak(self, text: str) -> bytes:
        return self.sounds.setdefault(text, tone((1900 + 7 * len(self.sounds),), 0.06))

    def told(self, person: Person) -> list[str]:
        """The texts that somebody has heard to their end, in order."""
        heard = b"".join(person.heard)
        places = {text: heard.find(sound) for text, sound in self.sounds.items()}
        return sorted((text for text, at in places.items() if at >= 0), key=lambda text: places[text])


class Way(BaseUrlHttpClient):
    """The way to the carrier's REST; the next `refusals` calls are refused with 429, answers come `late` seconds."""

    refusals = 0
    late = 0.0

    def __init__(self, base: str) -> None:
        super().__init__(base, 5)
        self.asked: list[tuple[str, str]] = []

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> CarrierAnswer:
        self.asked.append((method, url))
        if self.refusals and method == "POST" and url.endswith("/Calls.json"):
            self.refusals -= 1
            return CarrierAnswer(429, json.dumps({"code": 20429, "message": "Too Many Requests", "status": 429}))
        answer = super().request(method, url, *args, **kwargs)
        time.sleep(self.late)
        return answer


class Line:
    """The line behind the switch, with Ann, Bob and Eve away from the desk.

    `rings`: seconds that an agent's phone rings. `lost`: how many more requests to a path that ends so get lost."""

    def __init__(
        self, w: World, sessions: Sessions, voice: Voice, threads: ThreadPoolExecutor, folder: Path, rings: int
    ) -> None:
        self.rings, self.lost, self.killed = rings, dict[str, int](), False
        self.drops = 0  # sockets that break off before the bot has understood anything
        self.said, self.stopped = asyncio.Event(), False
        self.said.set()
        live: Any = FakeLiveUpdates()
        self.w, self.sessions, self.voice, self.clock = w, sessions, voice, Clock()
        self.threads, self.http = threads, Way(w.switch.url)
        self.carrier = TwilioCarrier(TwilioAccount(ACCOUNT, TOKEN, NUMBER, w.switch.url), http=self.http)
        self.service = self.another_process()
        self.transfers = Transfers(self.service)
        self.supervision = Supervision(sessions, self.clock, self.carrier, live, self.service)
        self.wants = HandOff("asked", "dispute", "Wants a person.", {})
        self.client = self._client(folder)
        w.customer.socket = self._socket
        w.customer.answers = Routes(self)
        self.ids = {name: self._agent(name) for name in ("ann", "bob", "eve")}
        self.phones = {name: w.person(f"client:{name}") for name in self.ids}

    def another_process(self) -> HandoffService:
        live: Any = FakeLiveUpdates()
        media = self.w.customer.url.replace("http", "ws") + "/media"
        config = HandoffConfig(NUMBER, self.w.customer.url, media, "Test Bank", RingTimes(agent=self.rings))
        return handoff_service(self.sessions, self.clock, self.carrier, live, config, self._spawn)

    def _client(self, folder: Path) -> Any:
        public = self.w.customer.url
        media = public.replace("http", "ws") + "/media"
        dialect, documents = twilio_dialect(TwilioSignatures(TOKEN, public, media)), CallDocuments(twiml, public, media)
        calls = Calls(
            self.sessions, self.clock, understand, SqlLedger(self.sessions, self.clock), FakeLiveUpdates(),
            request_handoff, company="Test Bank", notice="n",
        )  # fmt: skip
        for name, pitch, seconds in (("notice", NOTICE, 0.1), ("music", MUSIC, 1.0), ("message-en", NOTICE, 0.1)):
            (folder / f"{name}.wav").write_bytes(wav(pitch, seconds))
        self.sounds = folder
        app = Flask("line")
        app.register_blueprint(make_handoff_blueprint(self.service, dialect))
        app.register_blueprint(make_voice_blueprint(calls, self.service, dialect, documents, self.carrier))
        return app.test_client()

    def _spawn(self, work: Callable[[], None]) -> None:
        """A process that was killed does not come to it."""
        if not self.killed:
            self.threads.submit(work)

    def _agent(self, name: str) -> int:
        with self.sessions.begin() as tx:
            agent = Agent(
                email=f"{name}@bank.test", name=name, password_hash="", phone=f"client:{name}", roles=["agent"],
                presence="away", presence_since=self.clock.now(),
            )  # fmt: skip
            tx.add(agent)
        return agent.id

    # --- the carrier's side ---

    async def _socket(self, socket: WebSocket) -> None:
        """The media process: the bot asks for a person as soon as it hears the caller, and lets go of the stream."""
        await socket.accept()
        with contextlib.suppress(WebSocketDisconnect):
            while True:
                message = json.loads(await socket.receive_text())
                if message["event"] != "start" or socket.url.path.endswith("/listen"):
                    continue
                if self.drops:
                    self.drops -= 1
                    return await socket.close()
                await asyncio.to_thread(self._asks, message["start"]["callSid"])
                return await self._speaks(socket)

    async def _speaks(self, socket: WebSocket) -> None:
        """The bot's last sentence, which nothing may cut off."""
        while not self.said.is_set():
            message = json.loads(await socket.receive_text())
            self.stopped = self.stopped or message["event"] == "stop"
        await socket.close()

    def _asks(self, sid: str) -> None:
        with self.sessions.begin() as tx:
            request_handoff(tx, tx.get_one(Call, sid), self.wants, self.clock.now())

    def hook(self, path: str, form: dict[str, str]) -> Response:
        signature = RequestValidator(TOKEN).compute_signature(self.w.customer.url + path, form)
        answer = self.client.post(path, data=form, headers={"X-Twilio-Signature": signature})
        return Response(answer.data, answer.status_code, media_type=answer.mimetype)

    def sound(self, path: str) -> Response:
        return Response((self.sounds / path.rpartition("/")[2]).read_bytes(), media_type="audio/wav")

    # --- the worker ---

    async def work(self) -> None:
        """Do what is due, as the worker's jobs do it, until cancelled."""
        nothing: Any = None
        context = WorkerContext(
            self.sessions,
            self.clock,
            "",
            self.carrier,
            self.service,
            nothing,
            nothing,
            nothing,
            self.service.dials,
            ledger=nothing,
        )
        while True:
            await asyncio.to_thread(self._work, context)
            await asyncio.sleep(0.03)

    def _work(self, context: WorkerContext) -> None:
        with self.sessions() as tx:
            rows = [row for row in outbox.due(tx, self.clock.now()) if not row.topic.startswith("recording.")]
        for row in rows:
            JOBS[row.topic](replace(context, handoffs=self.service), Job(row.id, row.payload, self._done(row.id)))

    def _done(self, row_id: int) -> Callable[[Any], None]:
        return lambda tx: outbox.done(tx, row_id, self.clock.now())

    def later(self, seconds: float) -> None:
        self.clock.ahead += timedelta(seconds=seconds)

    # --- what people do ---

    async def do(self, deed: Callable[..., Any], *what: Any) -> Any:
        return await asyncio.to_thread(deed, *what)

    async def available(self, *names: str) -> None:
        for name in names:
            await self.do(self.service.presence, self.ids[name], "available")

    def nobody_free(self) -> None:
        """Eve is at the desk, on a call that never ends."""
        with self.sessions.begin() as tx:
            tx.get_one(Agent, self.ids["eve"]).presence = "on-call"

    def number_of(self, name: str, number: str) -> None:
        """He is on another phone."""
        with self.sessions.begin() as tx:
            tx.get_one(Agent, self.ids[name]).phone = number

    def drop(self, person: Person) -> None:
        """His line fails."""
        self.w.switch.calls[person.line.sid].finish("failed")

    async def accepts(self, name: str, k: int = 1, handoff: int = 1) -> Person:
        """He answers, hears the whisper and presses 1."""
        phone = self.phones[name]
        await until(lambda: phone.up and self.asked(f"/handoff/{handoff}/{k}/agent"))
        while not self.state(handoff).attempts[k - 1].joined:
            phone.press("1")
            await asyncio.sleep(0.1)
        return phone

    async def talking(self) -> tuple[Person, Person]:
        """A caller and Ann."""
        await self.available("ann")
        caller = await self.w.call()
        ann = await self.accepts("ann")
        await until(lambda: self.state().bridged)
        return caller, ann

    async def ringing(self) -> tuple[Person, Person]:
        """A caller who waits, and Ann, whose phone rings and is not answered."""
        ann = self.phones["ann"]
        ann.answers = False
        await self.available("ann")
        caller = await self.w.call()
        await until(lambda: ann.rung is not None and self.state().caller == "in")
        return caller, ann

    async def hears(self, person: Person, words: str) -> str:
        """Wait until somebody has been told `words`; the whole text."""
        told: list[str] = []

        def heard() -> bool:
            told[:] = [text for text in self.voice.told(person) if words in text]
            return bool(told)

        try:
            await until(heard)
        except TimeoutError as late:
            raise AssertionError(f"{words!r} was never said to him, but {self.voice.told(person)}") from late
        return told[0]

    async def hears_music(self, person: Person) -> None:
        person.heard.clear()
        await until(lambda: hears(person, MUSIC))

    async def hears_hold_music(self, person: Person) -> None:
        """The carrier's own music, while somebody is on hold."""
        person.heard.clear()
        await until(lambda: len(person.sound) > 1600)

    # --- what stands ---

    def asked(self, path: str) -> bool:
        return any(request.path == path for request in self.w.customer.received)

    def state(self, handoff: int = 1) -> State:
        try:
            return self.service.state(self.service.find(handoff))
        except UnknownHandoffError:
            return State()

    def outcomes(self, handoff: int = 1) -> list[str | None]:
        with self.sessions() as tx:
            of_it = select(Offer.outcome).where(Offer.handoff_id == handoff)
            return list(tx.scalars(of_it.order_by(Offer.number)))

    def presence(self, name: str) -> str:
        with self.sessions() as tx:
            return tx.get_one(Agent, self.ids[name]).presence

    def held(self) -> bool:
        rooms = self.w.switch.conferences.values()
        return any(participant.settings.hold for room in rooms for participant in room.participants.values())

    def over(self) -> bool:
        """No leg lives, and no conference."""
        legs, rooms = self.w.switch.calls.values(), self.w.switch.conferences.values()
        return all(leg.status in FINAL for leg in legs) and all(room.status == "completed" for room in rooms)


class Routes(dict[str, Any]):
    """The customer's server: every path is the line's own."""

    def __init__(self, line: Line) -> None:
        super().__init__({"/voice": "/voice/incoming", "/fallback": "/voice/fallback", "/status": "/voice/status"})
        self.line = line

    def get(self, path: str, default: Any = "") -> Any:
        for end in self.line.lost:
            if path.endswith(end) and self.line.lost[end]:
                self.line.lost[end] -= 1
                return Response(status_code=500)
        if path.startswith("/voice/audio/"):
            return lambda _form: self.line.sound(path)
        address = super().get(path, path)
        return lambda form: self.line.hook(address, form)


until = partial(eventually.until, every=0.05)  # seldom enough that the database is left to those who work


def wav(pitch: int, seconds: float) -> bytes:
    file = io.BytesIO()
    samples = 8000 * np.sin(2 * np.pi * pitch * np.arange(int(8000 * seconds)) / 8000)
    with wave.open(file, "wb") as out:
        out.setparams((1, 2, 8000, 0, "NONE", ""))
        out.writeframes(samples.astype("<i2").tobytes())
    return file.getvalue()


def hears(person: Person, pitch: int) -> bool:
    return power(person.sound, pitch) > 300


async def say(voices: dict[Person, int], hearer: Person, listens_for: int) -> None:
    """All speak at once; done when `hearer` has heard the one he listens for."""
    for person in voices:
        person.heard.clear()
    for person, pitch in voices.items():
        person.speak(0.4, pitch)
    await until(lambda: hears(hearer, listens_for) and not any(person.words for person in voices))


@asynccontextmanager
async def line_on(
    world: MakeWorld, sessions: Sessions, folder: Path, rings: int = 20, works: bool = True
) -> AsyncIterator[Line]:
    """A line, with its worker if it `works`. When every caller has hung up, no leg and no conference may be left."""
    voice = Voice()
    async with AsyncExitStack() as leaving:
        threads = ThreadPoolExecutor(4)
        leaving.push_async_callback(asyncio.to_thread, threads.shutdown)
        w = await leaving.enter_async_context(world(say=voice.speak))
        line = Line(w, sessions, voice, threads, folder, rings)
        worker = asyncio.create_task(line.work() if works else asyncio.sleep(0))
        leaving.callback(worker.cancel)
        yield line
        for leg in list(w.switch.calls.values()):
            if leg.direction == "inbound":
                leg.hang_up()
        await until(line.over)


Story = Callable[[Line], Coroutine[Any, Any, None]]
Play = Callable[..., None]


@pytest.fixture
def play(switch_world: MakeWorld, sessions: Sessions, tmp_path: Path) -> Play:
    """Tells a story on a line behind the switch: `play(story, rings=1)`."""

    def play(story: Story, **how: Any) -> None:
        async def whole() -> None:
            async with line_on(switch_world, sessions, tmp_path, **how) as line:
                await story(line)

        asyncio.run(whole())

    return play

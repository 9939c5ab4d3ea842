"""A warm transfer through the switch, with the real hand-off service and the carrier's own client: who hears whom."""

import asyncio
import io
import wave
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from flask import Flask
from starlette.responses import Response
from twilio.request_validator import RequestValidator

import twiml
from ivr.carrier import TwilioCarrier
from ivr.clock import SystemClock
from ivr.dialogue.events import HandOff
from ivr.handoff.request import request_handoff
from ivr.handoff.service import HandoffService
from ivr.handoff.supervision import Supervision
from ivr.handoff.transferring import Transfers
from ivr.store import Sessions
from ivr.store.models import Agent, Call
from ivr.web.handoff import make_handoff_blueprint
from ivr.web.signatures import Signatures
from switch.audio import decode
from tests.handoff.handoff_world import LiveTwin
from tests.switch.switch_world import ACCOUNT, NUMBER, TOKEN, MakeWorld, Person, Run, World, until
from tests.switch.test_switch_conferences import power

CALLER, ANN, BOB = 400, 700, 1100  # whose voice is which tone, in Hz


class Line:
    """The hand-off's webhooks behind the switch, with Ann and Bob at the desk."""

    def __init__(self, w: World, sessions: Sessions) -> None:
        live: Any = LiveTwin()
        self.w, self.sessions, self.clock = w, sessions, SystemClock()
        self.threads = ThreadPoolExecutor(4)
        carrier = TwilioCarrier(ACCOUNT, TOKEN, NUMBER, w.switch.url)
        self.service = HandoffService(
            sessions, self.clock, carrier, live, w.customer.url, NUMBER, 20, 60, spawn=self.threads.submit
        )
        self.transfers = Transfers(self.service)
        self.supervision = Supervision(sessions, self.clock, carrier, live, self.service)
        app = Flask("line")
        app.register_blueprint(make_handoff_blueprint(self.service, Signatures(TOKEN, w.customer.url, "wss://x/media")))
        self.client = app.test_client()
        w.customer.answers = Routes(self)
        self.ids = {name: self._agent(name) for name in ("ann", "bob", "eve")}
        self.phones = {name: w.person(f"client:{name}") for name in self.ids}

    def _agent(self, name: str) -> int:
        with self.sessions.begin() as tx:
            agent = Agent(
                email=f"{name}@bank.test", name=name, password_hash="", phone=f"client:{name}", roles=["agent"],
                presence="away", presence_since=self.clock.now(),
            )  # fmt: skip
            tx.add(agent)
        return agent.id

    def arrive(self, form: dict[str, str]) -> Response:
        """The bot has asked for a person: the caller goes to his conference."""
        with self.sessions.begin() as tx:
            call = Call(
                sid=form["CallSid"], caller=form["From"], called=NUMBER, started_at=self.clock.now(), problems=[]
            )
            tx.add(call)
            tx.flush()
            request_handoff(tx, call, HandOff("asked", "dispute", "Wants a person.", {}), self.clock.now())
        parking = self.service.park(form["CallSid"])
        assert parking is not None
        self.service.brief(parking.handoff_id)
        text = twiml.room(parking.conference, parking.wait_url, parking.status_url, parking.left_url)
        return Response(text, media_type="text/xml")

    def hook(self, path: str, form: dict[str, str]) -> Response:
        signature = RequestValidator(TOKEN).compute_signature(self.w.customer.url + path, form)
        answer = self.client.post(path, data=form, headers={"X-Twilio-Signature": signature})
        return Response(answer.data, answer.status_code, media_type=answer.mimetype)

    async def do(self, deed: Any, *what: Any) -> None:
        await asyncio.to_thread(deed, *what)

    def available(self, name: str) -> None:
        self.service.presence(self.ids[name], "available")

    @property
    def state(self) -> Any:
        return self.service.state(self.service.find(1))

    def held(self) -> bool:
        [conference] = self.w.switch.conferences.values()
        return any(participant.settings.hold for participant in conference.participants.values())


class Routes(dict[str, Any]):
    def __init__(self, line: Line) -> None:
        super().__init__({"/voice": line.arrive, "/voice/audio/music.wav": Response(music(), media_type="audio/wav")})
        self.line = line

    def get(self, path: str, default: Any = "") -> Any:
        return (lambda form: self.line.hook(path, form)) if path.startswith("/handoff") else super().get(path, default)


def music() -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setparams((1, 2, 8000, 0, "NONE", ""))
        out.writeframes(bytes(16000))
    return file.getvalue()


async def taken(line: Line, name: str, number: int) -> Person:
    """He answers, hears the whisper and presses 1."""
    phone = line.phones[name]
    await until(lambda: phone.up and any(r.path == f"/handoff/1/{number}/agent" for r in line.w.customer.received))
    while not line.state.attempts[number - 1].joined:
        phone.press("1")
        await asyncio.sleep(0.2)
    return phone


async def say(voices: dict[Person, int], hearer: Person, listens_for: int) -> None:
    """All speak at once; done when `hearer` has heard the one he listens for."""
    for person in voices:
        person.heard.clear()
    for person, pitch in voices.items():
        person.speak(0.4, pitch)
    await until(lambda: hears(hearer, listens_for) and not any(person.words for person in voices))


def hears(person: Person, pitch: int) -> bool:
    return power(person.sound, pitch) > 300


async def talking(w: World, sessions: Sessions) -> tuple[Line, Person, Person]:
    line = Line(w, sessions)
    await line.do(line.available, "ann")
    caller = await w.call()
    ann = await taken(line, "ann", 1)
    await until(lambda: line.state.bridged)
    return line, caller, ann


def test_the_caller_hears_music_in_the_briefing_then_both_then_the_second_alone(
    world: MakeWorld, run: Run, sessions: Sessions
) -> None:
    async def story() -> None:
        async with world() as w:
            line, caller, ann = await talking(w, sessions)
            await say({caller: CALLER, ann: ANN}, caller, ANN)
            assert hears(ann, CALLER)

            await line.do(line.available, "bob")
            await line.do(line.transfers.ask, 1, line.ids["ann"], line.ids["bob"])
            bob = await taken(line, "bob", 2)
            await say({caller: CALLER, ann: ANN, bob: BOB}, bob, ANN)
            assert hears(ann, BOB)
            assert not hears(ann, CALLER) and not hears(bob, CALLER)
            assert not hears(caller, ANN) and not hears(caller, BOB)
            assert loudness(caller) > 50, "music, not silence"

            await line.do(line.transfers.together, 1, line.ids["ann"])
            await until(lambda: not line.held())
            await say({caller: CALLER, ann: ANN, bob: BOB}, caller, BOB)
            assert hears(caller, ANN) and hears(bob, CALLER)

            await line.do(line.transfers.leave, 1, line.ids["ann"])
            await until(lambda: bool(ann.final))
            await say({caller: CALLER, bob: BOB}, caller, BOB)
            caller.hang_up()
            await until(lambda: bool(bob.final) and line.state.end == "served")
            line.threads.shutdown()

    run(story())


def loudness(person: Person) -> float:
    return float(abs(decode(person.sound).astype(float)).mean()) if person.sound else 0.0


def test_hold_mute_listen_coach_and_take_over_are_what_the_three_hear(
    world: MakeWorld, run: Run, sessions: Sessions
) -> None:
    async def story() -> None:
        async with world() as w:
            line, caller, ann = await talking(w, sessions)
            eve, boss = line.phones["eve"], line.ids["eve"]
            await line.do(line.service.mute, 1, line.ids["ann"], True)
            await say({caller: CALLER, ann: ANN}, ann, CALLER)
            assert not hears(caller, ANN)
            await line.do(line.service.mute, 1, line.ids["ann"], False)
            await line.do(line.service.hold, 1, line.ids["ann"], True)
            caller.heard.clear()
            await until(lambda: loudness(caller) > 50)
            await line.do(line.service.hold, 1, line.ids["ann"], False)

            await line.do(line.supervision.join, 1, boss, "coach")
            await until(lambda: eve.up)
            await say({caller: CALLER, ann: ANN, eve: BOB}, ann, BOB)
            assert not hears(caller, BOB)
            assert hears(eve, CALLER)

            await line.do(line.supervision.take_over, 1, boss)
            await until(lambda: bool(ann.final))
            await say({caller: CALLER, eve: BOB}, caller, BOB)
            line.threads.shutdown()

    run(story())

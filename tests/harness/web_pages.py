"""The pages on a real database and a real Redis, with a desk of two and a few calls of yesterday and now."""

import io
import re
import wave
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis

from ivr.calls.pin_guard import PinGuard
from ivr.carrier.port import CarrierError
from ivr.clock import Clock
from ivr.desk.agents import PresenceRefusedError
from ivr.desk.bot_brake import Brakes
from ivr.handoff.call_back_desk import CallBackDesk
from ivr.handoff.service import HandoffService
from ivr.handoff.supervision import SupervisionRefusedError
from ivr.handoff.warm_transfer import Transfers, caller_leg
from ivr.ledger.sql import SqlLedger
from ivr.live_updates import Live
from ivr.payments.agent_card_service import AgentCards, CardConfig
from ivr.settings import Settings
from ivr.store.engine import Sessions
from ivr.store.models import Account, Agent, Announcement, Call, Handoff, Offer, PresenceSpell, Recording, Turn
from ivr.web.pages.assembly import PageServices, add_pages
from tests.fakes.fake_card_carrier import CardTwin

PASSWORD = "correct horse"
HASH = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)
CALL = "CA" + "1" * 32


@dataclass(frozen=True)
class Answer:
    ok: bool = True
    why: str = "won"


@dataclass
class HandoffsTwin:
    """The hand-off service as the pages see it: it moves rows as the real one does, and remembers what was asked."""

    sessions: Sessions
    live: Live
    clock: Clock
    asked: list[tuple[str, int, int]] = field(default_factory=list)
    refuse: str = ""
    accepting: str = "bridged"  # where accepting leads at once
    booked: list[tuple[int, str, datetime | None, str]] = field(default_factory=list)

    def accept(self, handoff_id: int, agent_id: int) -> Answer:
        return self._do("accept", handoff_id, agent_id, self.accepting, "on-call", "accepted")

    def decline(self, handoff_id: int, agent_id: int) -> Answer:
        return self._do("decline", handoff_id, agent_id, "parked", "available", "declined")

    def end(self, handoff_id: int, agent_id: int) -> Answer:
        return self._do("end", handoff_id, agent_id, "served", "wrap-up", None)

    def presence(self, agent_id: int, presence: str) -> Agent:
        with self.sessions.begin() as tx:
            agent = tx.get_one(Agent, agent_id)
            if agent.presence in ("offered", "on-call"):
                if presence == "wrap-up":
                    raise PresenceRefusedError("you are on a call: end it first")
                agent.next_presence = None if presence == "available" else presence
            else:
                agent.presence, agent.presence_since = presence, self.clock.now()
        self.live.publish(f"agent:{agent_id}", "presence")
        return agent

    def extend_wrap_up(self, agent_id: int) -> Agent:
        with self.sessions.begin() as tx:
            agent = tx.get_one(Agent, agent_id)
            agent.wrap_up_until = (agent.wrap_up_until or self.clock.now()) + timedelta(seconds=30)
        return agent

    def hold(self, handoff_id: int, agent_id: int, on: bool) -> bool:
        return self._switch("held", handoff_id, agent_id, on)

    def mute(self, handoff_id: int, agent_id: int, on: bool) -> bool:
        return self._switch("muted", handoff_id, agent_id, on)

    def _switch(self, name: str, handoff_id: int, agent_id: int, on: bool) -> bool:
        with self.sessions.begin() as tx:
            handoff = tx.get_one(Handoff, handoff_id)
            if handoff.state != "bridged" or handoff.agent_id != agent_id:
                return False
            held, muted = (
                handoff.machine.get("held", False),
                handoff.machine.get("attempts", [{}])[-1].get("muted", False),
            )
            held, muted = (on, muted) if name == "held" else (held, on)
            attempt = {"agent": agent_id, "outcome": "accepted", "muted": muted}
            handoff.machine = {"held": held, "attempts": [attempt]}
        self.live.publish(f"agent:{agent_id}", "offer", str(handoff_id))
        return True

    def book_call_back(self, handoff_id: int, number: str, at: datetime | None, by: str) -> None:
        if self.refuse:
            raise PresenceRefusedError(self.refuse)
        self.booked.append((handoff_id, number, at, by))

    def _do(self, deed: str, handoff_id: int, agent_id: int, state: str, presence: str, outcome: str | None) -> Answer:
        self.asked.append((deed, handoff_id, agent_id))
        if self.refuse:
            return Answer(False, self.refuse)
        with self.sessions.begin() as tx:
            handoff, agent = tx.get_one(Handoff, handoff_id), tx.get_one(Agent, agent_id)
            handoff.state, agent.presence, agent.presence_since = state, presence, self.clock.now()
            handoff.times = {**handoff.times, state: self.clock.now().isoformat()}
            if outcome:
                handoff.offers[-1].outcome = outcome
            if deed == "accept":
                handoff.agent_id = agent_id
        self.live.publish(f"agent:{agent_id}", "offer", str(handoff_id))
        return Answer()


@dataclass
class SupervisionTwin:
    """Supervision as the board sees it: it moves rows as the real one does, and remembers what was asked."""

    sessions: Sessions
    live: Live
    clock: Clock
    asked: list[tuple[Any, ...]] = field(default_factory=list)
    refuse: str = ""

    def move_up(self, handoff_id: int, by: int) -> None:
        self._note("up", handoff_id, by)
        with self.sessions.begin() as tx:
            tx.get_one(Handoff, handoff_id).place_at = self.clock.now() - timedelta(days=1)

    def announce(self, text: str, by: int) -> None:
        self._note("announce", text, by)
        with self.sessions.begin() as tx:
            tx.add(Announcement(text=text, by="twin", at=self.clock.now()))

    def join(self, handoff_id: int, by: int, mode: str) -> None:
        self._note(mode, handoff_id, by)
        self._listen(handoff_id, [{"agent": by, "mode": mode, "call_sid": "CA9"}])

    def take_over(self, handoff_id: int, by: int) -> None:
        self._note("take-over", handoff_id, by)
        with self.sessions.begin() as tx:
            tx.get_one(Handoff, handoff_id).agent_id = by
        self._listen(handoff_id, [])

    def leave(self, handoff_id: int, by: int) -> None:
        self._note("leave", handoff_id, by)
        self._listen(handoff_id, [])

    def _note(self, *asked: Any) -> None:
        if self.refuse:
            raise SupervisionRefusedError(self.refuse)
        self.asked.append(asked)

    def _listen(self, handoff_id: int, listeners: list[dict[str, Any]]) -> None:
        with self.sessions.begin() as tx:
            tx.get_one(Handoff, handoff_id).listeners = listeners
        self.live.publish("desk", "handoff", str(handoff_id))


@dataclass
class TextsTwin:
    """The carrier's SMS."""

    sent: list[tuple[str, str]] = field(default_factory=list)
    broken: bool = False

    def send_text(self, to: str, body: str, dial: int | None = None) -> str:
        if self.broken:
            raise CarrierError("the carrier does not answer", again=False)
        self.sent.append((to, body))
        return "SM1"


class RecordingsTwin:
    """Sound in the clear, by the recording's path."""

    def __init__(self) -> None:
        self.sounds: dict[str | None, bytes] = {}

    def read(self, recording: Recording) -> bytes:
        return self.sounds[recording.path]


def wav(seconds: float) -> bytes:
    """Two channels of quiet at 8 kHz."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(2)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(bytes(int(seconds * 8000) * 4))
    return file.getvalue()


@dataclass(frozen=True)
class Web:
    """The pages, and what stands behind them."""

    app: Flask
    sessions: Sessions
    handoffs: HandoffsTwin
    recordings: RecordingsTwin
    live: Live
    clock: Any
    texts: TextsTwin
    supervision: SupervisionTwin
    cards: AgentCards
    carrier: CardTwin

    def person(self, name: str, *roles: str, presence: str = "away") -> int:
        with self.sessions.begin() as tx:
            agent = Agent(
                email=f"{name.lower()}@bank.test", name=name, password_hash=HASH, roles=list(roles),
                phone=f"client:{name.lower()}", presence=presence, presence_since=self.clock.now(),
            )  # fmt: skip
            tx.add(agent)
        return agent.id

    def signed_in(self, name: str, *roles: str, presence: str = "away") -> FlaskClient:
        self.person(name, *roles, presence=presence)
        client = self.app.test_client()
        answer = client.post("/sign-in", data=with_token(client, email=f"{name.lower()}@bank.test", password=PASSWORD))
        assert answer.status_code == 302
        return client

    def call(self, sid: str = CALL, outcome: str | None = None, verified: bool = True, turns: bool = True) -> str:
        """A call of Grace Hopper, who asks about her balance and then for a person."""
        now = self.clock.now()
        with self.sessions.begin() as tx:
            if tx.get(Account, "grace") is None:
                tx.add(
                    Account(
                        id="grace", holder="Grace Hopper", number="40021177", pin_hash="-", balance=24_310,
                        due=24_310, minimum=3_500, funds=[{"name": "checking", "available": 91_200}],
                    )
                )  # fmt: skip
                tx.flush()
            tx.add(
                Call(
                    sid=sid, caller="+15550100001", called="+15550100000", started_at=now - timedelta(seconds=60),
                    ended_at=now if outcome else None, outcome=outcome, stage="ended" if outcome else "parked",
                    account_id="grace" if verified else None, verified_at=now if verified else None,
                    notice="2026-03",
                )
            )  # fmt: skip
            tx.flush()
            tx.add_all(spoken(sid) if turns else [])
        return sid

    def handoff(self, agent_id: int | None, sid: str = CALL, state: str = "offered", brief: bool = True) -> int:
        now = self.clock.now()
        with self.sessions.begin() as tx:
            handoff = Handoff(
                call_sid=sid, state=state, reason="dispute", intent="dispute", mood="upset", requested_at=now,
                summary="Says a charge of $42.10 from Acme Books is not hers.",
                known={"merchant": "Acme Books", "amount": "$42.10"}, brief=BRIEF if brief else None,
                agent_id=agent_id if state != "offered" else None,
                times={"requested": now.isoformat()} | ({"bridged": now.isoformat()} if state == "bridged" else {}),
            )  # fmt: skip
            tx.add(handoff)
            tx.flush()
            if agent_id is not None:
                outcome = None if state == "offered" else "accepted"
                tx.add(Offer(handoff_id=handoff.id, number=1, agent_id=agent_id, offered_at=now, outcome=outcome))
        return handoff.id

    def spell(self, agent_id: int, presence: str, minutes: float, ago: float = 0.0) -> None:
        """He was in `presence` for `minutes`, until `ago` minutes ago."""
        ended = self.clock.now() - timedelta(minutes=ago)
        began = ended - timedelta(minutes=minutes)
        with self.sessions.begin() as tx:
            tx.add(PresenceSpell(agent_id=agent_id, presence=presence, began_at=began, ended_at=ended))

    def recording(self, sid: str = CALL, kind: str = "call", seconds: float = 30.0) -> int:
        with self.sessions.begin() as tx:
            recording = Recording(
                call_sid=sid, sid=f"RE{kind}{sid[2:20]}", kind=kind, state="transcribed", source_url="-",
                path=f"{kind}-{sid}", channels=2, seconds=seconds, offset=1.0, created_at=self.clock.now(),
                transcript=RECORDED,
            )  # fmt: skip
            tx.add(recording)
        self.recordings.sounds[recording.path] = wav(seconds)
        return recording.id


RECORDED = [
    {"channel": 2, "text": "Thank you for calling.", "start": 1.2, "end": 4.0, "confidence": 0.97, "words": []},
    {"channel": 1, "text": "What is my balance?", "start": 5.0, "end": 6.5, "confidence": 0.91, "words": []},
]
BRIEF = {
    "caller": {
        "number": "+15550100001", "name": "Grace Hopper", "account": "40021177", "verified": True,
        "how": "number on file and PIN",
    },
    "why": {"reason": "dispute", "intent": "dispute", "summary": "Says a charge is not hers."},
    "known": {"merchant": "Acme Books", "amount": "$42.10"},
    "bot": [{"text": "Your balance is 243 dollars and 10 cents.", "at": 21.0, "heard": 1.0}],
    "payments": [],
    "mood": "upset", "language": "en", "waited": 2.0, "on_the_line": 60.0,
    "earlier": [{"at": "2026-02-20T10:00:00+00:00", "outcome": "resolved", "why": None}],
    "transcript": [],
}  # fmt: skip


def spoken(sid: str) -> list[Turn]:
    """What was said in Grace's call."""

    def turn(speaker: str, start: float, end: float, text: str, **more: Any) -> Turn:
        return Turn(call_sid=sid, key=f"{speaker}-{start}", speaker=speaker, start=start, end=end, text=text, **more)

    doubtful = [
        ("that", 0.95),
        ("charge", 0.9),
        ("from", 0.93),
        ("Acme", 0.41),
        ("is", 0.9),
        ("not", 0.88),
        ("mine", 0.9),
    ]
    words = [
        {"word": word, "start": 24 + n * 0.4, "end": 24.4 + n * 0.4, "confidence": sure}
        for n, (word, sure) in enumerate(doubtful)
    ]
    return [
        turn("bot", 1.0, 4.0, "Thank you for calling Warmline Bank. How can I help?", heard=1.0),
        turn("caller", 5.0, 6.5, "What is my balance?", confidence=0.91, intent="balance"),
        turn("bot", 7.2, 10.0, "Please key your four-digit PIN.", heard=0.62, latency={"total": 540}),
        turn("caller", 12.0, 14.0, "(PIN)", via="keys"),
        turn("bot", 21.0, 23.5, "Your balance is 243 dollars and 10 cents.", heard=1.0, latency={"total": 710}),
        turn("caller", 24.0, 27.0, "that charge from Acme is not mine", confidence=0.83, intent="dispute", words=words),
    ]  # fmt: skip


def with_token(client: FlaskClient, **form: str) -> dict[str, str]:
    """`form` with the CSRF token of a page that `client` has just opened."""
    page = client.get("/sign-in", follow_redirects=True).text
    found = re.search(r'name="csrf-token" content="([^"]+)"', page)
    assert found, page
    return {"csrf_token": found[1], **form}


Make = Callable[..., Web]


@pytest.fixture
def make_web(sessions: Sessions, redis: Redis, redis_url: str, tmp_path: Path) -> Make:
    """Pages on these settings, with this clock; over the real hand-off `service` where one is given."""

    def make(
        clock: Clock, phone_url: str = "", service: HandoffService | None = None, texts: Any = None, **settings: Any
    ) -> Web:
        days = {"session_hours": 36, "session_idle_minutes": 2160}  # these clocks jump
        chosen = Settings(**{"data_dir": tmp_path, "redis_url": redis_url, **days, **settings})
        app, live = Flask(__name__, static_folder=None), Live(redis)
        handoffs, recordings, texts = HandoffsTwin(sessions, live, clock), RecordingsTwin(), texts or TextsTwin()
        supervision, brakes = SupervisionTwin(sessions, live, clock), Brakes(sessions, clock, live)
        ledger, carrier = SqlLedger(sessions, clock), CardTwin()
        cards = AgentCards(
            sessions, clock, carrier, live, ledger,
            CardConfig("https://line.test", "wss://line.test/media", UTC), caller_leg=caller_leg,
            spawn=lambda work: work(),
        )  # fmt: skip
        house = PageServices(
            chosen, sessions, service or handoffs, recordings, clock, ledger, cards,
            CallBackDesk(sessions, clock, live, chosen.hours), PinGuard(sessions, clock, ledger), texts,
            supervision, brakes, Transfers(service) if service else None,
        )  # fmt: skip
        add_pages(app, house, phone_url)
        return Web(app, sessions, handoffs, recordings, live, clock, texts, supervision, cards, carrier)

    return make


@pytest.fixture
def web(make_web: Make, clock: Clock) -> Web:
    """Pages with a clock that stands still."""
    return make_web(clock)

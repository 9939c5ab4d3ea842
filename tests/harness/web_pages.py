"""The pages on a real database and a real Redis, with a desk of two and a few calls of yesterday and now."""

import io
import re
import wave
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis

from ivr.calls.pin_guard import PinGuard
from ivr.clock import Clock
from ivr.desk.bot_brake import Brakes
from ivr.handoff.call_back_desk import CallBackDesk
from ivr.handoff.service import HandoffService
from ivr.handoff.warm_transfer import Transfers, caller_leg
from ivr.ledger.sql import SqlLedger
from ivr.live_updates import LiveUpdates
from ivr.payments.agent_card_service import AgentCards, CardConfig
from ivr.settings import Settings
from ivr.store.engine import Sessions
from ivr.store.models import Account, Agent, Call, Handoff, Offer, PresenceSpell, Recording, Turn
from ivr.web.pages.assembly import PageServices, add_pages
from ivr.web.pages.phone import Phones
from tests.fakes.fake_card_carrier import FakeCardCarrier
from tests.fakes.fake_handoff_service import FakeBotCalls, FakeHandoffService, FakeSupervision
from tests.fakes.fake_recordings import FakeRecordings
from tests.fakes.fake_texts import FakeTexts

PASSWORD = "correct horse"
HASH = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)
CALL = "CA" + "1" * 32


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
    handoffs: FakeHandoffService
    recordings: FakeRecordings
    live: LiveUpdates
    clock: Any
    texts: FakeTexts
    supervision: FakeSupervision
    cards: AgentCards
    carrier: FakeCardCarrier

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
                transcript=RECORDED, redaction="proved", redacted_path=f"{kind}-{sid}",
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
        turn("bot", 1.0, 4.0, "Thank you for calling Warmline Bank. How can I help?", played=1.0),
        turn("caller", 5.0, 6.5, "What is my balance?", confidence=0.91, intent="balance"),
        turn("bot", 7.2, 10.0, "Please key your four-digit PIN.", played=0.62, latency={"total": 540}),
        turn("caller", 12.0, 14.0, "(PIN)", via="keys"),
        turn("bot", 21.0, 23.5, "Your balance is 243 dollars and 10 cents.", played=1.0, latency={"total": 710}),
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
        clock: Clock,
        phone_url: str = "",
        service: HandoffService | None = None,
        texts: Any = None,
        phones: Phones | None = None,
        **settings: Any,
    ) -> Web:
        days = {"session_hours": 36, "session_idle_minutes": 2160}  # these clocks jump
        chosen = Settings(**{"data_dir": tmp_path, "redis_url": redis_url, **days, **settings})
        app, live = Flask(__name__, static_folder=None), LiveUpdates(redis)
        handoffs, recordings, texts = FakeHandoffService(sessions, live, clock), FakeRecordings(), texts or FakeTexts()
        supervision, brakes = FakeSupervision(sessions, live, clock), Brakes(sessions, clock, live)
        ledger, carrier = SqlLedger(sessions, clock), FakeCardCarrier()
        cards = AgentCards(
            sessions, clock, carrier, live, ledger,
            CardConfig("https://line.test", "wss://line.test/media", UTC), caller_leg=caller_leg,
            spawn=lambda work: work(),
        )  # fmt: skip
        house = PageServices(
            chosen, sessions, service or handoffs, recordings, clock, ledger, cards,
            CallBackDesk(sessions, clock, live, chosen.hours), PinGuard(sessions, clock, ledger), texts,
            supervision, brakes, FakeBotCalls(supervision), Transfers(service) if service else None,
        )  # fmt: skip
        add_pages(app, house, phones or Phones(phone_url))
        return Web(app, sessions, handoffs, recordings, live, clock, texts, supervision, cards, carrier)

    return make


@pytest.fixture
def web(make_web: Make, clock: Clock) -> Web:
    """Pages with a clock that stands still."""
    return make_web(clock)

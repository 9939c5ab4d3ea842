"""A hand-off's surroundings: a real database, a carrier that only remembers, and signed webhooks."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from twilio.request_validator import RequestValidator

from ivr.carrier.twilio.dialect import twilio_dialect
from ivr.carrier.twilio.signatures import TwilioSignatures
from ivr.desk import agents
from ivr.desk.opening_hours import OpeningHours
from ivr.dialogue.actions import HandOff
from ivr.handoff.addresses import conference_name
from ivr.handoff.config import HandoffConfig
from ivr.handoff.request import request_handoff
from ivr.handoff.service import HandoffService
from ivr.handoff.state import State
from ivr.store import outbox
from ivr.store.engine import Sessions
from ivr.store.models import Agent, Call, Handoff, Offer
from ivr.web.hooks.handoffs import make_handoff_blueprint
from tests.fakes.fake_carrier import FakeCarrier, leg
from tests.fakes.fake_clock import FakeClock
from tests.fakes.fake_live_updates import FakeLiveUpdates
from tests.harness.handoff_service import handoff_service

CALLER = "CA" + "c" * 32
CONFERENCE = "CF" + "1" * 32
PUBLIC = "https://line.test"
LINE = "+15559990000"
TOKEN = "token"


class World:
    """One call, one line, as many agents as a test adds."""

    def __init__(
        self, sessions: Sessions, clock: FakeClock, hours: OpeningHours | None = None, live: Any = None
    ) -> None:
        self.sessions, self.clock, self.hours = sessions, clock, hours
        self.carrier = FakeCarrier()
        self.live: Any = live or FakeLiveUpdates()
        self.service = self.another_process()
        self.client = self._client()
        with sessions.begin() as tx:
            tx.add(
                Call(sid=CALLER, caller="+15550001111", called="+15559990000", started_at=clock.now(), stage="dialogue")
            )
        self.id = 0

    def another_process(self) -> HandoffService:
        config = HandoffConfig(LINE, PUBLIC, company="Test Bank", hours=self.hours or OpeningHours())
        return handoff_service(self.sessions, self.clock, self.carrier, self.live, config)

    def _client(self) -> FlaskClient:
        app = Flask("handoff")
        app.register_blueprint(
            make_handoff_blueprint(
                self.service, twilio_dialect(TwilioSignatures(TOKEN, PUBLIC, "wss://line.test/media"))
            )
        )
        return app.test_client()

    def agent(self, name: str, presence: str = "available", **more: Any) -> int:
        with self.sessions.begin() as tx:
            agent = Agent(
                email=f"{name}@bank.test", name=name, password_hash="", phone=f"client:{name}",
                presence="away", presence_since=self.clock.now(), **{"roles": ["agent"], **more},
            )  # fmt: skip
            tx.add(agent)
            tx.flush()
            agents.set_presence(tx, agent, presence, self.clock.now())
        self.clock.forward(1)
        return agent.id

    def request(self, language: str = "en") -> int:
        with self.sessions.begin() as tx:
            known = {"amount": "42.00"}
            action = HandOff("asked", "dispute", "Wants to dispute a charge.", known, language=language)
            self.id = request_handoff(tx, tx.get_one(Call, CALLER), action, self.clock.now()).id
        return self.id

    def another_caller(self, number: int, mood: str = "calm", caller: str = "", intent: str = "dispute") -> int:
        """One more who waits, with the call and conference of that number; `self.id` stays."""
        sid = f"CA{number:032x}".replace("CA0", "CAf")
        with self.sessions.begin() as tx:
            call = Call(
                sid=sid, caller=caller or f"+1555000{number:04d}", called=LINE, started_at=self.clock.now(), problems=[]
            )
            tx.add(call)
            tx.flush()
            action = HandOff("asked", intent, "Wants a person.", {}, mood=mood)
            handoff_id = request_handoff(tx, call, action, self.clock.now()).id
        self.service.write_brief(handoff_id)
        return handoff_id

    def parked(self, language: str = "en") -> "World":
        """Requested, briefed, and the caller is in his conference."""
        self.request(language)
        self.service.write_brief(self.id)
        self.joins("caller", CALLER)
        return self

    def bridged(self) -> "World":
        self.parked()
        self.hook("1/agent", CallSid=leg(1))
        self.hook("1/accept", CallSid=leg(1), Digits="1")
        self.joins("agent-1", leg(1))
        return self

    # --- the carrier's callbacks ---

    def hook(self, path: str, **form: str) -> str:
        signature = RequestValidator(TOKEN).compute_signature(f"{PUBLIC}/handoff/{self.id}/{path}", form)
        return self.post(path, form, signature)

    def post(self, path: str, form: dict[str, str], signature: str) -> str:
        where = f"/handoff/{self.id}/{path}"
        answer = self.client.post(where, data=form, headers={"X-Twilio-Signature": signature})
        assert answer.status_code in (200, 204), answer.status_code
        return answer.text

    def joins(self, label: str, sid: str, conference: str = CONFERENCE) -> None:
        self._conference("participant-join", label, sid, conference)

    def leaves(self, label: str, sid: str, reason: str = "participant_hung_up", status: str = "completed") -> None:
        more = {"ReasonParticipantLeft": reason, "ParticipantCallStatus": status}
        self._conference("participant-leave", label, sid, CONFERENCE, **more)

    def leg_is(self, attempt_number: int, status: str) -> None:
        self.hook(f"{attempt_number}/status", CallSid=leg(attempt_number), CallStatus=status)

    def _conference(self, event: str, label: str, sid: str, conference: str, **more: str) -> None:
        name = conference_name(self.row, self.state.round)
        form = {"StatusCallbackEvent": event, "ParticipantLabel": label, "CallSid": sid, "ConferenceSid": conference}
        self.hook("conference", FriendlyName=name, **form, **more)

    def run_due(self) -> None:
        """What the worker would do now."""
        with self.sessions() as tx:
            rows = list(outbox.due(tx, self.clock.now()))
        for row in rows:
            payload = row.payload
            if row.topic == "handoff.act":
                self.service.carry_out(row.id)
                continue
            if row.topic == "handoff.requested":
                self.service.write_brief(payload["handoff"])
            elif row.topic == "handoff.deadline":
                self.service.deadline(payload["handoff"], last=payload.get("last", False), since=payload.get("since"))
            elif row.topic == "desk.wrap-up":
                self.service.wrap_up_over(payload["agent"])
            elif row.topic == "callback.try":
                self.service.call_back(payload["callback"], payload["number"], lambda _tx: None)
            elif row.topic == "handoff.expire":
                self.service.expire(payload["handoff"], payload["k"], payload["what"])
            with self.sessions.begin() as tx:
                outbox.done(tx, row.id, self.clock.now())

    # --- what stands now ---

    @property
    def row(self) -> Handoff:
        return self.service.find(self.id)

    @property
    def state(self) -> State:
        return self.service.state(self.row)

    @property
    def call(self) -> Call:
        with self.sessions() as tx:
            return tx.get_one(Call, CALLER)

    @property
    def outcomes(self) -> list[str | None]:
        with self.sessions() as tx:
            return list(tx.scalars(select(Offer.outcome).order_by(Offer.number)))

    def presence(self, agent_id: int) -> str:
        with self.sessions() as tx:
            return tx.get_one(Agent, agent_id).presence


@pytest.fixture
def world(sessions: Sessions, clock: FakeClock) -> World:
    """A hand-off's surroundings for one test."""
    return World(sessions, clock)


def served_earlier(world: World, wait: float, intent: str = "dispute", ago: float = 600) -> None:
    """Somebody who waited `wait` seconds and spoke with a person `ago` seconds ago."""
    with world.sessions.begin() as tx:
        met = world.clock.now() - timedelta(seconds=ago)
        asked = met - timedelta(seconds=wait)
        call = Call(sid=f"CA{wait}{ago}{intent}", caller="+1999", called="+2", started_at=asked)
        tx.add(call)
        tx.flush()
        tx.add(
            Handoff(
                call_sid=call.sid, state="served", reason="asked", intent=intent, summary="", requested_at=asked,
                times={"bridged": met.isoformat()},
            )
        )  # fmt: skip

"""A call service over the sample bank, and a carrier that signs what it sends."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from twilio.request_validator import RequestValidator
from werkzeug.test import TestResponse

import twiml
from ivr.carrier.twilio.dialect import twilio_dialect
from ivr.carrier.twilio.signatures import HEADER, TwilioSignatures
from ivr.dialogue.actions import AnswerKind
from ivr.dialogue.meaning import Meaning
from ivr.handoff.request import request_handoff
from ivr.ledger.sample import load_sample
from ivr.ledger.sql import SqlLedger
from ivr.nlu.recording_refusal import refuses_recording
from ivr.store.engine import Sessions
from ivr.web.hooks.call_documents import CallDocuments
from ivr.web.hooks.calls import make_voice_blueprint
from tests.fakes.fake_clock import FakeClock
from tests.fakes.fake_handoffs import FakeHandoffs
from tests.fakes.fake_live_updates import FakeLiveUpdates
from tests.fakes.fake_recorder import FakeRecorder
from tests.harness.calls import Calls

TOKEN = "the-auth-token"
PUBLIC = "https://line.example.com"
MEDIA = "wss://line.example.com/media"
SID = "CA" + "1" * 32
MORGAN = "+15550100001"
LINE = "+15550109000"

INTENTS = {"balance": "balance", "pay": "payment", "agent": "human_agent", "bye": "goodbye", "no": "no", "yes": "yes"}


def understand(text: str, expect: AnswerKind, today: date) -> Meaning:
    """Enough understanding for a test: one known word is one intent, digits are digits."""
    word = text.lower().strip(".! ")
    digits = "".join(filter(str.isdigit, text))
    said = {"yes": True, "no": False}.get(word)
    return Meaning(
        INTENTS.get(word, "out_of_scope"),
        0.95,
        yes_no=said,
        digits=digits,
        ours=word in INTENTS or bool(digits),
        no_recording=refuses_recording(text),
    )


@pytest.fixture
def ledger(sessions: Sessions, clock: FakeClock) -> SqlLedger:
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    load_sample(sessions, clock.now().date(), cheap)
    return SqlLedger(sessions, clock)


@pytest.fixture
def calls(sessions: Sessions, clock: FakeClock, ledger: SqlLedger) -> Calls:
    return Calls(
        sessions, clock, understand, ledger, FakeLiveUpdates(), request_handoff, company="Test Bank", notice="en-test"
    )


@pytest.fixture
def recorder() -> FakeRecorder:
    return FakeRecorder()


@pytest.fixture
def handoffs() -> FakeHandoffs:
    return FakeHandoffs()


Post = Callable[..., TestResponse]


@pytest.fixture
def client(calls: Calls, handoffs: FakeHandoffs, recorder: FakeRecorder, tmp_path: Path) -> FlaskClient:
    app = Flask(__name__)
    dialect, documents = twilio_dialect(TwilioSignatures(TOKEN, PUBLIC, MEDIA)), CallDocuments(twiml, PUBLIC, MEDIA)
    voice = make_voice_blueprint(calls, handoffs, dialect, documents, recorder)
    app.register_blueprint(voice)
    return app.test_client()


@pytest.fixture
def post(client: FlaskClient) -> Post:
    """Posts a signed webhook of the call, as the carrier does."""

    def send(path: str, **extra: str) -> TestResponse:
        form = {"CallSid": SID, "From": MORGAN, "To": LINE, "CallStatus": "in-progress", "ToZip": "", **extra}
        signature = RequestValidator(TOKEN).compute_signature(PUBLIC + path, form)
        return client.post(path, data=form, headers={HEADER: signature})

    return send

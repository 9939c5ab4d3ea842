"""The line's own parts on a database of their own, and a caller whom the carrier carries by its documents."""

import base64
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch
from xml.etree import ElementTree as ET

import numpy as np
from argon2 import PasswordHasher
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy import select
from starlette.testclient import TestClient
from twilio.request_validator import RequestValidator

import app
from ivr.carrier.twilio.signatures import HEADER
from ivr.channels.media_app import make_media_app
from ivr.ledger.sample import load_sample
from ivr.settings import Settings
from ivr.store.engine import Sessions
from ivr.store.migrate import upgrade
from ivr.store.models import Outbox
from speech.audio import SILENCE, Samples
from speech.events import Expectation, Word
from speech.stt import ANYTHING, Segment, Transcript
from speech.tts import TextToSpeech
from tests.fakes.fake_clock import FakeClock
from tests.fakes.fake_live_updates import FakeLiveUpdates
from tests.fakes.fake_speech import FakeRecogniser, FakeVoice, loud
from tests.harness.handoff_world import LINE, PUBLIC, TOKEN, World
from tests.harness.session_line import VOICED
from tests.harness.sounds import sound
from workers import jobs
from workers.context import WorkerContext, provider

MORGAN, PIN = "+15550100001", "2749"
ASKS = ("Gather", "Record", "Pay", "Connect", "Dial")
FRAMES = 120  # of 20 ms, of which the caller speaks in some


class News(FakeLiveUpdates):
    """Remembers what was published; nothing of it waits."""

    def settle(self, seconds: float = 0.0) -> bool:
        return True


@dataclass
class Hears:
    """Hears what was put into `says`, one utterance after the other, and then "Thank you."."""

    says: list[str] = field(default_factory=list)

    def transcribe_long(self, samples: Samples, expect: Expectation = ANYTHING, *, gap: float = 0.6) -> list[Segment]:
        text = self.says.pop(0) if self.says else "Thank you."
        words = tuple(Word(word, 0.1, 0.4, 0.9) for word in text.split())
        return [Segment(0.0, 1.0, Transcript(text, 0.9, words, 1.0, 0.01, 0.1))]

    def hear_again(self, samples: Samples) -> list[Segment]:
        return self.transcribe_long(samples)

    def read_digits(self, samples: Samples) -> list[Word]:
        return []

    def transcribe_file(self, file: Path, expect: Expectation) -> Transcript:
        return self.transcribe_long(np.zeros(0, np.int16))[0].transcript

    def close(self) -> None:
        pass


def soon(true: Callable[[], bool], seconds: float = 0.5) -> None:
    """Give another thread a moment to write down what `true` looks for."""
    until = time.monotonic() + seconds
    while not true() and time.monotonic() < until:
        time.sleep(0.01)


class Line:
    """The line as `app` puts it together; only carrier, clock, live news and recogniser are doubles."""

    def __init__(self, folder: Path) -> None:
        self.settings = Settings.model_validate(
            {
                "data_dir": folder, "public_url": PUBLIC, "twilio_number": LINE, "secret_key": SecretStr("s" * 32),
                "twilio_account_sid": "AC" + "1" * 32, "twilio_auth_token": SecretStr(TOKEN),
            }
        )  # fmt: skip
        upgrade(self.settings.database)
        self.parts, self.clock, self.hears = app.Parts(self.settings), FakeClock(), Hears()
        self.world = World(self.sessions, self.clock, live=News())
        self.world.carrier.fetch_recording = lambda url: sound()  # type: ignore[method-assign]
        for part, double in (
            (app.Parts.clock, self.clock), (app.Parts.carrier, self.world.carrier), (app.Parts.live, self.world.live),
            (app.Parts.handoffs, self.world.service), (app.Parts.stt, self.hears),
        ):  # fmt: skip
            vars(self.parts)[part._name] = double
        load_sample(self.sessions, self.clock.now().date(), PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))

    @property
    def sessions(self) -> Sessions:
        return self.parts.sessions

    def call(self, number: int) -> "Caller":
        """A customer calls; the carrier has fetched the first document."""
        caller = Caller(app.create_webhooks(self.parts).test_client(), f"CA{number:032x}")
        return caller.post("/voice/incoming")

    def talk(self, caller: "Caller", said: str, until: Callable[[], bool]) -> None:
        """Over the media socket: `said` is spoken at once, and what the bot says is played `until` all is known."""
        speaker, recogniser = TextToSpeech(FakeVoice(), self.settings.data_dir / "prompts"), FakeRecogniser(said)
        media = make_media_app(self.parts.dialogue, self.parts.dialect.signatures, recogniser, speaker, lambda: loud)
        signature = RequestValidator(TOKEN).compute_signature(self.settings.media_socket, {})
        with TestClient(media) as client, client.websocket_connect("/media", headers={HEADER: signature}) as socket:
            about = {"streamSid": "MZ1", "callSid": caller.sid, "accountSid": "AC1", "tracks": ["inbound"]}
            socket.send_json({"event": "start", "start": about | {"customParameters": {"token": caller.token}}})
            for number in range(FRAMES):
                payload = base64.b64encode(VOICED if 10 <= number < 50 else SILENCE).decode()
                sent = {"track": "inbound", "timestamp": str(100 + 20 * number), "payload": payload}
                socket.send_json({"event": "media", "media": sent})
            while not until():
                message = json.loads(socket.receive_text())
                if message["event"] == "mark":
                    socket.send_json({"event": "mark", "mark": message["mark"]})
                    soon(until)

    def work(self, *topics: str) -> None:
        """Do what was promised under each of these topics, as a worker would once it is due."""
        parts = self.parts
        context = WorkerContext(
            sessions=parts.sessions, clock=self.clock, redis_url="", carrier=self.world.carrier,
            handoffs=parts.handoffs, recordings=parts.recordings, live=parts.live, stt=lambda: self.hears,
            dials=parts.settings.dials, ledger=parts.ledger, dialogue=parts.dialogue,
        )  # fmt: skip
        with patch.object(provider, "get", lambda: context):
            for topic in topics:
                with self.sessions() as tx:
                    rows = tx.scalars(select(Outbox.id).where(Outbox.topic == topic, Outbox.done_at.is_(None))).all()
                for row in rows:
                    jobs.perform(row)


class Caller:
    """A call whose documents are followed as far as something is asked."""

    def __init__(self, client: FlaskClient, sid: str) -> None:
        self.client, self.sid = client, sid
        self.document = ET.Element("Response")

    def post(self, address: str, **form: str) -> "Caller":
        path = address.removeprefix(PUBLIC)
        values = {"CallSid": self.sid, "From": MORGAN, "To": LINE, "CallStatus": "in-progress", **form}
        signature = RequestValidator(TOKEN).compute_signature(f"{PUBLIC}{path}", values)
        answer = self.client.post(path, data=values, headers={HEADER: signature})
        assert answer.status_code in (200, 204), (path, answer.status_code)
        self.document = ET.fromstring(answer.text) if answer.text else ET.Element("Response")
        redirect = self.document.find("Redirect")
        asked = any(self.document.find(verb) is not None for verb in ASKS)
        return self if asked or redirect is None else self.post(redirect.text or "")

    def by_turns(self) -> "Caller":
        """From here on without a media socket."""
        return self.post("/voice/turn")

    def press(self, *keys: str) -> "Caller":
        for pressed in keys:
            self.post(self._action("Gather", "Record"), Digits=pressed)
        return self

    def speak(self) -> "Caller":
        return self.post(self._action("Record"), RecordingUrl="https://carrier.test/RE9", RecordingSid="RE9")

    def pay(self, **result: str) -> "Caller":
        return self.post(self._action("Pay"), **result)

    def recorded(self, sid: str) -> "Caller":
        for status in ("in-progress", "completed"):
            address = f"https://carrier.test/{sid}"
            self.post("/voice/recording", RecordingStatus=status, RecordingSid=sid, RecordingUrl=address)
        return self

    def hang_up(self) -> "Caller":
        return self.post("/voice/status", CallStatus="completed")

    @property
    def token(self) -> str:
        """What the document opens the media socket with."""
        return next(one.get("value", "") for one in self.document.iter("Parameter"))

    def _action(self, *verbs: str) -> str:
        return next(one.get("action", "") for verb in verbs for one in self.document.iter(verb))

"""While no store answers, every caller is led to a person within two seconds, and to a message when nobody comes."""

import json
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from flask import Flask
from starlette.testclient import TestClient
from twilio.request_validator import RequestValidator

import twiml
from ivr.carrier.twilio.dialect import twilio_dialect
from ivr.carrier.twilio.signatures import HEADER, TwilioSignatures
from ivr.desk import agents
from ivr.desk.opening_hours import OpeningHours
from ivr.desk.standby import STALE, StandbyDesk
from ivr.store.engine import Sessions
from ivr.store.health import Watch
from ivr.store.models import Agent, Base
from ivr.web.hooks.call_documents import CallDocuments
from ivr.web.hooks.dispatch import Webhooks
from ivr.web.hooks.standby import make_standby_blueprint
from tests.fakes.fake_clock import FakeClock
from tests.harness.call_line import LINE, MEDIA, PUBLIC, SID, TOKEN

pytestmark = pytest.mark.integration

AGENT = "client:ada"
FALLBACK = {"ErrorCode": "11200", "ErrorUrl": f"{PUBLIC}/voice/resume"}


def standby(phones: Sequence[str]) -> Flask:
    app = Flask("standby")
    documents = CallDocuments(twiml, PUBLIC, MEDIA)
    dialect = twilio_dialect(TwilioSignatures(TOKEN, PUBLIC, MEDIA))
    app.register_blueprint(make_standby_blueprint(lambda _sid: phones, dialect, documents, PUBLIC, LINE))
    return app


@dataclass
class Carrier:
    """Asks the webhooks as the carrier does, and keeps to the documents."""

    client: TestClient

    def post(self, path: str, signed: bool = True, **extra: Any) -> Any:
        form = {"CallSid": SID, "From": "+15550100001", "To": LINE, "CallStatus": "in-progress", **extra}
        signature = RequestValidator(TOKEN).compute_signature(PUBLIC + path, form)
        return self.client.post(path, data=form, headers={HEADER: signature} if signed else {})

    def document(self, path: str, **extra: Any) -> ET.Element:
        answer = self.post(path, **extra)
        assert answer.status_code == 200, answer.text
        return ET.fromstring(answer.text)

    def follow(self, document: ET.Element, attempts: int = 20, **ended: str) -> list[str]:
        """The verbs until the call is over, when every Dial ends as in `ended` and nobody leaves a message."""
        heard: list[str] = []
        for _ in range(attempts):
            heard += [verb.tag for verb in document]
            last = document[-1]
            action = next((verb.get("action") for verb in document if verb.tag == "Dial"), None)
            if last.tag == "Hangup":
                return heard
            where = action or last.text or ""
            document = self.document(where.removeprefix(PUBLIC), **(ended if action else {}))
        raise AssertionError(f"this call never ends: {heard}")


@dataclass
class HangingLine:
    """A line whose every view waits for a store that says nothing, until it is let go."""

    let_go: threading.Event = field(default_factory=threading.Event)
    asked: int = 0
    raises: bool = False

    def app(self) -> Flask:
        app = Flask("hanging")

        @app.route("/<path:path>", methods=["GET", "POST"])
        def hang(path: str) -> str:
            self.asked += 1
            if self.raises:
                raise RuntimeError("the database refuses")
            self.let_go.wait(20)
            return path

        return app


@pytest.fixture
def line() -> Iterator[HangingLine]:
    hanging = HangingLine()
    yield hanging
    hanging.let_go.set()


def carrier(line: HangingLine, phones: Sequence[str] = (AGENT,), away: bool = False) -> Carrier:
    return Carrier(TestClient(Webhooks(line.app(), standby(phones), lambda: away)))


def number_of(dial: ET.Element | None) -> str:
    assert dial is not None
    return dial[0].text or ""


# --- to a person ---


@pytest.mark.parametrize("path", ["/voice/incoming", "/voice/resume", "/voice/turn", "/voice/turn/3/keys"])
def test_every_document_of_a_caller_rings_somebody_at_the_desk(line: HangingLine, path: str) -> None:
    document = carrier(line, away=True).document(path)
    assert [verb.tag for verb in document] == ["Say", "Dial"]
    dial = document.find("Dial")
    assert dial is not None and dial[0].tag == "Client" and dial.get("callerId") == LINE
    assert line.asked == 0, "nobody is sent to a store that is known to be away"


@pytest.mark.parametrize(
    ("phone", "noun"), [("+15550109999", "Number"), ("client:ada", "Client"), ("sip:ada@bank.test", "Sip")]
)
def test_every_kind_of_phone_is_rung_and_whispered_to(line: HangingLine, phone: str, noun: str) -> None:
    dial = carrier(line, [phone], away=True).document("/voice/incoming").find("Dial")
    assert dial is not None
    assert dial[0].tag == noun and dial[0].text == phone.removeprefix("client:")
    assert dial[0].get("url") == f"{PUBLIC}/voice/standby/whisper"


def test_one_after_another_is_rung_and_then_a_message_is_taken_and_the_call_ends(line: HangingLine) -> None:
    hung = carrier(line, ["client:ada", "client:bob"], away=True)
    verbs = hung.follow(hung.document("/voice/incoming"), DialCallStatus="no-answer")
    assert verbs == ["Say", "Dial", "Say", "Dial", "Say", "Record", "Redirect", "Say", "Hangup"]


def test_after_a_talk_with_a_person_the_call_ends_with_thanks(line: HangingLine) -> None:
    hung = carrier(line, ["client:ada", "client:bob"], away=True)
    assert hung.follow(hung.document("/voice/incoming"), DialCallStatus="completed") == ["Say", "Dial", "Say", "Hangup"]


def test_who_answered_and_pressed_no_key_did_not_take_the_call(line: HangingLine) -> None:
    hung = carrier(line, ["client:ada", "client:bob"], away=True)
    declined = {"DialCallStatus": "completed", "DialBridged": "false"}
    assert [verb.tag for verb in hung.document("/voice/standby/1", **declined)] == ["Say", "Dial"]


def test_only_a_person_who_presses_a_key_gets_the_caller(line: HangingLine) -> None:
    hung = carrier(line, away=True)
    whisper = hung.document("/voice/standby/whisper")
    assert [verb.tag for verb in whisper] == ["Gather", "Hangup"]
    accept = (whisper[0].get("action") or "").removeprefix(PUBLIC)
    assert list(hung.document(accept, Digits="1")) == []
    assert [verb.tag for verb in hung.document(accept, Digits="2")] == ["Hangup"]


def test_with_nobody_at_the_desk_a_message_is_taken_at_once(line: HangingLine) -> None:
    hung = carrier(line, [], away=True)
    assert [verb.tag for verb in hung.document("/voice/incoming")] == ["Say", "Record", "Redirect"]
    thanks = hung.document("/voice/message", RecordingSid="RE1", RecordingUrl="https://api/RE1")
    assert [verb.tag for verb in thanks] == ["Say", "Hangup"] and "have your message" in (thanks[0].text or "")


def test_a_message_whose_document_failed_is_not_asked_for_again(line: HangingLine) -> None:
    failed = {"ErrorCode": "11200", "ErrorUrl": f"{PUBLIC}/voice/message", "RecordingSid": "RE1"}
    assert [verb.tag for verb in carrier(line, away=True).document("/voice/fallback", **failed)] == ["Say", "Hangup"]


@pytest.mark.parametrize("leg", ["agent", "accept", "agent-fallback"])
def test_an_agent_who_was_rung_for_a_caller_is_told_that_it_went_elsewhere(line: HangingLine, leg: str) -> None:
    assert [verb.tag for verb in carrier(line, away=True).document(f"/handoff/7/1/{leg}")] == ["Say", "Hangup"]


@pytest.mark.parametrize("leg", ["caller", "caller-fallback"])
def test_somebody_whom_we_call_back_gets_a_person(line: HangingLine, leg: str) -> None:
    assert [verb.tag for verb in carrier(line, away=True).document(f"/handoff/7/1/{leg}")] == ["Say", "Dial"]


def test_whoever_waits_in_a_conference_hears_music_on(line: HangingLine) -> None:
    document = carrier(line, away=True).document("/handoff/7/wait")
    assert [verb.tag for verb in document] == ["Play", "Redirect"]
    assert document[1].text == f"{PUBLIC}/handoff/7/wait"


@pytest.mark.parametrize("path", ["/voice/status", "/voice/recording", "/voice/paid/3", "/handoff/7/queue", "/card/1"])
def test_what_needs_the_store_fails_at_once_so_that_the_carrier_falls_back(line: HangingLine, path: str) -> None:
    assert carrier(line, away=True).post(path).status_code == 503


@pytest.mark.parametrize("path", ["/voice/incoming", "/voice/fallback", "/voice/standby/0", "/voice/standby/accept"])
def test_the_standby_too_listens_to_the_carrier_alone(line: HangingLine, path: str) -> None:
    assert carrier(line, away=True).post(path, signed=False).status_code == 403


def test_a_caller_who_has_hung_up_rings_nobody(line: HangingLine) -> None:
    hung = carrier(line, away=True)
    assert [verb.tag for verb in hung.document("/voice/resume", CallStatus="completed")] == ["Hangup"]
    assert list(hung.document("/voice/standby/1", CallStatus="completed")) == []


# --- in time ---


def test_the_fallback_answers_within_a_second_when_the_store_hangs(line: HangingLine) -> None:
    begun = time.monotonic()
    document = carrier(line).document("/voice/fallback", **FALLBACK)
    assert time.monotonic() - begun < 1.5
    assert [verb.tag for verb in document] == ["Say", "Dial"]


def test_the_fallback_leads_to_a_person_when_the_store_refuses(line: HangingLine) -> None:
    line.raises = True
    assert [verb.tag for verb in carrier(line).document("/voice/fallback", **FALLBACK)] == ["Say", "Dial"]


def test_a_webhook_that_hangs_is_given_up_as_soon_as_the_store_is_known_to_be_away(line: HangingLine) -> None:
    begun = time.monotonic()
    away = lambda: time.monotonic() - begun > 0.5  # noqa: E731
    hung = Carrier(TestClient(Webhooks(line.app(), standby([AGENT]), away)))
    assert [verb.tag for verb in hung.document("/voice/incoming")] == ["Say", "Dial"]
    assert time.monotonic() - begun < 1.5
    assert line.asked == 1


def test_the_fallback_waits_behind_no_thread_that_hangs(line: HangingLine) -> None:
    hung = carrier(line)
    waiting = [threading.Thread(target=hung.post, args=("/voice/incoming",), daemon=True) for _ in range(60)]
    for thread in waiting:
        thread.start()
    begun = time.monotonic()
    hung.document("/voice/fallback", **FALLBACK)
    assert time.monotonic() - begun < 2.5
    line.let_go.set()
    for thread in waiting:
        thread.join()


# --- who is at the desk ---


def person(sessions: Sessions, clock: FakeClock, name: str, presence: str = "available", role: str = "agent") -> None:
    with sessions.begin() as tx:
        agent = Agent(
            email=f"{name}@bank.test", name=name, password_hash="", phone=f"client:{name}", roles=[role],
            presence="away", presence_since=clock.now(),
        )  # fmt: skip
        tx.add(agent)
        tx.flush()
        agents.set_presence(tx, agent, presence, clock.now())


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "standby.json"


def test_those_at_the_desk_are_rung_the_free_ones_first(sessions: Sessions, clock: FakeClock, kept: Path) -> None:
    for name, presence in (("bob", "on-call"), ("ada", "available"), ("eve", "break"), ("joe", "wrap-up")):
        person(sessions, clock, name, presence)
    person(sessions, clock, "sue", "available", role="supervisor")
    ready = StandbyDesk(kept, clock, OpeningHours())
    ready.refresh(sessions)
    assert ready.phones(SID) == ["client:ada", "client:bob", "client:joe"]


def test_many_callers_do_not_all_ring_the_same_phone_first(sessions: Sessions, clock: FakeClock, kept: Path) -> None:
    for name in ("ada", "bob", "eve"):
        person(sessions, clock, name)
    ready = StandbyDesk(kept, clock, OpeningHours())
    ready.refresh(sessions)
    assert {ready.phones(f"CA{number}")[0] for number in range(30)} == {"client:ada", "client:bob", "client:eve"}
    assert ready.phones(SID) == ready.phones(SID)


def test_a_process_that_starts_without_a_store_knows_from_disk(
    sessions: Sessions, clock: FakeClock, kept: Path
) -> None:
    person(sessions, clock, "ada")
    StandbyDesk(kept, clock, OpeningHours()).refresh(sessions)
    assert kept.stat().st_mode & 0o077 == 0, "telephone numbers are their owners' alone"
    assert StandbyDesk(kept, clock, OpeningHours()).phones(SID) == ["client:ada"]


def test_who_was_there_a_shift_ago_is_not_rung(sessions: Sessions, clock: FakeClock, kept: Path) -> None:
    person(sessions, clock, "ada")
    ready = StandbyDesk(kept, clock, OpeningHours())
    ready.refresh(sessions)
    clock.forward((STALE + timedelta(seconds=1)).total_seconds())
    assert ready.phones(SID) == []


def test_nobody_is_rung_while_the_desk_is_closed(sessions: Sessions, kept: Path) -> None:
    clock = FakeClock(datetime(2026, 3, 2, 20, 0, tzinfo=UTC))
    person(sessions, clock, "ada")
    ready = StandbyDesk(kept, clock, OpeningHours.parse("mon-fri 08:00-18:00"))
    ready.refresh(sessions)
    assert ready.phones(SID) == []


@pytest.mark.parametrize("broken", ["", "[]", "{}", '{"free": 1, "busy": 2, "at": 3}', "\0"])
def test_a_spoilt_file_is_nobody_and_is_written_anew(
    sessions: Sessions, clock: FakeClock, kept: Path, broken: str
) -> None:
    kept.write_text(broken)
    ready = StandbyDesk(kept, clock, OpeningHours())
    assert ready.phones(SID) == []
    person(sessions, clock, "ada")
    ready.refresh(sessions)
    assert json.loads(kept.read_text())["free"] == ["client:ada"]


def test_the_file_changes_with_the_desk(sessions: Sessions, clock: FakeClock, kept: Path) -> None:
    ready = StandbyDesk(kept, clock, OpeningHours())
    person(sessions, clock, "ada")
    ready.refresh(sessions)
    with sessions.begin() as tx:
        tx.get_one(Agent, 1).phone = "+15550107777"
    ready.refresh(sessions)
    assert StandbyDesk(kept, clock, OpeningHours()).phones(SID) == ["+15550107777"]


def test_a_folder_that_cannot_be_written_is_no_store_that_is_away(
    sessions: Sessions, clock: FakeClock, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    ready = StandbyDesk(tmp_path / "file" / "standby.json", clock, OpeningHours())
    person(sessions, clock, "ada")
    ready.refresh(sessions)
    assert ready.phones(SID) == ["client:ada"]


# --- whether the store is there ---


def test_a_look_that_does_not_come_back_tells_that_the_store_is_away() -> None:
    now, hangs, came = [0.0], threading.Event(), threading.Event()

    def look() -> None:
        came.set()
        hangs.wait(10)

    watch = Watch("database", look, timeout=1.0, now=lambda: now[0])
    looking = threading.Thread(target=watch.look_once)
    looking.start()
    came.wait(10)
    told = [watch.away]
    now[0] = 1.1
    told.append(watch.away)
    hangs.set()
    looking.join()
    told.append(watch.away)
    assert told == [False, True, False]


def test_a_failure_after_a_silence_is_a_store_that_is_away_until_it_answers() -> None:
    now, silent = [0.0], [True]

    def look() -> None:
        if silent[0]:
            now[0] += 1.0
            raise TimeoutError

    watch = Watch("database", look, timeout=0.9, now=lambda: now[0])
    watch.look_once()
    told = [watch.away]
    silent[0] = False
    watch.look_once()
    assert [*told, watch.away] == [True, False]


def test_one_failure_may_be_a_lock_and_two_are_a_store_that_is_away(sessions: Sessions, clock: FakeClock) -> None:
    ready = StandbyDesk(Path("/nowhere/standby.json"), clock, OpeningHours())
    watch = Watch("database", lambda: ready.refresh(sessions))
    with sessions.begin() as tx:
        Base.metadata.drop_all(tx.connection())
    told = []
    for _ in range(2):
        watch.look_once()
        told.append(watch.away)
    with sessions.begin() as tx:
        Base.metadata.create_all(tx.connection())
    watch.look_once()
    assert [*told, watch.away] == [False, True, False]

"""A whole call with no media process at all, through the switch: heard by turns, served, handed to a person."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from flask import Flask, send_from_directory
from sqlalchemy import select
from werkzeug.serving import make_server

import twiml
from bench.tools.callers import Caller, Clip
from bench.tools.line import free_ports
from ivr.carrier.twilio.account import TwilioAccount
from ivr.carrier.twilio.client import TwilioCarrier
from ivr.carrier.twilio.dialect import twilio_dialect
from ivr.carrier.twilio.signatures import TwilioSignatures
from ivr.channels.recorded_turns import RecordedTurns
from ivr.clock import SystemClock
from ivr.handoff.request import request_handoff
from ivr.ledger.sql import SqlLedger
from ivr.store.engine import Sessions
from ivr.store.models import Call, Handoff, Turn
from ivr.web.hooks.call_documents import CallDocuments
from ivr.web.hooks.calls import make_voice_blueprint
from ivr.web.hooks.recorded_turns import make_turns_blueprint
from speech.audio import SILENCE, write_wav
from switch.config import SwitchConfig
from switch.media.audio import tone
from switch.ports import Line
from switch.server import Switch
from tests.fakes.fake_handoffs import FakeHandoffs
from tests.fakes.fake_live_updates import FakeLiveUpdates
from tests.fakes.fake_turn_recogniser import FakeTurnRecogniser
from tests.harness.call_line import LINE, MORGAN, TOKEN, understand
from tests.harness.calls import Calls

pytestmark = pytest.mark.switch

ACCOUNT = "AC" + "1" * 32
SPEECH = Clip("open", "", np.full(3 * 8000, 6000, np.int16))
BEEP = tone((440,), 0.3)


class Customer:
    """Speaks, keys his PIN, speaks again, and hangs up once he is with the waiting music or is told no more."""

    def __init__(self, sessions: Sessions) -> None:
        self.over = asyncio.Event()
        self._sessions, self._acts, self._done = sessions, iter(("speak", "2749", "speak")), 0
        self._caller = Caller(self._asked, rest=0.4)
        self._line: Line | None = None
        self._live = False
        self._acting: asyncio.Task[None] | None = None

    def ring(self, line: Line) -> None:
        self._line = line

    def connected(self) -> None:
        self._live = True

    def say(self) -> bytes:
        return self._caller.frame() if self._live else SILENCE

    def hear(self, frame: bytes) -> None:
        if self._live:
            self._caller.hear(None if frame == SILENCE else frame)

    def text(self, body: str) -> None: ...

    def ended(self, status: str) -> None:
        self._live = False
        self.over.set()

    def _asked(self) -> None:
        self._acting = asyncio.create_task(self._act())

    async def _act(self) -> None:
        with self._sessions() as tx:
            asked = len(set(tx.scalars(select(Turn.prompt).where(Turn.speaker == "bot"))))
        if asked <= self._done or self._line is None:
            return  # only the notice was heard so far
        self._done = asked
        act = next(self._acts, None)
        if act is None:
            self._line.hang_up()
        elif act == "speak":
            self._caller.say(SPEECH)
        else:
            for key in act:
                self._line.press(key)
                await asyncio.sleep(0.7)


@pytest.fixture
def ports() -> list[int]:
    return free_ports(3)


@pytest.fixture
def line(sessions: Sessions, ledger: SqlLedger, ports: list[int], tmp_path: Path) -> Iterator[str]:
    """The web process's part of it; nobody listens at the media socket's address."""
    web, media, switch = ports
    public, socket = f"http://127.0.0.1:{web}", f"ws://127.0.0.1:{media}/media"
    clock, pool = SystemClock(), ThreadPoolExecutor(2)
    calls = Calls(
        sessions,
        clock,
        understand,
        ledger,
        FakeLiveUpdates(),
        request_handoff,
        company="Test Bank",
        notice="n",
        recorded_turns=True,
    )
    carrier = TwilioCarrier(TwilioAccount(ACCOUNT, TOKEN, LINE, f"http://127.0.0.1:{switch}"))
    dialect, app = twilio_dialect(TwilioSignatures(TOKEN, public, socket)), Flask(__name__)
    scribe = FakeTurnRecogniser(["balance", "agent"])
    channel = RecordedTurns(calls.dialogue, sessions, clock, lambda: scribe, pool)
    write_wav(tmp_path / "notice.wav", np.full(1600, 3000, np.int16))
    app.register_blueprint(make_voice_blueprint(calls, FakeHandoffs(), dialect, CallDocuments(twiml, public, socket)))
    app.register_blueprint(make_turns_blueprint(channel, carrier, dialect, public, pool))
    app.add_url_rule("/voice/audio/<name>", "sound", lambda name: send_from_directory(tmp_path, name))
    server = make_server("127.0.0.1", web, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield public
    server.shutdown()
    thread.join()
    pool.shutdown()


async def _call(sessions: Sessions, public: str, port: int, folder: Path) -> Switch:
    switch = Switch(
        SwitchConfig(
            ACCOUNT, TOKEN, LINE, f"{public}/voice/incoming", f"{public}/voice/fallback", f"{public}/voice/status",
            folder, port=port, recording_delay=0.05,
        ),
        lambda _: BEEP,
    )  # fmt: skip
    await switch.start()
    customer = Customer(sessions)
    await switch.place(customer, MORGAN)
    async with asyncio.timeout(90):
        await customer.over.wait()
    await asyncio.sleep(0.5)
    await switch.stop()
    return switch


@pytest.mark.slow
def test_a_call_without_a_media_process_is_served_and_handed_over(
    line: str, sessions: Sessions, ports: list[int], tmp_path: Path
) -> None:
    switch = asyncio.run(_call(sessions, line, ports[2], tmp_path / "switch"))
    with sessions() as tx:
        said = [(turn.speaker, turn.text) for turn in tx.scalars(select(Turn).order_by(Turn.id))]
        problems = [problem["what"] for problem in tx.scalars(select(Call.problems)).one()]
        reasons = tx.scalars(select(Handoff.reason)).all()
    assert [text for speaker, text in said if speaker == "caller"] == ["balance", "(PIN)", "agent"]
    assert any("two thousand four hundred" in text for _, text in said)
    assert problems.count("stream-refused") == 2
    assert reasons == ["asked"]
    turns = [recording for recording in switch.recordings.values() if recording.options.source == "RecordVerb"]
    assert turns
    assert all(recording.deleted for recording in turns)

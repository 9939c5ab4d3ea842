"""A card taken in a conference, through the switch: the caller keys, the agent hears nothing, no digit is kept."""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response, request
from sqlalchemy import select
from werkzeug.serving import make_server

from bench.tools.line import free_ports
from ivr.carrier.port import CarrierError
from ivr.carrier.twilio.account import TwilioAccount
from ivr.carrier.twilio.client import TwilioCarrier
from ivr.carrier.twilio.dialect import twilio_dialect
from ivr.carrier.twilio.signatures import TwilioSignatures
from ivr.clock import SystemClock
from ivr.handoff.state import Attempt, State
from ivr.handoff.warm_transfer import caller_leg
from ivr.ledger.sql import SqlLedger
from ivr.payments.agent_card_service import AgentCards, CardConfig
from ivr.store.engine import Sessions
from ivr.store.models import Account, Agent, Call, CardPayment, Handoff, Outbox
from ivr.web.hooks.cards import make_card_hooks
from switch.config import SwitchConfig
from switch.media.audio import SILENCE, tone
from switch.server import Switch
from switch.sids import now
from tests.fakes.fake_live_updates import FakeLiveUpdates
from tests.harness.eventually import until
from tests.harness.switch_world import Person

pytestmark = pytest.mark.switch

TOKEN, ACCOUNT = "token", "AC" + "1" * 32
GOOD, DECLINED, TYPO = "4242424242424242", "4000000000000002", "4242424242424241"
EXPIRY = f"12{(now().year + 1) % 100:02d}"
ROOM = (
    '<Response><Start><Recording channels="dual"/></Start><Dial><Conference beep="false">room</Conference></Dial>'
    "</Response>"
)


class House:
    """The card service with its webhook, and a switch with caller and agent in a conference."""

    def __init__(self, sessions: Sessions, cards: AgentCards, switch: Switch, logged: list[str]) -> None:
        self.sessions, self.cards, self.switch, self.logged = sessions, cards, switch, logged
        self.caller, self.agent = Person(), Person()

    async def talking(self) -> "House":
        for person in (self.caller, self.agent):
            await self.switch.place(person, "+15550002000")
        await until(lambda: any(len(room.participants) == 2 for room in self.switch.conferences.values()))
        attempt = Attempt(1, sid=self.agent.line.sid, joined=True, outcome="accepted")
        machine = State(caller="in", bridged=True, attempts=(attempt,)).to_json()
        call = Call(sid=self.caller.line.sid, caller="+15550002000", called="+1", started_at=now(), stage="bridged")
        handoff = Handoff(
            id=1, call_sid=call.sid, state="bridged", reason="asked", intent="payment", summary="", agent_id=1,
            machine=machine, requested_at=now(), times={},
        )  # fmt: skip
        with self.sessions.begin() as tx:
            tx.add(Account(id="acc", holder="G", number="4", pin_hash="-", balance=9_000, due=9_000, minimum=100))
            tx.add(
                Agent(
                    id=1, email="ada@bank.test", name="Ada", password_hash="", phone="client:ada", presence_since=now()
                )
            )
            tx.add(call)
            tx.flush()
            tx.add(handoff)
        return self

    async def take(self) -> None:
        await asyncio.to_thread(self.cards.take, 1, 1, "acc", 5_000)

    async def key(self, number: str = GOOD) -> None:
        for field, keys in (("payment-card-number", number), ("expiration-date", EXPIRY), ("security-code", "123")):
            await self.asked_for(field)
            self.caller.press(keys)

    async def asked_for(self, field: str, tries: int = 0) -> None:
        """Until the carrier is capturing the field."""
        await until(lambda: self.row.field == field and self.row.tries == tries and self.capturing() > 0)

    def capturing(self) -> int:
        return len(self.leg.on_dtmf)

    @property
    def leg(self) -> Any:
        return self.switch._exchange.legs[self.caller.line.sid]

    @property
    def row(self) -> CardPayment:
        with self.sessions() as tx:
            return tx.scalars(select(CardPayment)).one()

    @property
    def recording(self) -> str:
        return next(r.status for r in self.switch.recordings.values() if r.leg.sid == self.caller.line.sid)

    async def ended(self, state: str) -> None:
        await until(lambda: self.row.state == state)
        await asyncio.to_thread(self.cards.over, self.row.id, lambda _tx: None)


@pytest.fixture
def house(sessions: Sessions, tmp_path: Path) -> Iterator[Callable[[], House]]:
    web, port = free_ports(2)
    public, logged = f"http://127.0.0.1:{web}", []  # type: tuple[str, list[str]]
    carrier, pool = (
        TwilioCarrier(TwilioAccount(ACCOUNT, TOKEN, "+1", f"http://127.0.0.1:{port}")),
        ThreadPoolExecutor(2),
    )
    ledger, live = SqlLedger(sessions, SystemClock()), FakeLiveUpdates()  # type: tuple[SqlLedger, Any]
    cards = AgentCards(
        sessions,
        SystemClock(),
        carrier,
        live,
        ledger,
        CardConfig(public, "ws://127.0.0.1:9/media", UTC),
        caller_leg=caller_leg,
        spawn=pool.submit,
    )
    app = Flask(__name__)
    app.before_request(lambda: logged.append(str(request.values.to_dict())))
    app.register_blueprint(
        make_card_hooks(cards, twilio_dialect(TwilioSignatures(TOKEN, public, "ws://127.0.0.1:9/media")))
    )
    app.add_url_rule("/voice", view_func=lambda: Response(ROOM, content_type="text/xml"), methods=["POST"])
    server = make_server("127.0.0.1", web, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    config = SwitchConfig(
        ACCOUNT, TOKEN, "+1", f"{public}/voice", f"{public}/voice", f"{public}/voice", tmp_path, port=port,
        recording_delay=0.05,
    )  # fmt: skip
    yield lambda: House(sessions, cards, Switch(config, lambda _: tone((440,), 0.1)), logged)
    server.shutdown()
    thread.join()
    pool.shutdown()


def played(house: House, story: Callable[[House], Any]) -> None:
    async def play() -> None:
        await house.switch.start()
        try:
            await story(await house.talking())
        finally:
            await house.switch.stop()

    asyncio.run(play())


def test_a_card_is_keyed_charged_and_heard_by_nobody(house: Callable[[], House], tmp_path: Path) -> None:
    async def story(h: House) -> None:
        await asyncio.sleep(0.1)
        h.agent.heard.clear()
        await h.take()
        await h.asked_for("payment-card-number")
        assert h.recording == "paused"
        await h.key()
        await h.ended("success")
        assert h.recording == "in-progress"
        assert len(h.row.confirmation) == 8
        assert set(h.agent.heard) <= {SILENCE}
        with h.sessions() as tx:
            topics = tx.scalars(select(Outbox.topic)).all()
        assert sorted(topics) == ["card.book", "card.over", "text.send"]
        database = b"".join(path.read_bytes() for path in tmp_path.glob("test.db*"))
        assert GOOD not in str(h.logged) and GOOD.encode() not in database and b"4242" not in database
        assert GOOD not in str(h.switch.trace)

    played(house(), story)


def test_a_typing_error_is_asked_for_again_and_a_refused_card_is_not_booked(house: Callable[[], House]) -> None:
    async def story(h: House) -> None:
        await h.take()
        await h.asked_for("payment-card-number")
        h.caller.press(TYPO)
        await h.asked_for("payment-card-number", tries=1)
        h.caller.press(DECLINED)
        await h.asked_for("expiration-date")
        h.caller.press(EXPIRY)
        await h.asked_for("security-code")
        h.caller.press("123")
        await h.ended("declined")
        assert h.recording == "in-progress"
        with h.sessions() as tx:
            assert "card.book" not in tx.scalars(select(Outbox.topic)).all()

    played(house(), story)


def test_an_entry_that_the_agent_stops_takes_no_more_keys(house: Callable[[], House]) -> None:
    async def story(h: House) -> None:
        await h.take()
        await h.asked_for("payment-card-number")
        assert await asyncio.to_thread(h.cards.cancel, 1, 1)
        await h.ended("cancelled")
        assert (h.capturing(), h.recording) == (0, "in-progress")

    played(house(), story)


def test_a_caller_who_hangs_up_in_the_middle_is_not_charged(house: Callable[[], House]) -> None:
    async def story(h: House) -> None:
        await h.take()
        await h.asked_for("payment-card-number")
        h.caller.press(GOOD[:7])
        h.caller.hang_up()
        await h.ended("hung-up")

    played(house(), story)


@pytest.mark.parametrize(
    "path",
    [
        "/Calls/{call}/Recordings/{recording}.json",
        "/Calls/{call}/Payments.json",
        "/Calls/{call}/Payments/{payment}.json",
        "/Calls/{call}/Streams.json",
    ],
)
def test_a_card_is_taken_once_though_an_answer_of_the_carrier_is_lost(house: Callable[[], House], path: str) -> None:
    async def story(h: House) -> None:
        h.switch.faults.lose("POST", path)
        await h.take()
        await h.key()
        await until(lambda: h.row.state == "success")
        with contextlib.suppress(CarrierError):  # the job that saw no answer is done again
            await asyncio.to_thread(h.cards.over, h.row.id, lambda _tx: None)
        await asyncio.to_thread(h.cards.over, h.row.id, lambda _tx: None)
        assert h.switch.faults.pending == 0
        assert h.recording == "in-progress"
        with h.sessions() as tx:
            topics = sorted(tx.scalars(select(Outbox.topic)).all())
        assert topics == ["card.book", "card.over", "text.send"]

    played(house(), story)

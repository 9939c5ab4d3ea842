"""Payment exactly once: everything that a payment call sends is repeated and re-ordered, and one charge is made each.

A caller who answers whatever is asked pays the minimum, from an account or by card. At random, webhooks come up to
three times and again much later, messages of the socket come twice and late, sockets are lost, events and questions to
the ledger are handed in twice, jobs run up to three times, and some callers hang up while their card is taken.
"""

import asyncio
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import select

from ivr.calls.dialogue_service import DialogueService
from ivr.calls.dialogue_steps import Applied
from ivr.channels.conversation import Conversation, Threads
from ivr.channels.media_app import Once
from ivr.dialogue.actions import AnswerKind, Query
from ivr.dialogue.events import Event as Happening
from ivr.dialogue.state import State
from ivr.ledger.sql import SqlLedger
from ivr.store.engine import Sessions
from ivr.store.models import Account, Call, Outbox, Payment
from speech import events as speech
from speech.events import Close, Command, Listen, Speak
from tests.fakes.fake_executor import FakeExecutor
from tests.harness.call_line import Post
from tests.harness.calls import Calls

pytestmark = pytest.mark.integration

RUNS = 50
OWED, PAID = 245017, 3500
FUNDS = [{"name": "checking", "available": 380000}, {"name": "savings", "available": 1250000}]
KEYS = {"pin": "2749", "amount": "2", "date": "1", "agreed": "1", "receipt": "2", "rating": "5"}
SUCCESS = {"Result": "success", "PaymentConfirmationCode": "48151623"}
DECLINED = {"Result": "payment-connector-error", "ConnectorError": "card_declined"}


class Twice:
    """The dialogue service, given each event and each question to the ledger once or twice."""

    def __init__(self, service: DialogueService, chance: random.Random) -> None:
        self._service, self._chance = service, chance

    def __getattr__(self, name: str) -> Any:
        return getattr(self._service, name)

    def hear(self, sid: str, turn: speech.UserTurn, expect: AnswerKind, *rest: Any) -> Applied:
        key, *stream = rest
        return self.apply(sid, self._service.event_of(turn, expect), key, turn, *stream)

    def apply(self, sid: str, event: Happening, key: str, *rest: Any) -> Applied:
        applied = self._service.apply(sid, event, key, *rest)
        if self._chance.random() < 0.3:
            assert self._service.apply(sid, event, key, *rest) == Applied()
        return applied

    def ask(self, sid: str, query: Query) -> Happening:
        answers = [self._service.ask(sid, query) for _ in range(self._chance.randint(1, 2))]
        return self._chance.choice(answers)


@dataclass
class FakeSession:
    """A session of keys and marks: no sound, no waiting."""

    expected: int = 1
    closed: bool = False
    pressed: str = ""
    unheard: list[str] = field(default_factory=list)

    def tell(self, commands: Sequence[Command]) -> None:
        for command in commands:
            match command:
                case Speak():
                    self.unheard.append(command.id)
                case Listen():
                    self.expected, self.pressed = command.expect.digits or 1, ""
                case Close():
                    self.closed = True

    def take(self, text: str) -> speech.Event | None:
        message = json.loads(text)
        if message["event"] == "mark":
            return speech.Spoken(message["mark"]["name"], 0.0, 1.0, {})
        self.pressed += message["dtmf"]["digit"]
        if len(self.pressed) < self.expected:
            return None
        pressed, self.pressed = self.pressed, ""
        return speech.DtmfDigits(pressed, 1.0)


class Carrier:
    """One call. Webhooks are repeated now and later; the answer to the last repetition is what is run."""

    def __init__(self, sid: str, post: Post, calls: Calls, sessions: Sessions, seed: int) -> None:
        self.chance = random.Random(seed)
        self.sid, self._post, self._sessions = sid, post, sessions
        self.dialogue: Any = Twice(calls.dialogue, self.chance)
        self.by_card = self.chance.random() < 0.5
        self.declines = self.chance.random() < 0.3
        self.drops = self.chance.choice([0, 0, 1])
        self.late: list[tuple[str, dict[str, str]]] = []

    async def call(self) -> None:
        document = self.send("/voice/incoming")
        while (verb := self._next(document)) is not None:
            if verb.tag == "Pay":
                document = self._take_card(verb)
            else:
                await self._stream(str(verb[0][0].get("value")))
                document = self.send("/voice/resume")
        self.send("/voice/status", CallStatus="completed")
        self.later(len(self.late), ended=True)

    def send(self, path: str, **form: str) -> ET.Element:
        form = {"CallSid": self.sid, "CallStatus": "in-progress", **form}
        self.late += [(path, form)] * self.chance.randint(0, 1)
        for _ in range(self.chance.randint(1, 3)):
            answer = self._post(path, **form)
        assert answer.status_code in (200, 204)
        return ET.fromstring(answer.get_data(as_text=True) or "<Response/>")

    def later(self, most: int, *, ended: bool = False) -> None:
        """Some of what was sent comes once more; a resume now would be a lost socket, and three bring a person."""
        fit = [known for known in self.late if ended or known[0] != "/voice/resume"]
        for known in self.chance.sample(fit, min(most, len(fit))):
            self.late.remove(known)
            self._post(known[0], **known[1])

    def _next(self, document: ET.Element) -> ET.Element | None:
        stream = document.find("Connect")
        return document.find("Pay") if stream is None else stream

    def _take_card(self, pay: ET.Element) -> ET.Element:
        assert pay.get("chargeAmount") == "35.00"
        path = str(pay.get("action")).removeprefix("https://line.example.com")
        if self.declines:
            self.declines = False
            return self.send(path, **DECLINED)
        if self.chance.random() < 0.2:  # hangs up as soon as the card is charged
            if self.chance.random() < 0.5:
                self.send("/voice/status", CallStatus="completed")
            return self.send(path, **SUCCESS, CallStatus="completed")
        return self.send(path, **SUCCESS)

    async def _stream(self, token: str) -> None:
        inline, pad, once = FakeExecutor(), FakeSession(), Once()
        connected = self.dialogue.connect(self.sid, token)
        number = iter(range(1, 10_000))
        async with asyncio.TaskGroup() as tasks:
            talk = Conversation(self.dialogue, self.sid, connected, pad, Threads(inline, inline), tasks)
            pad.tell(await talk.opening())
            await settled(talk)
            for _ in range(40):
                if pad.closed or self._lost():
                    break
                await self._hear(talk, pad, once, number)
                self.later(self.chance.randint(0, 1))
            talk.close()

    def _lost(self) -> bool:
        lost = self.drops > 0 and self.chance.random() < 0.1
        self.drops -= lost
        return lost

    async def _hear(self, talk: Conversation, pad: FakeSession, once: Once, number: Iterator[int]) -> None:
        said = self._answer()
        if isinstance(said, speech.UserTurn):
            await talk.handle(said)
            await settled(talk)
            return
        for text in self._messages(pad, said, number):
            event = pad.take(text) if once(text) and not pad.closed else None
            if event is not None:
                await talk.handle(event)
            if self.chance.random() < 0.5:
                await settled(talk)
        await settled(talk)

    def _messages(self, pad: FakeSession, keys: str, number: Iterator[int]) -> list[str]:
        """Keys in their order, marks anywhere between them, and copies of both anywhere after."""
        texts = [json.dumps({"event": "dtmf", "sequenceNumber": str(next(number)), "dtmf": {"digit": k}}) for k in keys]
        for name in pad.unheard:
            mark = json.dumps({"event": "mark", "sequenceNumber": str(next(number)), "mark": {"name": name}})
            texts.insert(self.chance.randint(0, len(texts)), mark)
        pad.unheard = []
        for at in reversed(range(len(texts))):
            if self.chance.random() < 0.3:
                texts.insert(self.chance.randint(at + 1, len(texts)), texts[at])
        return texts

    def _answer(self) -> str | speech.UserTurn:
        """What the caller says or keys to the question before him."""
        with self._sessions() as tx:
            state = State.from_json(tx.get_one(Call, self.sid).dialogue or {})
        if state.question == "source":
            return "3" if self.by_card else "1"
        if state.question in KEYS:
            return KEYS[state.question]
        return speech.UserTurn("bye" if "paid" in state.noted else "pay", 0.9, (), 1.0, 2.0, {})


async def settled(talk: Conversation) -> None:
    """Until no question to the ledger is open."""
    while talk._asking:
        await asyncio.sleep(0)


def work_off(carrier: Carrier, ledger: SqlLedger, sessions: Sessions) -> None:
    """The jobs that book cards, each as often as it happens."""
    with sessions() as tx:
        rows = [row.payload for row in tx.scalars(select(Outbox).where(Outbox.topic == "card.book"))]
    jobs = [row for row in rows if row["key"].startswith(carrier.sid) for _ in range(carrier.chance.randint(1, 3))]
    carrier.chance.shuffle(jobs)
    for job in jobs:
        on = date.fromisoformat(job["on"])
        ledger.book_card(job["key"], job["account"], job["amount"], job["confirmation"], on)


def reset(sessions: Sessions) -> None:
    with sessions.begin() as tx:
        account = tx.get_one(Account, "acc-1")
        account.balance, account.due, account.minimum, account.funds = OWED, OWED, PAID, FUNDS


def check(carrier: Carrier, sessions: Sessions, seed: int) -> None:
    with sessions() as tx:
        payments = tx.scalars(select(Payment).where(Payment.key.startswith(carrier.sid))).all()
        account, call = tx.get_one(Account, "acc-1"), tx.get_one(Call, carrier.sid)
        made = [(payment.state, payment.amount, payment.source == "card") for payment in payments]
        assert made == [("made", PAID, carrier.by_card)], f"seed {seed}"
        assert (account.balance, call.outcome) == (OWED - PAID, "resolved"), f"seed {seed}"
        funds = sum(fund["available"] for fund in account.funds)
        assert funds == 1630000 - (0 if carrier.by_card else PAID), f"seed {seed}"


@pytest.mark.timeout(600)  # seconds of work on a free machine, minutes on a busy one
@pytest.mark.parametrize(
    "first", [0, *(pytest.param(first, marks=pytest.mark.slow) for first in range(RUNS, 500, RUNS))]
)
def test_however_often_and_in_whatever_order_it_all_comes_one_charge_is_made(
    first: int, post: Post, calls: Calls, ledger: SqlLedger, sessions: Sessions
) -> None:
    for seed in range(first, first + RUNS):
        reset(sessions)
        carrier = Carrier(f"CA{seed:032x}", post, calls, sessions, seed)
        asyncio.run(carrier.call())
        work_off(carrier, ledger, sessions)
        check(carrier, sessions, seed)

"""A caller who pays by card, over webhooks and the media process."""

from xml.etree import ElementTree as ET

from sqlalchemy import select
from werkzeug.test import TestResponse

from ivr.calls.dialogue_steps import Applied
from ivr.dialogue.actions import Query
from ivr.dialogue.events import Keyed
from ivr.store.engine import Sessions
from ivr.store.models import Outbox
from ivr.store.stream_tokens import Connected
from speech.events import UserTurn
from tests.harness.call_line import SID, Post
from tests.harness.calls import Calls

FULL, CARD, YES = "1", "3", "1"


GOOD = {"Result": "success", "PaymentConfirmationCode": "48151623", "PaymentCardNumber": "xxxxxxxxxxxx4242"}


class CardCaller:
    """A caller on the line as carrier and media process bring him: webhooks posted, events applied."""

    def __init__(self, post: Post, calls: Calls) -> None:
        self.post, self.calls, self.stream, self.number = post, calls, 0, 0

    def connect(self, document: TestResponse) -> Applied:
        """The carrier opens the socket that the document names; the bot says its first words there."""
        parameter = ET.fromstring(document.get_data(as_text=True)).find("Connect/Stream/Parameter")
        assert parameter is not None
        self.connected: Connected = self.calls.dialogue.connect(SID, parameter.get("value", ""))
        self.stream, self.number = self.connected.number, 0
        return self.follow(self.apply(self.calls.dialogue.opening(self.connected)))

    def apply(self, event: object, turn: UserTurn | None = None) -> Applied:
        self.number += 1
        return self.calls.dialogue.apply(SID, event, f"s{self.stream}.{self.number}", turn)  # type: ignore[arg-type]

    def say(self, text: str) -> Applied:
        heard = UserTurn(text, 0.9, (), 1.0, 1.5, {})
        return self.follow(self.apply(self.calls.dialogue.event_of(heard, "open"), heard))

    def key(self, digits: str) -> Applied:
        return self.follow(self.apply(Keyed(digits), UserTurn.of_keys(digits, 2.0)))

    def follow(self, applied: Applied) -> Applied:
        done = applied.actions
        while done and isinstance(done[-1][1], Query):
            done = (*done, *self.apply(self.calls.dialogue.ask(SID, done[-1][1])).actions)
            if len(done) == len(applied.actions):
                break
            applied = Applied(done)
        return applied

    def agree(self) -> Applied:
        """As far as the yes to paying everything by card."""
        self.connect(self.post("/voice/incoming"))
        self.say("pay")
        for keys in ("2749", FULL, CARD):
            self.key(keys)
        return self.key(YES)


def verbs(response: TestResponse) -> list[str]:
    assert response.status_code == 200
    return [verb.tag for verb in ET.fromstring(response.get_data(as_text=True))]


def paid_url(document: TestResponse) -> str:
    entry = ET.fromstring(document.get_data(as_text=True)).find("Pay")
    assert entry is not None
    return entry.get("action", "").removeprefix("https://line.example.com")


def promised(sessions: Sessions, topic: str) -> list[Outbox]:
    with sessions() as tx:
        return list(tx.scalars(select(Outbox).where(Outbox.topic == topic)))

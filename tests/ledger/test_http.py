"""A ledger over HTTP: asked as its contract says, tried again only where that is safe."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import httpx
import pytest
import yaml
from openapi_core import OpenAPI
from openapi_core.testing import MockRequest

from ivr.dialogue.events import Paid, PinChecked, Refused
from ivr.ledger.http import HttpLedger
from ivr.ledger.port import LedgerError

pytestmark = pytest.mark.unit

CONTRACT = Path(__file__).parents[2] / "docs" / "ledger-api.yaml"
URL = "https://ledger.example.com/v1"
ACCOUNT = {"balance": 245017, "currency": "USD", "owed": True, "due": 245017, "minimum": 3500, "sources": ["checking"]}
PAYMENT = {"confirmation": "1234", "amount": 5000, "on": "2026-03-02"}
TODAY = date(2026, 3, 2)


class FakeBank:
    """Answers each request in turn with a status and a body, or with an error to raise."""

    def __init__(self, *answers: tuple[int, object] | Exception) -> None:
        self.answers, self.asked = list(answers), list[httpx.Request]()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer[0], json=answer[1])


def ledger(bank: FakeBank) -> HttpLedger:
    return HttpLedger(URL, "secret", httpx.MockTransport(bank))


ASK: dict[str, tuple[Callable[[HttpLedger], object], object]] = {
    "phone": (lambda it: it.find_by_phone("(555) 010-0001"), {"account": "acc-1"}),
    "number": (lambda it: it.find_by_number("40012345"), {"account": None}),
    "pin": (lambda it: it.check_pin("acc-1", "2749"), {"ok": True}),
    "mobile": (lambda it: it.mobile("acc-1"), {"mobile": "+15550100001"}),
    "facts": (lambda it: it.facts("acc-1"), ACCOUNT),
    "pay": (lambda it: it.pay("CA1:7", "acc-1", 5000, "checking", TODAY), PAYMENT),
    "card": (lambda it: it.book_card("CA1:8", "acc-1", 5000, "48151623", TODAY), {}),
}


@pytest.mark.parametrize("name", ASK)
def test_every_request_is_valid_by_the_contract(name: str) -> None:
    ask, answer = ASK[name]
    bank = FakeBank((200, answer))
    ask(ledger(bank))
    sent = bank.asked[0]
    request = MockRequest(
        "https://ledger.example.com",
        sent.method.lower(),
        sent.url.raw_path.decode().partition("?")[0],
        args=dict(sent.url.params),
        headers=dict(sent.headers),
        data=sent.content or None,
    )
    OpenAPI.from_dict(yaml.safe_load(CONTRACT.read_text())).validate_request(request)


def test_answers_are_read() -> None:
    assert ASK["phone"][0](ledger(FakeBank((200, {"account": "acc-1"})))) == "acc-1"
    assert ASK["pin"][0](ledger(FakeBank((200, {"ok": False, "locked": True})))) == PinChecked(ok=False, locked=True)
    assert ASK["mobile"][0](ledger(FakeBank((200, {"mobile": "+15550100001"})))) == "+15550100001"
    assert ASK["mobile"][0](ledger(FakeBank((200, {"mobile": None})))) is None
    assert ASK["pay"][0](ledger(FakeBank((200, PAYMENT)))) == Paid("1234", 5000, TODAY)
    assert ASK["pay"][0](ledger(FakeBank((409, {"why": "limit"})))) == Refused("limit")
    facts = ledger(FakeBank((200, ACCOUNT))).facts("acc-1")
    assert facts is not None
    assert (facts.balance, facts.sources) == (245017, ("checking",))
    assert (facts.funds, facts.locked) == ((), False), "a ledger need not give what an agent alone sees"
    more = {"funds": [{"name": "checking", "available": 91200}], "locked": True}
    facts = ledger(FakeBank((200, {**ACCOUNT, **more}))).facts("acc-1")
    assert facts is not None
    assert (facts.funds, facts.locked) == ((("checking", 91200),), True)


def test_an_unknown_account_is_none() -> None:
    assert ledger(FakeBank((404, {}))).facts("acc-9") is None
    assert ledger(FakeBank((404, {}))).check_pin("acc-9", "1234") == PinChecked(ok=False)


def test_a_withheld_number_is_not_asked_about() -> None:
    bank = FakeBank()
    assert ledger(bank).find_by_phone("anonymous") is None
    assert bank.asked == []


@pytest.mark.parametrize("name", ["phone", "facts", "pay"])
@pytest.mark.parametrize("failure", [httpx.ReadTimeout("late"), httpx.ConnectError("away"), (503, {})])
def test_what_may_be_repeated_is_tried_again(name: str, failure: Exception | tuple[int, object]) -> None:
    ask, answer = ASK[name]
    bank = FakeBank(failure, (200, answer))
    ask(ledger(bank))
    first, second = bank.asked
    assert (first.url, first.content) == (second.url, second.content)


@pytest.mark.parametrize("failure", [httpx.ReadTimeout("late"), (503, {})])
def test_a_pin_is_offered_once(failure: Exception | tuple[int, object]) -> None:
    bank = FakeBank(failure)
    with pytest.raises(LedgerError):
        ledger(bank).check_pin("acc-1", "2749")
    assert len(bank.asked) == 1


@pytest.mark.parametrize("answer", [(500, {}), (401, {}), (200, {"balance": "much"}), (200, [])])
def test_an_answer_that_breaks_the_contract_is_an_error_without_its_content(answer: tuple[int, object]) -> None:
    with pytest.raises(LedgerError) as error:
        ledger(FakeBank(answer)).facts("acc-1")
    assert "much" not in str(error.value)


def test_an_answer_that_cannot_be_decoded_leaves_a_payment_in_doubt() -> None:
    def garbled(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=httpx.ByteStream(b"no gzip"))

    ledger = HttpLedger("https://ledger.example.com/v1", "", httpx.MockTransport(garbled))
    with pytest.raises(LedgerError) as told:
        ledger.pay("CA1:2", "acc-1", 100, "checking", date(2026, 5, 4))
    assert told.value.reached


def test_two_failures_are_the_end() -> None:
    with pytest.raises(LedgerError, match="ReadTimeout"):
        ledger(FakeBank(httpx.ReadTimeout("late"), httpx.ReadTimeout("late"))).facts("acc-1")


def test_the_token_travels_in_the_header_and_the_pin_in_the_body() -> None:
    bank = FakeBank((200, {"ok": True}))
    ledger(bank).check_pin("acc-1", "2749")
    assert bank.asked[0].headers["Authorization"] == "Bearer secret"
    assert json.loads(bank.asked[0].content) == {"pin": "2749"}
    assert "2749" not in str(bank.asked[0].url)

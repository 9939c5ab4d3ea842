"""A ledger kept elsewhere, asked over HTTP as docs/ledger-api.yaml says."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Self, TypeVar
from urllib.parse import quote

import httpx
from pydantic import BaseModel, Field, ValidationError

from ivr.dialling.phone_numbers import e164, mobile
from ivr.dialogue.currencies import MOST
from ivr.dialogue.events import Paid, PinChecked, Refused
from ivr.dialogue.facts import Facts, Transaction
from ivr.ledger.port import Holder, Ledger, LedgerError

TIMEOUT = httpx.Timeout(2.5, connect=1.0)  # two tries end before the caller is told that we could not
PASSING = frozenset({502, 503, 504})
NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)  # nobody has read what we asked


Minor = Annotated[int, Field(ge=-MOST, le=MOST)]


class _FoundAccount(BaseModel):
    account: str | None


class _PinCheck(BaseModel):
    ok: bool
    locked: bool = False


class _Mobile(BaseModel):
    mobile: str | None


class _Transaction(BaseModel):
    on: date
    text: str
    amount: Minor


class _Fund(BaseModel):
    name: str
    available: Minor


class _Account(BaseModel):
    balance: Minor
    currency: str
    owed: bool
    due: Minor
    minimum: Minor
    due_on: date | None = None
    sources: list[str] = []
    transactions: list[_Transaction] = []
    funds: list[_Fund] = []
    locked: bool = False
    holder: str | None = None
    number: str | None = None
    phone: str | None = None


class _Payment(BaseModel):
    confirmation: str
    amount: Minor
    on: date


class _Refusal(BaseModel):
    why: str


Shape = TypeVar("Shape", bound=BaseModel)


class HttpLedger(Ledger):
    """Reads and keyed payments are tried twice; a PIN is offered once, as each offer counts."""

    def __init__(self, url: str, token: str, transport: httpx.BaseTransport | None = None) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._client = httpx.Client(base_url=url, headers=headers, timeout=TIMEOUT, transport=transport)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def find_by_phone(self, number: str) -> str | None:
        spelled = e164(number)
        return self._find({"phone": spelled}) if spelled else None

    def find_by_number(self, number: str) -> str | None:
        return self._find({"number": number}) if number else None

    def check_pin(self, account: str, pin: str) -> PinChecked:
        answer = self._ask("POST", f"{_account(account)}/pin-checks", tries=1, json={"pin": pin})
        if answer.status_code == 404:
            return PinChecked(ok=False)
        checked = _read(_PinCheck, answer)
        return PinChecked(checked.ok, checked.locked)

    def unlock(self, account: str) -> None:
        answer = self._ask("DELETE", f"{_account(account)}/pin-lock")
        if not answer.is_success:
            raise LedgerError(f"the ledger answered DELETE with {answer.status_code}: it unlocks no PINs from here")

    def mobile(self, account: str) -> str | None:
        answer = self._ask("GET", f"{_account(account)}/mobile")
        number = None if answer.status_code == 404 else _read(_Mobile, answer).mobile
        return mobile(number) if number else None

    def facts(self, account: str) -> Facts | None:
        answer = self._ask("GET", _account(account))
        return None if answer.status_code == 404 else _facts(_read(_Account, answer))

    def holder(self, account: str) -> Holder | None:
        answer = self._ask("GET", _account(account))
        if answer.status_code == 404:
            return None
        found = _read(_Account, answer)
        return Holder(found.holder, found.number, (found.phone and e164(found.phone)) or None)

    def pay(self, key: str, account: str, amount: int, source: str, on: date) -> Paid | Refused:
        wanted = {"account": account, "amount": amount, "source": source, "on": on.isoformat()}
        answer = self._ask("PUT", f"payments/{quote(key, safe='')}", json=wanted)
        if answer.status_code == 409:
            return Refused(_read(_Refusal, answer, 409).why)
        paid = _read(_Payment, answer)
        return Paid(paid.confirmation, paid.amount, paid.on)

    def book_card(self, key: str, account: str, amount: int, confirmation: str, on: date) -> None:
        charged = {"account": account, "amount": amount, "confirmation": confirmation, "on": on.isoformat()}
        answer = self._ask("PUT", f"card-payments/{quote(key, safe='')}", json=charged)
        if not answer.is_success:
            raise LedgerError(f"the ledger answered PUT with {answer.status_code}")

    def _find(self, by: Mapping[str, str]) -> str | None:
        return _read(_FoundAccount, self._ask("GET", "accounts", params=by)).account

    def _ask(self, method: str, path: str, tries: int = 2, **content: Any) -> httpx.Response:
        reached = False
        for left in reversed(range(tries)):
            try:
                answer = self._client.request(method, path, **content)
            except httpx.RequestError as error:
                reached = reached or not isinstance(error, NEVER_SENT)
                if not left:
                    words = f"the ledger did not answer {method}: {type(error).__name__}"
                    raise LedgerError(words, reached=reached) from error
                continue
            if answer.status_code not in PASSING or not left:
                return answer
            reached = True
        raise AssertionError("tries must be at least 1")


def _account(account: str) -> str:
    return f"accounts/{quote(account, safe='')}"


def _read(shape: type[Shape], answer: httpx.Response, status: int | None = None) -> Shape:
    if not (answer.is_success if status is None else answer.status_code == status):
        raise LedgerError(f"the ledger answered {answer.request.method} with {answer.status_code}")
    try:
        return shape.model_validate_json(answer.content)
    except ValidationError as error:
        # the answer itself is not shown: it may hold an account's data
        raise LedgerError(f"the ledger's answer to {answer.request.method} is not as its contract says") from error


def _facts(found: _Account) -> Facts:
    return Facts(
        found.balance,
        found.currency,
        found.owed,
        found.due,
        found.minimum,
        found.due_on,
        tuple(found.sources),
        tuple(Transaction(row.on, row.text, row.amount) for row in found.transactions),
        tuple((fund.name, fund.available) for fund in found.funds),
        found.locked,
    )

"""Accounts of the SQL ledger from rows of a file: each is added, or brought up to date, by its number."""

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import InvalidHashError
from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.dialling.phone_numbers import e164
from ivr.dialogue import currencies
from ivr.secret_hashes import PIN_HASHER, verify
from ivr.store.models import Account

COLUMNS = ("number", "name", "phone", "pin", "pin_hash", "balance", "currency", "due", "minimum", "due_on")
NEEDED = ("number", "name", "balance")
EXAMPLE = ("40012345", "Morgan Reyes", "+15551230000", "2749", "", "2450.17", "USD", "2450.17", "35.00", "2026-12-15")
MONEY = ("balance", "due", "minimum")
Result = Literal["added", "changed", "same"]


class AccountRefusedError(ValueError):
    """A row is not an account; the message says why, and never holds a PIN."""


def import_account(tx: Session, cells: dict[str, str], hasher: PasswordHasher = PIN_HASHER) -> Result:
    """Add the account or change what is given of it; an empty cell leaves what is there.

    Amounts are written as the currency is ("2450.17"). The PIN stands in four digits or as an Argon2 hash.
    Raises AccountRefusedError.
    """
    number = cells.get("number", "")
    if not re.fullmatch(r"[0-9]{4,28}", number):
        raise AccountRefusedError(f"number {number!r} is not 4 to 28 digits")
    account = tx.scalar(select(Account).where(Account.number == number))
    given = _given(cells, account.currency if account else "USD")
    pin_hash = _pin_hash(cells, account, hasher)
    if pin_hash is not None:
        given["pin_hash"] = pin_hash
    if account is None:
        missing = [name for name in ("holder", "balance", "pin_hash") if name not in given]
        if missing:
            words = {"holder": "name", "pin_hash": "pin or pin_hash"}
            raise AccountRefusedError(f"a new account needs {', '.join(words.get(one, one) for one in missing)}")
        tx.add(Account(id=f"acc-{number}", number=number, **given))
        tx.flush()
        return "added"
    changed = {name: value for name, value in given.items() if getattr(account, name) != value}
    for name, value in changed.items():
        setattr(account, name, value)
    return "changed" if changed else "same"


def _given(cells: dict[str, str], currency: str) -> dict[str, Any]:
    """What a row says of the account, by the names of its columns in the table."""
    given: dict[str, Any] = {}
    if name := cells.get("name"):
        given["holder"] = name
    if written := cells.get("currency"):
        if not re.fullmatch(r"[A-Z]{3}", written):
            raise AccountRefusedError(f"currency {written!r} is not three capital letters like USD")
        given["currency"] = currency = written
    if phone := cells.get("phone"):
        given["phone"] = e164(phone) if phone.startswith("+") else None
        if given["phone"] is None:
            raise AccountRefusedError(f"phone {phone!r} is not a number like +15551230000")
    for name in MONEY:
        if amount := cells.get(name):
            given[name] = _minor(name, amount, currency)
    if due_on := cells.get("due_on"):
        try:
            given["due_on"] = date.fromisoformat(due_on)
        except ValueError:
            raise AccountRefusedError(f"due_on {due_on!r} is not a day like 2026-12-15") from None
    return given


def _minor(name: str, amount: str, currency: str) -> int:
    try:
        minor = currencies.minor(Decimal(amount), currency)
    except InvalidOperation:
        minor = None
    if minor is None or (minor < 0 and name != "balance"):
        raise AccountRefusedError(f"{name} {amount!r} is not an amount in {currency} like 2450.17")
    return minor


def _pin_hash(cells: dict[str, str], account: Account | None, hasher: PasswordHasher) -> str | None:
    """The hash to keep; None where the row leaves the PIN as it is."""
    pin, hashed = cells.get("pin", ""), cells.get("pin_hash", "")
    if pin and hashed:
        raise AccountRefusedError("both pin and pin_hash are given; one is enough")
    if hashed:
        try:
            extract_parameters(hashed)
        except InvalidHashError:
            raise AccountRefusedError("pin_hash is not an Argon2 hash like $argon2id$v=19$...") from None
        return hashed
    if not pin:
        return None
    if not re.fullmatch(r"[0-9]{4}", pin):
        raise AccountRefusedError("the PIN is not four digits")
    return None if account is not None and verify(account.pin_hash, pin) else hasher.hash(pin)

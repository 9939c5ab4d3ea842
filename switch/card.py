"""A card as it is keyed in: which fields, when each is complete, what is wrong with it, and what of it may be shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

NUMBER, EXPIRY, CODE, POSTAL = "payment-card-number", "expiration-date", "security-code", "postal-code"
DECLINED = "4000000000000002"
_BRANDS = {"visa": ("4",), "mastercard": ("51", "52", "53", "54", "55", "2"), "amex": ("34", "37"), "discover": ("6",)}


@dataclass(frozen=True)
class Field:
    """One thing to key in: its name, what is said when the document has no prompt, and its parameter."""

    name: str
    prompt: str
    param: str
    error: str


FIELDS = {
    NUMBER: Field(NUMBER, "Please key in your card number.", "PaymentCardNumber", "invalid-card-number"),
    EXPIRY: Field(EXPIRY, "Please key in the expiry date, two digits each for month and year.", "ExpirationDate",
                  "invalid-date"),
    CODE: Field(CODE, "Please key in the security code of your card.", "SecurityCode", "invalid-security-code"),
    POSTAL: Field(POSTAL, "Please key in your postal code, then the pound key.", "PaymentCardPostalCode",
                  "invalid-postal-code"),
}  # fmt: skip


def brand(number: str) -> str:
    """The kind of card, by the first digits; empty for one that is not known."""
    return next((kind for kind, firsts in _BRANDS.items() if number.startswith(firsts)), "")


def length(field: str, number: str) -> int:
    """How many keys complete the field; 0: only `#` does. `number`: the card number as far as it is keyed in."""
    amex = brand(number) == "amex"
    return {NUMBER: 15 if amex else 16, EXPIRY: 4, CODE: 4 if amex else 3}.get(field, 0)


def error_of(field: str, keys: str, number: str, kinds: frozenset[str], today: date, shortest: int) -> str:
    """The carrier's name for what is wrong with the keys of a field; empty when nothing is."""
    if field == NUMBER and _luhn(keys) and len(keys) == length(NUMBER, keys):
        return "" if brand(keys) in kinds else "invalid-card-type"
    good = {
        EXPIRY: lambda: _is_current(keys, today),
        CODE: lambda: len(keys) == length(CODE, number),
        POSTAL: lambda: len(keys) >= max(shortest, 1),
    }.get(field)
    return "" if good is not None and good() else FIELDS[field].error


def masked(keyed: Mapping[str, str]) -> dict[str, str]:
    """What the customer's server is told of the fields that are complete."""
    shown = {FIELDS[name].param: keys for name, keys in keyed.items()}
    if number := keyed.get(NUMBER):
        shown["PaymentCardNumber"] = "x" * (len(number) - 4) + number[-4:]
        shown["PaymentCardType"] = brand(number)
    if code := keyed.get(CODE):
        shown["SecurityCode"] = "*" * len(code)
    return shown


def _luhn(number: str) -> bool:
    doubled = [sum(divmod(2 * int(digit), 10)) for digit in number[-2::-2]]
    return number.isdigit() and (sum(doubled) + sum(map(int, number[-1::-2]))) % 10 == 0


def _is_current(expiry: str, today: date) -> bool:
    """`expiry` is MMYY, and the card is good to the end of that month."""
    if len(expiry) != 4:
        return False
    month, year = int(expiry[:2]), 2000 + int(expiry[2:])
    return 1 <= month <= 12 and (year, month) >= (today.year, today.month)

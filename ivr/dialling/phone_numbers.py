"""Telephone numbers and the other addresses that a call can have: what they are, and how they are read out.

Facts of the numbering plans alone; which of them the line may call is `ivr.dialling.policy`.
"""

import re

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumberType

LETTERS = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999", strict=True))
HIDDEN = (
    "anonymous", "restricted", "unknown", "unavailable", "private", "blocked", "withheld", "hidden",
    "not available", "no caller id", "out of area", "international",
)  # fmt: skip
# carriers send the words as they are, or keyed on a telephone ("+266696687" is ANONYMOUS)
HIDDEN_DIGITS = frozenset("".join(LETTERS[sign] for sign in word.upper() if sign in LETTERS) for word in HIDDEN)
SPELLING = re.compile(r"\+?[\d\s().\-/]+")  # how people write numbers; letters are no part of one
WRITTEN = re.compile(r"\+[1-9][0-9]{6,14}")  # in E.164; whether there is such a number is not looked at
AMERICAN = 1  # the calling code that the United States, Canada and the islands share


def is_written_number(address: str) -> bool:
    """Whether `address` is written as a number in E.164, as settings and the roster must have it."""
    return WRITTEN.fullmatch(address) is not None


def is_browser(address: str) -> bool:
    """Whether `address` is a phone in a browser, `client:name`: it has no number, and no machine answers it."""
    return address.startswith("client:")


def browser_name(address: str) -> str:
    """The name in `client:name`, by which the carrier knows the phone."""
    return address.removeprefix("client:")


def is_sip(address: str) -> bool:
    return address.lower().startswith(("sip:", "sips:"))


def as_dialled(written: str) -> str:
    """What a person wrote as a number, without the signs that people put between digits."""
    return "".join(sign for sign in written if sign not in " -().\t")


def withheld(caller: str) -> bool:
    """Whether `caller`, as the carrier gives it, hides who is calling: a word, or the word as keys of a telephone."""
    if is_browser(caller):
        return False
    if is_sip(caller):
        user, _, domain = caller.partition(":")[2].lower().partition("@")
        return user in HIDDEN or domain.startswith("anonymous.invalid")
    return e164(caller) is None or hidden_digits(caller)


def hidden_digits(caller: str) -> bool:
    """Whether the digits of `caller` are a word for a hidden number, keyed on a telephone."""
    digits = re.sub(r"\D", "", caller)
    return any(digits in (hidden, f"1{hidden}", f"00{hidden}") for hidden in HIDDEN_DIGITS)


def e164(number: str, region: str = "US") -> str | None:
    """`number` as +15551234567; None where it is no telephone number (withheld, `client:name`)."""
    if not SPELLING.fullmatch(number.strip()):
        return None
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return None
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


def mobile(number: str) -> str | None:
    """`number` as +15551234567 where it may be sent a text: a telephone, and not known to be a fixed line."""
    spelled = None if withheld(number) else e164(number)
    return None if spelled is None or kind(spelled) == PhoneNumberType.FIXED_LINE else spelled


def source(caller: str) -> str:
    """Who calls, as far as attempts are counted: one number in any spelling; all who hide theirs are one."""
    return "withheld" if withheld(caller) else e164(caller) or caller[:64]


def kind(number: str) -> int:
    """A `phonenumbers.PhoneNumberType` of a number in E.164."""
    return int(phonenumbers.number_type(phonenumbers.parse(number)))


def country(number: str) -> str | None:
    """ISO code of where a number in E.164 belongs; "001": to no country (satellites); None: not known."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return None
    if parsed.country_code == AMERICAN:
        national = str(parsed.national_number)
        for region, prefixes in ISLANDS.items():
            if prefixes.match(national):
                return region
    found: str | None = phonenumbers.region_code_for_number(parsed)
    return found


def home_country(line: str, otherwise: str) -> str:
    """The country of our own number `line`, or `otherwise` where it does not tell."""
    return (e164(line) and country(str(e164(line)))) or otherwise


def keyed(digits: str, region: str) -> str | None:
    """What was keyed, dialled as in the country `region`, in E.164; None where no telephone has such a number."""
    try:
        number = phonenumbers.parse(digits, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def spoken(number: str) -> str:
    """Digit by digit; empty for a browser phone, which has no number to read out."""
    if not number.startswith("+"):
        return ""
    return ", ".join(" ".join(part) for part in _groups(number[1:]))


def _groups(digits: str) -> list[str]:
    tail = [digits[max(0, end - 3) : end] for end in range(len(digits) - 4, 0, -3)][::-1]
    return [*tail, digits[-4:]]


def _islands() -> dict[str, re.Pattern[str]]:
    """The area codes of those who share America's calling code, beside the United States and Canada."""
    found = {}
    for region in phonenumbers.COUNTRY_CODE_TO_REGION_CODE[AMERICAN]:
        plan = PhoneMetadata.metadata_for_region(region)
        if plan is not None and plan.leading_digits:
            found[region] = re.compile(plan.leading_digits)
    return found


ISLANDS = _islands()

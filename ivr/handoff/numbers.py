"""Telephone numbers: which may be called back, and how they are read out."""

import phonenumbers

WITHHELD = ("+266696687", "+7378742833", "+2562533", "+8656696")  # what carriers send for a hidden number
COSTLY = (phonenumbers.PhoneNumberType.PREMIUM_RATE, phonenumbers.PhoneNumberType.SHARED_COST)


def own_number(caller: str) -> str | None:
    """The caller's own address when it can be called: a number in E.164 or a browser phone."""
    known = caller.startswith(("+", "client:", "sip:")) and caller not in WITHHELD
    return caller if known else None


def keyed_number(digits: str, line: str) -> str | None:
    """The number in E.164 that was keyed, as dialled in the country of our own number `line`; None: not one we call."""
    try:
        home = phonenumbers.parse(line)
        region = phonenumbers.region_code_for_country_code(home.country_code or 0)
        number = phonenumbers.parse(digits, region)
    except phonenumbers.NumberParseException:
        return None
    abroad = number.country_code != home.country_code
    if abroad or not phonenumbers.is_possible_number(number) or phonenumbers.number_type(number) in COSTLY:
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

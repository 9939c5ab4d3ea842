"""Telephone numbers in one spelling."""

import phonenumbers


def e164(number: str, region: str = "US") -> str | None:
    """`number` as +15551234567; None where it is no telephone number (withheld, `client:name`)."""
    try:
        return str(phonenumbers.format_number(phonenumbers.parse(number, region), phonenumbers.PhoneNumberFormat.E164))
    except phonenumbers.NumberParseException:
        return None


def mobile(number: str) -> str | None:
    """`number` as +15551234567 where it may be sent a text: not known to be a fixed line."""
    spelled = e164(number)
    fixed = phonenumbers.PhoneNumberType.FIXED_LINE
    known_as = phonenumbers.number_type(phonenumbers.parse(spelled)) if spelled else fixed
    return None if known_as == fixed else spelled

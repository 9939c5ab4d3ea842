"""Telephone numbers in one spelling."""

import phonenumbers


def e164(number: str, region: str = "US") -> str | None:
    """`number` as +15551234567; None where it is no telephone number (withheld, `client:name`)."""
    try:
        return str(phonenumbers.format_number(phonenumbers.parse(number, region), phonenumbers.PhoneNumberFormat.E164))
    except phonenumbers.NumberParseException:
        return None

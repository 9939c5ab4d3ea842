"""Which addresses the line may call or text, whoever asks for it: a caller, an agent, or a job."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, Self

import phonenumbers
from phonenumbers import PhoneNumberType

from ivr.dialling.phone_numbers import AMERICAN, HIDDEN, country, e164, hidden_digits, is_sip, kind, withheld

Why = Literal["hidden", "no-number", "country", "costly", "barred", "sip"]
COSTLY = frozenset(
    {
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.PERSONAL_NUMBER,
        PhoneNumberType.PAGER,
        PhoneNumberType.UAN,
        PhoneNumberType.VOICEMAIL,
    }
)
# premium ranges of America that the numbering data does not name: 900 in any form, 976 and information in every area
AMERICAN_COSTLY = re.compile(r"900|976|\d{3}976|456|500|700|710|411|\d{3}5551212")
AMERICAN_DIGITS = 10
BROWSER = re.compile(r"client:[\w.@+-]{1,121}")
SIP = re.compile(r"sips?:[\w.+-]{1,64}@(?P<domain>[a-z0-9.-]{1,253})", re.IGNORECASE)
PREFIX = re.compile(r"\+\d{1,15}")
DOMAIN = re.compile(r"sip:([a-z0-9-]+\.)+[a-z0-9-]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class DialPolicy:
    """`countries`: ISO codes that may be called. `also`: prefixes ("+4420") and SIP domains ("sip:pbx.example.com")
    that may be called beside them, whatever they cost. `never`: prefixes that may not, whatever else is said.
    """

    countries: frozenset[str]
    also: tuple[str, ...] = ()
    never: tuple[str, ...] = ()

    @classmethod
    def parse(cls, countries: str, also: str = "", never: str = "") -> Self:
        """From settings, with commas between the parts. Raises ValueError with what is not right."""
        regions = frozenset(part.upper() for part in _parts(countries))
        if unknown := sorted(regions - phonenumbers.SUPPORTED_REGIONS):
            raise ValueError(f"{', '.join(unknown)}: no country; write two letters each, as in US, CA")
        for part in _parts(also):
            if not PREFIX.fullmatch(part) and not DOMAIN.fullmatch(part):
                raise ValueError(f"{part!r}: write prefixes as +4420 and SIP domains as sip:pbx.example.com")
        for part in _parts(never):
            if not PREFIX.fullmatch(part):
                raise ValueError(f"{part!r}: write prefixes as +1900")
        return cls(regions, tuple(part.lower() for part in _parts(also)), tuple(_parts(never)))

    def refuses(self, address: str) -> Why | None:
        """Why `address` ("+15550100001", "client:ada", "sip:ada@pbx.example.com") is not called; None: it may be."""
        if withheld(address):
            return "no-number" if _mistyped(address) else "hidden"
        if BROWSER.fullmatch(address):
            return None
        if is_sip(address):
            return None if self._own_sip(address) else "sip"
        if e164(address) != address:  # "+1 876 …", "tel:", or what only begins like a number
            return "no-number"
        return self._number(address)

    def _number(self, number: str) -> Why | None:
        if number.startswith(self.never):
            return "barred"
        if number.startswith(tuple(part for part in self.also if part.startswith("+"))):
            return None
        parsed = phonenumbers.parse(number)
        if not phonenumbers.is_possible_number(parsed) or _of_no_area(parsed):
            return "no-number"
        if _costly(parsed, number):
            return "costly"
        where = country(number)
        if where is None and parsed.country_code == AMERICAN and not self.countries.isdisjoint(("US", "CA")):
            return None  # an area code newer than our numbering data; the costly ones are known
        if where not in self.countries:
            return "country"
        # elsewhere a number that no plan knows may lie in a range that costs
        known = parsed.country_code == AMERICAN or phonenumbers.is_valid_number(parsed)
        return None if known else "no-number"

    def _own_sip(self, address: str) -> bool:
        found = SIP.fullmatch(address)
        return found is not None and f"sip:{found['domain'].lower()}" in self.also


def _mistyped(address: str) -> bool:
    return not is_sip(address) and not hidden_digits(address) and address.lower() not in HIDDEN


def _costly(parsed: phonenumbers.PhoneNumber, number: str) -> bool:
    if kind(number) in COSTLY:
        return True
    return parsed.country_code == AMERICAN and AMERICAN_COSTLY.match(str(parsed.national_number)) is not None


def _of_no_area(parsed: phonenumbers.PhoneNumber) -> bool:
    """American, without an area code, or with 0 or 1 at its begin: +10000000000 stands for a number not told."""
    national = str(parsed.national_number)
    return parsed.country_code == AMERICAN and (len(national) < AMERICAN_DIGITS or national[0] in "01")


def _parts(text: str) -> Iterable[str]:
    return [part for part in (piece.strip() for piece in text.split(",")) if part]

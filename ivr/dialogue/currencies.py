"""Amounts in minor units (cents): how many decimals each currency has, and the most that is counted."""

from decimal import Decimal

from babel.numbers import get_currency_precision

MOST = 2**63 - 1  # minor units: what databases and ledgers hold
SPOKEN_DECIMALS = 2  # decimals of an amount as it is said or keyed, whatever the currency turns out to be


def decimals(currency: str) -> int:
    """2 for USD, 0 for JPY, 3 for KWD."""
    return int(get_currency_precision(currency))


def major(amount: int, currency: str) -> Decimal:
    """Minor units as the currency is written: 24517 USD -> 245.17, 500 JPY -> 500."""
    return Decimal(amount).scaleb(-decimals(currency))


def minor(amount: Decimal, currency: str) -> int | None:
    """Minor units of an amount as it is written; None where it has more decimals than the currency, or is too much."""
    if not amount.is_finite() or abs(amount.adjusted()) > 20:
        return None
    scaled = amount.scaleb(decimals(currency))
    return int(scaled) if scaled == scaled.to_integral_value() and abs(scaled) <= MOST else None


def from_hundredths(hundredths: int, currency: str) -> int | None:
    """Minor units of an amount that was said or keyed, in hundredths, before its currency was known."""
    return minor(Decimal(hundredths).scaleb(-SPOKEN_DECIMALS), currency)

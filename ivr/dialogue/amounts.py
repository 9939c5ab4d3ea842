"""An amount as the caller gives it: one sum, a share of what is owed, or several from which they have to choose."""

from ivr.dialogue import currencies, verbalize
from ivr.dialogue.meaning import Meaning
from ivr.dialogue.state import Line, Raw

_OR, _IN = "|", " "  # "5000|6000 EUR": candidates in hundredths, and the currency that was named


def from_meaning(meaning: Meaning, either: bool) -> Raw | None:
    """The amount in a meaning; `either`: an "or" stands between the amounts and shares that were named."""
    options: list[Raw] = list(meaning.money)
    if meaning.share and (either or not options):
        options.append(meaning.share)
    if not options:
        return None
    if len(options) == 1 and not meaning.currencies:
        return options[0]
    return _OR.join(map(str, options)) + "".join(_IN + code for code in meaning.currencies)


def settle(raw: Raw, currency: str, shares: dict[str, int]) -> Raw | None:
    """The one sum in minor units; the text of several or of another currency, of which to ask; None for nothing."""
    if not isinstance(raw, str):
        return currencies.from_hundredths(int(raw), currency)
    written, *codes = raw.split(_IN)
    if codes and currency not in codes:
        return raw
    said = [
        shares[name] if name in shares else currencies.from_hundredths(int(name), currency)
        for name in written.split(_OR)
    ]
    sums = _payable(list(dict.fromkeys(value for value in said if value)), shares["full"])
    return (sums[0] if len(sums) == 1 else _OR.join(map(str, sums))) if sums else None


def _payable(sums: list[int], most: int) -> list[int]:
    """Of two readings of the same words ("four fifty": $450, $4.50) the one that can be paid, where only one can."""
    if len(sums) == 2 and max(sums) == 100 * min(sums):
        return [value for value in sums if value <= most] or sums
    return sums


def unclear(value: Raw, currency: str) -> Line | None:
    """The question about a value that is no single sum of this currency."""
    if not isinstance(value, str):
        return None
    if _IN in value:
        return Line("amount.currency", {"currency": verbalize.currency(currency)})
    amounts = tuple(verbalize.money(int(part), currency) for part in value.split(_OR))
    return Line("amount.which", {"amounts": verbalize.listed(amounts, "or")})


def in_minor(raw: Raw, currency: str) -> Raw:
    """What the caller gave, with every sum in minor units; sums that the currency cannot have are left out."""
    if not isinstance(raw, str):
        return currencies.from_hundredths(int(raw), currency) or raw
    options, *codes = raw.split(_IN)
    sums = [str(currencies.from_hundredths(int(o), currency) or "") if o.isdecimal() else o for o in options.split(_OR)]
    return _IN.join([_OR.join(filter(None, sums)) or raw, *codes])


def written(raw: Raw, currency: str) -> str:
    """For the screen: "$50.00", "full", "$50.00 or $60.00"."""
    options, *codes = str(raw).split(_IN)
    money = codes[0] if codes and currency not in codes else currency
    return verbalize.listed(
        tuple(verbalize.written_money(int(o), money) if o.isdecimal() else o for o in options.split(_OR)), "or"
    )

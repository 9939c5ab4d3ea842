"""Amounts of money as people say them, in minor units; nothing rather than a guess."""

from dataclasses import dataclass
from decimal import Decimal

from ivr.meaning.months import MONTHS
from ivr.meaning.numbers import ORDINALS, Number, is_numeral, number, small, tokens
from ivr.numerals import UNITS, ZEROS, words_of

SIGNS = frozenset("$£€")
UNIT_WORDS = words_of("dollar dollars buck bucks pound pounds quid euro euros usd")
CENT_WORDS = words_of("cent cents penny pennies pence p")
CORRECTIONS = (
    ["i", "mean"], ["i", "meant"], ["make", "that"], ["make", "it"], ["scratch", "that"], ["no"], ["sorry"],
    ["actually"],     ["wait"], ["rather"], ["correction"],
)  # fmt: skip
_NOT_MONEY_AFTER = words_of(
    """day days week weeks month months year years percent % th times am pm o'clock transaction transactions payment
    payments minute minutes hour hours second seconds people one ones more account accounts card cards / of"""
)
_NOT_MONEY_BEFORE = words_of("number option at in ending / # pin code last")
_VAGUE = words_of("few several couple some minus negative between under over than least most nearly almost")
LARGEST = 10_000_000_00


@dataclass(frozen=True, slots=True)
class Amount:
    """Readings of one amount, likeliest first, in minor units; it stands at tokens[start:end]."""

    readings: tuple[int, ...]
    start: int
    end: int
    named: bool


def money(text: str, *, bare: bool = False) -> tuple[int, ...]:
    """Every amount in `text` in minor units, in the order said; readings of an ambiguous one follow each other.

    Numbers without a currency count only when `bare`. A corrected amount ("fifty, no, sixty") is dropped.
    """
    words = tokens(text)
    if "between" in words:
        return ()
    amounts = [amount for amount in _amounts(words) if amount.named or (bare and _may_be_bare(words, amount))]
    kept = [a for a, after in zip(amounts, [*amounts[1:], None], strict=False) if not _corrected(words, a, after)]
    return tuple(dict.fromkeys(value for amount in kept for value in amount.readings if 0 < value <= LARGEST))


def _amounts(words: list[str]) -> list[Amount]:
    found, at = [], 0
    while at < len(words):
        amount = _amount(words, at)
        if amount is not None and amount.readings and not _vague(words, amount):
            found.append(amount)
        at = amount.end if amount is not None else at + 1
    return found


def _amount(words: list[str], at: int) -> Amount | None:
    signed = words[at] in SIGNS
    start = at + signed
    if words[start : start + 2] == ["a", "buck"]:
        return _after_unit(words, at, Decimal(1), start + 2)
    if words[start : start + 1] == ["buck"] and small(words, start + 1) is not None:
        return _after_unit(words, at, Decimal(1), start + 1)
    if words[start : start + 2] == ["a", "dollar"] or words[start : start + 2] == ["a", "pound"]:
        return _after_unit(words, at, Decimal(1), start + 2)
    run = _run(words, start)
    if not run:
        return None
    end = run[-1].end
    following = words[end] if end < len(words) else ""
    if len(run) == 1 and (following in UNIT_WORDS or signed):
        return _after_unit(words, at, run[0].value, end + (following in UNIT_WORDS))
    if len(run) == 1 and following in CENT_WORDS:
        return Amount((_minor(run[0].value / 100),), at, end + 1, named=True)
    joined = _pair(run[0], run[1]) if len(run) == 2 else None
    if joined is not None and (with_cents := _named_cents(words, at, joined, end)) is not None:
        return with_cents
    named = signed or following in UNIT_WORDS
    return Amount(_readings(run, whole=following in UNIT_WORDS), at, end + (following in UNIT_WORDS), named)


def _run(words: list[str], at: int) -> list[Number]:
    """Numbers said one after the other, from `at`: "one twenty five fifty" is 1, 25, 50; "four oh five" is 4, 05."""
    run: list[Number] = []
    while at < len(words):
        found = _oh_unit(words, at) or number(words, at) if run else number(words, at)
        found = _with_point(words, found) if found is not None else None
        if found is None:
            break
        run.append(found)
        at = found.end
    return run


def _oh_unit(words: list[str], at: int) -> Number | None:
    if words[at] in ZEROS and at + 1 < len(words) and words[at + 1] in UNITS and words[at + 1] not in ZEROS:
        return Number(Decimal(UNITS[words[at + 1]]), at, at + 2, written=f"0{UNITS[words[at + 1]]}")
    return None


def _with_point(words: list[str], found: Number) -> Number:
    """ "twelve point five", "twelve point fifty": the decimals join."""
    if words[found.end : found.end + 1] not in (["point"], ["dot"]):
        return found
    digits, at = "", found.end + 1
    while at < len(words) and len(digits) < 2 and (part := small(words, at) or _zero(words, at)) is not None:
        digits += part.written or str(int(part.value))
        at = part.end
    if not digits or len(digits) > 2 or "." in digits:
        return found
    return Number(found.value + Decimal(f"0.{digits}"), found.start, at, written=f"{found.value}.{digits}")


def _zero(words: list[str], at: int) -> Number | None:
    return Number(Decimal(0), at, at + 1) if words[at] in ZEROS else None


def _after_unit(words: list[str], start: int, units: Decimal, at: int) -> Amount:
    """ "four dollars [and] fifty [cents]", "a buck fifty", "ten dollars and a half"."""
    joined = at + 1 if words[at : at + 1] == ["and"] else at
    cents = _oh_unit(words, joined) if joined < len(words) else None
    cents = cents or small(words, joined)
    if cents is None or cents.value >= 100 or cents.value != int(cents.value) or units != int(units):
        return Amount((_minor(units),), start, at, named=True)
    closed = cents.end < len(words) and words[cents.end] in CENT_WORDS
    plain = cents.end >= len(words) or words[cents.end] not in _NOT_MONEY_AFTER | UNIT_WORDS
    if not closed and (not plain or (cents.value < 10 and not cents.written)):
        return Amount((_minor(units),), start, at, named=True)
    return Amount((_minor(units + cents.value / 100),), start, cents.end + closed, named=True)


def _named_cents(words: list[str], start: int, units: Decimal, at: int) -> Amount | None:
    """ "one twenty five [dollars] and fifty cents", where the cents are named."""
    after = at + (words[at : at + 1] != [] and words[at] in UNIT_WORDS)
    amount = _after_unit(words, start, units, after)
    return amount if amount.end > after and words[amount.end - 1] in CENT_WORDS else None


def _readings(run: list[Number], *, whole: bool) -> tuple[int, ...]:
    """What a run of numbers may mean: dollars; dollars and cents; hundreds left out ("four fifty")."""
    values = [part.value for part in run]
    if any(value != int(value) for value in values[:-1]) or (len(run) > 2 and values[-1] != int(values[-1])):
        return ()
    if len(run) == 1:
        return (_minor(values[0]),)
    if len(run) == 2:
        return _two(run, whole=whole)
    if len(run) == 3 and _pair(run[0], run[1]) is not None and _is_cents(run[2]):
        head = _pair(run[0], run[1])
        return () if head is None or whole else (_minor(head + run[2].value / 100),)
    return ()


def _two(run: list[Number], *, whole: bool) -> tuple[int, ...]:
    first, second = run
    joined = _pair(first, second)
    as_cents = first.value + second.value / 100 if _is_cents(second) and second.value == int(second.value) else None
    readings = [value for value in (joined, None if whole else as_cents) if value is not None]
    if joined is not None and first.value >= 10:
        readings.reverse()
    return tuple(_minor(value) for value in readings)


def _pair(first: Number, second: Number) -> Decimal | None:
    """ "four fifty" as 450, "one oh five" as 105, "twenty four fifty" as 2450."""
    whole = first.value == int(first.value)
    if first.scaled or second.scaled or not whole or not 1 <= first.value < 100 or not _is_cents(second):
        return None
    return first.value * 100 + second.value


def _is_cents(part: Number) -> bool:
    return not part.scaled and 0 < part.value < 100 and (part.value >= 10 or part.written.startswith("0"))


def _minor(value: Decimal) -> int:
    """Minor units; 0, which is no amount, when there are fractions of a cent."""
    cents = value * 100
    return int(cents) if cents == int(cents) else 0


def _vague(words: list[str], amount: Amount) -> bool:
    """ "a few hundred", "between fifty and sixty", "more than fifty": no amount was named."""
    return bool(_VAGUE & set(words[max(0, amount.start - 2) : amount.start])) or (
        amount.end < len(words) and words[amount.end] in {"something", "ish", "odd", "%"}
    )


def _may_be_bare(words: list[str], amount: Amount) -> bool:
    before = words[amount.start - 1] if amount.start else ""
    after = words[amount.end] if amount.end < len(words) else ""
    spoken = words[amount.start : amount.end]
    lone_one = spoken == ["one"] and len(words) > 1
    long_code = any(is_numeral(word) and (len(word.split(".")[0]) > 7 or word.startswith("0")) for word in spoken)
    return not (
        lone_one or long_code or after in _NOT_MONEY_AFTER or before in _NOT_MONEY_BEFORE or _dated(words, amount)
    )


def _dated(words: list[str], amount: Amount) -> bool:
    """ "march 3", "twenty first": part of a date."""
    before = words[amount.start - 1] if amount.start else ""
    after = words[amount.end] if amount.end < len(words) else ""
    return before in MONTHS or after in MONTHS or after in ORDINALS or (before in ORDINALS and before != "second")


def _corrected(words: list[str], amount: Amount, following: Amount | None) -> bool:
    if following is None:
        return False
    between = words[amount.end : following.start]
    return any(between[i : i + len(c)] == c for c in CORRECTIONS for i in range(len(between)))

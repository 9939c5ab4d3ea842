"""Amounts of money as people say them, in minor units; no amount rather than a guess."""

from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise

from ivr.nlu.money_text import amount_tokens
from ivr.nlu.months import MONTHS
from ivr.nlu.numbers import ORDINALS, SCALES, Number, is_numeral, number, small
from ivr.number_words import UNITS, ZEROS, words_of

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
_VAGUE = words_of(
    """few several couple some minus negative between under over than least most nearly almost less plus times twice
    double triple half x"""
)
_CALCULATED = words_of("plus minus times twice less x fives tens twenties fifties hundreds thousands grands")
_ABOVE = words_of("over above below under")
_COMPARED_WITH = words_of("minimum balance due half")
_ALL_BUT = (["up", "to"], ["all", "but"], ["everything", "but"], ["all", "except"], ["everything", "except"])
_NOT = words_of("not don't can't cannot won't wouldn't couldn't isn't")
_NOT_TO = words_of("want wanna to pay paying do like need make it going the be able a")
_LINKS = words_of("to or comma through and then maybe plus either")
_OF_CENTS = words_of("and comma plus with")
_REJECTS_NEXT = (["not"], ["and", "not"], ["but", "not"], ["instead", "of"], ["rather", "than"], ["comma", "not"])
_REJECTS = (["instead", "of"], ["rather", "than"])
_NUMBERED = words_of("number account code zip phone")
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

    More than one are candidates, not a choice: "fifty to sixty", "50 or 60". Numbers without a currency count only when
    `bare`, or beside one with a currency. What is corrected ("fifty, no, sixty") or rejected ("not fifty") is dropped.
    """
    words = amount_tokens(text)
    if "between" in words:
        return ()
    amounts = _named_together(words, _with_cents(words, _amounts(words)))
    meant = [amount for amount in amounts if amount.named or (bare and _may_be_bare(words, amount))]
    kept = [a for a, after in zip(meant, [*meant[1:], None], strict=False) if not _corrected(words, a, after)]
    kept = [
        a for before, a in zip([None, *meant], meant, strict=False) if a in kept and not _rejected(words, before, a)
    ]
    return tuple(dict.fromkeys(value for amount in kept for value in amount.readings if 0 < value <= LARGEST))


def _amounts(words: list[str]) -> list[Amount]:
    found, at = [], 0
    while at < len(words):
        amount = _amount(words, at)
        if amount is not None and amount.readings and not _vague(words, amount):
            found.append(amount)
        at = amount.end if amount is not None else at + 1
    return found


def _with_cents(words: list[str], amounts: list[Amount]) -> list[Amount]:
    """ "123 and 45 cents" is one amount, in whichever order its parts come; with cents twice it is none."""
    joined: list[Amount] = []
    for amount in amounts:
        last = joined[-1] if joined else None
        parts = _whole_and_cents(words, last, amount) if last is not None else None
        if last is None or parts is None:
            joined.append(amount)
            continue
        joined.pop()
        whole, cents = parts
        if len(whole.readings) == 1 and whole.readings[0] % 100 == 0:
            joined.append(Amount((whole.readings[0] + cents.readings[0],), last.start, amount.end, named=True))
    return joined


def _whole_and_cents(words: list[str], one: Amount, other: Amount) -> tuple[Amount, Amount] | None:
    """The two, where one of them is cents alone and only "and" stands between them."""
    if not set(words[one.end : other.start]) <= _OF_CENTS:
        return None
    cents = [words[amount.end - 1] in CENT_WORDS and amount.readings[0] < 100 for amount in (one, other)]
    if cents.count(True) != 1 or (cents[0] and not other.named):
        return None
    return (other, one) if cents[0] else (one, other)


def _named_together(words: list[str], amounts: list[Amount]) -> list[Amount]:
    """Amounts with nothing but "to", "or", a comma between them: a currency said with one is said with all."""
    linked = [(one, other) for one, other in pairwise(amounts) if _linked(words, one, other)]
    named = list(amounts)
    for one, other in (*linked, *reversed(linked)):
        first, second = amounts.index(one), amounts.index(other)
        scaled = _same_scale(words, named[first], named[second])
        both = scaled.named or named[second].named
        named[first], named[second] = replace(scaled, named=both), replace(named[second], named=both)
    return named


def _linked(words: list[str], one: Amount, other: Amount) -> bool:
    between = words[one.end : other.start]
    plausible = all(amount.named or _may_be_bare(words, amount) or amount is one for amount in (one, other))
    return plausible and bool(between) and set(between) <= _LINKS


def _same_scale(words: list[str], one: Amount, other: Amount) -> Amount:
    """ "one or two hundred": the one is a hundred too; "45 or 50 cents": both are cents."""
    if words[other.end - 1] in CENT_WORDS and not one.named and one.readings[0] < 100_00:
        return replace(one, readings=(one.readings[0] // 100,))
    scales = {"hundred": 100} | {name: int(scale) for name, scale in SCALES.items()}
    base = small(words, other.start + (words[other.start] in SIGNS))
    if base is None or base.end >= len(words) or words[base.end] not in scales or one.end - one.start > 1:
        return one
    value = one.readings[0] // 100
    if len(one.readings) > 1 or not (0 < value < 10 and 0 < base.value < 10) or one.named:
        return one
    return replace(one, readings=(one.readings[0] * scales[words[base.end]],))


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
    joined = at
    while joined < len(words) and words[joined] in _OF_CENTS:
        joined += 1
    if joined > at + 2 or (joined > at and words[at] == "comma" and not _cents_named(words, joined)):
        return Amount((_minor(units),), start, at, named=True)
    cents = _oh_unit(words, joined) if joined < len(words) else None
    cents = cents or small(words, joined)
    if cents is None or cents.value >= 100 or cents.value != int(cents.value) or units != int(units):
        return Amount((_minor(units),), start, at, named=True)
    closed = cents.end < len(words) and words[cents.end] in CENT_WORDS
    plain = cents.end >= len(words) or words[cents.end] not in _NOT_MONEY_AFTER | UNIT_WORDS
    if not closed and not plain:
        return Amount((_minor(units),), start, at, named=True)
    if not closed and cents.value < 10 and not cents.written.startswith("0"):  # five cents, or fifty: who knows
        return Amount(tuple(_minor(units + cents.value / part) for part in (100, 10)), start, cents.end, named=True)
    return Amount((_minor(units + cents.value / 100),), start, cents.end + closed, named=True)


def _cents_named(words: list[str], at: int) -> bool:
    cents = small(words, at)
    return cents is not None and words[cents.end : cents.end + 1] != [] and words[cents.end] in CENT_WORDS


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
    if _neighbouring_tens(first, second):
        return ()
    joined = _pair(first, second)
    as_cents = first.value + second.value / 100 if _is_cents(second) and second.value == int(second.value) else None
    readings = [value for value in (joined, None if whole else as_cents) if value is not None]
    if joined is not None and first.value >= 10:
        readings.reverse()
    return tuple(_minor(value) for value in readings)


def _neighbouring_tens(first: Number, second: Number) -> bool:
    """ "fifty sixty" is rather a range than $50.60, and never $5,060."""
    tens = first.value % 10 == second.value % 10 == 0 and not (first.scaled or second.scaled)
    return tens and 20 <= first.value < second.value < 100 and second.value - first.value <= 20


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
    """ "a few hundred", "more than fifty", "fifty plus ten", "ten over the minimum", "$50/60": no amount was named."""
    before = words[max(0, amount.start - 2) : amount.start]
    after = words[amount.end] if amount.end < len(words) else ""
    following = words[amount.end : amount.end + 2]
    divided = before[-1:] == ["/"] or (after == "/" and is_numeral("".join(following[1:])))
    compared = after in _ABOVE and bool(_COMPARED_WITH & set(words[amount.end + 1 : amount.end + 4]))
    more = following == ["more", "than"] or words[amount.end : amount.end + 3] == ["and", "a", "half"]
    by_word = after in {"something", "ish", "odd", "%"} | _CALCULATED
    return divided or compared or more or by_word or bool(_VAGUE & set(before)) or before in _ALL_BUT


def _may_be_bare(words: list[str], amount: Amount) -> bool:
    before = words[amount.start - 1] if amount.start else ""
    after = words[amount.end] if amount.end < len(words) else ""
    spoken = words[amount.start : amount.end]
    lone_one = spoken == ["one"] and len(words) > 1 and amount.readings == (100,)
    numbered = (
        len(spoken[0]) > 3 and is_numeral(spoken[0]) and _NUMBERED & set(words[max(0, amount.start - 2) : amount.start])
    )
    long_code = any(is_numeral(word) and (len(word.split(".")[0]) > 7 or word.startswith("0")) for word in spoken)
    return not (
        lone_one
        or long_code
        or numbered
        or after in _NOT_MONEY_AFTER
        or before in _NOT_MONEY_BEFORE
        or _dated(words, amount)
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


def _rejected(words: list[str], before: Amount | None, amount: Amount) -> bool:
    """ "not fifty", "sixty instead of fifty", "I can't pay fifty"."""
    start = before.end if before is not None else 0
    between = words[start : amount.start]
    if before is not None and between in _REJECTS_NEXT:
        return True
    lead = words[max(start, amount.start - 6) : amount.start]
    while lead and lead[-1] in _NOT_TO:
        lead.pop()
    return lead[-2:] in _REJECTS or (
        bool(lead) and lead[-1] in _NOT and lead[-2:] not in (["why", "not"], ["if", "not"])
    )

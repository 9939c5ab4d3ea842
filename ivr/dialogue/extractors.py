"""Takes one item, such as an account number or a date, out of an utterance or out of keys."""

import re

from ivr.dialogue import amounts
from ivr.dialogue.events import Said
from ivr.dialogue.state import Raw
from ivr.number_words import TEENS, TENS, UNITS, ZEROS
from ivr.redaction import Line, digits_in, kinds_in, mask, mask_text

_BY_CARD = re.compile(r"\b(by|with|using|use|from)( a| my| the)?( credit| debit)? card\b")
_EITHER = re.compile(r"\b(or|between|either|and)\b")
_TODAY = re.compile(r"(?<!not )\b(today|right now|right away|straight away|immediately|now)\b")
_DIGIT = rf"(?:{'|'.join((*UNITS, *ZEROS))}|\d)"
_TEEN = rf"(?:{'|'.join(TEENS)})"
_TENS = rf"(?:{'|'.join(TENS)})"
_DIGITS_ALONE = re.compile(
    rf"\W*(?:(?:um|uh|please|dollars)\W+)*(?:{_DIGIT}\W*\b)*(?:{_TENS}(?:\W+{_DIGIT})?|{_TEEN})?\W*"
    r"(?:(?:dollars|please)\W*)*"
)
_CHANGES = {
    "amount": re.compile(r"\b(amount|how much|number|figure|sum)\b"),
    "source": re.compile(r"\b(account|from|source|card|bank)\b"),
    "date": re.compile(r"\b(date|day|when)\b"),
}


def nothing(_: Said, __: bool) -> Raw | None:
    return None


def no_key(_: str) -> Raw | None:
    return None


def yes_no(said: Said, _: bool) -> Raw | None:
    if said.meaning.yes_no is not None:
        return said.meaning.yes_no
    return {"yes": True, "no": False}.get(said.meaning.intent)


def agreement(said: Said, asked: bool) -> Raw | None:
    """As `yes_no`, but a yes has to be said in words: money does not move by what "really?" sounds like."""
    answer = yes_no(said, asked)
    return None if answer is True and said.meaning.yes_no is None else answer


def yes_no_key(keys: str) -> Raw | None:
    return {"1": True, "2": False}.get(keys)


def _digits(said: Said, count: int | None = None) -> str:
    """The digits said. Of `count`, those that were corrected on the way end with the correction."""
    if count is not None and said.meaning.corrected is not None:
        first, instead = said.meaning.corrected
        kept = count - len(instead)
        return first[:kept] + instead if 0 <= kept < len(first) else ""
    return said.meaning.digits or "".join(re.findall(r"\d", said.text))


def account_number(said: Said, asked: bool) -> Raw | None:
    """Five to sixteen digits, six when nobody asked; a card, an id or a PIN said in the same breath is none."""
    kept = mask((Line("caller", said.text),), "kept" if asked else None).lines[0]
    digits = digits_in(kept.text) if kept.spans else _digits(said)
    return digits if (5 if asked else 6) <= len(digits) <= 16 else None


def account_number_key(keys: str) -> Raw | None:
    return keys if keys.isdecimal() and 5 <= len(keys) <= 16 and not kinds_in(keys, "kept") else None


def pin(said: Said, _: bool) -> Raw | None:
    """Exactly four digits, those after the word PIN where there are more; as corrected ("4812, no, 4821")."""
    named = re.search(r"\bpin\b\D*((?:\d\D{0,2}){4})(?!\d)", said.text, re.I)
    if named and len(meant := said.meaning.digits) == 4 and meant in re.sub(r"\D", "", said.text[named.start() :]):
        return meant
    digits = "".join(re.findall(r"\d", named[1])) if named and not said.meaning.corrected else _digits(said, 4)
    return digits if len(digits) == 4 else None


def pin_key(keys: str) -> Raw | None:
    return keys if keys.isdecimal() and len(keys) == 4 else None


def code(said: Said, _: bool) -> Raw | None:
    """Exactly six digits."""
    digits = _digits(said, 6)
    return digits if len(digits) == 6 else None


def code_key(keys: str) -> Raw | None:
    return keys if keys.isdecimal() and len(keys) == 6 else None


def amount(said: Said, asked: bool) -> Raw | None:
    """Minor units, a share of what is owed, or several of them, among which the caller is asked to choose."""
    meaning = said.meaning
    raw = amounts.from_meaning(meaning, either=bool(re.search(r"\bor\b", said.text.lower())))
    if raw is not None:
        return raw
    if asked and not meaning.dates and 0 < len(meaning.digits) <= 5 and _DIGITS_ALONE.fullmatch(said.text.lower()):
        return int(meaning.digits) * 100
    return None


def amount_key(keys: str) -> Raw | None:
    """1 the full amount, 2 the minimum, else dollars, with cents after a star."""
    choices: dict[str, Raw] = {"1": "full", "2": "minimum"}
    keyed = re.fullmatch(r"(\d{1,5})(?:\*(\d\d))?", keys)
    return choices.get(keys) or (int(keyed[1]) * 100 + int(keyed[2] or 0) if keyed else None)


def source(said: Said, asked: bool) -> Raw | None:
    """A kind of account, "card", or, when asked, a place in the list or whatever was said.

    Unasked, "my credit card" is what is paid, not what it is paid from.
    """
    text, kind = said.text.lower(), said.meaning.account_kind
    if _BY_CARD.search(text) or (asked and re.search(r"\bcard\b", text)):
        return "card"
    if kind in ("checking", "savings") or (asked and kind):
        return kind
    if not asked:
        return None
    return said.meaning.ordinal if said.meaning.ordinal is not None else mask_text(text)


def source_key(keys: str) -> Raw | None:
    return int(keys) if keys.isdecimal() and len(keys) == 1 else None


def when(said: Said, _: bool) -> Raw | None:
    """An ISO date, the last where one was corrected; several joined by | where the caller has to choose."""
    days = [day.isoformat() for day in said.meaning.dates]
    if days:
        return "|".join(days) if len(days) > 1 and _EITHER.search(said.text.lower()) else days[-1]
    return "today" if _TODAY.search(said.text.lower()) else None


def when_key(keys: str) -> Raw | None:
    """1 today, 2 tomorrow, or month and day in four digits."""
    choices: dict[str, Raw] = {"1": "today", "2": "tomorrow"}
    return choices.get(keys) or (keys if keys.isdecimal() and len(keys) == 4 else None)


def change(said: Said, _: bool) -> Raw | None:
    text = said.text.lower()
    return next((name for name, words in _CHANGES.items() if words.search(text)), None)


def change_key(keys: str) -> Raw | None:
    return {"1": "amount", "2": "source", "3": "date"}.get(keys)


def stars(said: Said, _: bool) -> Raw | None:
    text = re.sub(r"\bout of (?:five|5)\b", " ", said.text.lower())
    words = re.findall(r"[a-z]+|\d", text) or [*(said.meaning.digits or "")]
    numbers = (int(word) if word.isdecimal() else UNITS.get(word, 0) for word in words)
    found = [number for number in numbers if 1 <= number <= 5]
    return found[-1] if found else said.meaning.ordinal


def stars_key(keys: str) -> Raw | None:
    return int(keys) if keys in ("1", "2", "3", "4", "5") else None

"""Digits as callers say and type them, and what can be read out of a text again; apart from the code under test."""

import re
from random import Random

from num2words import num2words

DIGITS = [num2words(n) for n in range(10)]
_VALUES = {num2words(n): str(n) for n in (*range(20), *range(20, 100, 10))} | {"oh": "0"}
_TIMES = {"double": 2, "triple": 3}


def card_number(chance: Random) -> str:
    """13 to 19 digits with a right check digit, from 2 to 6 on as every card's."""
    head = chance.choice("23456") + "".join(chance.choices("0123456789", k=chance.randint(11, 17)))
    doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(head)))
    return head + str(-sum(value // 10 + value % 10 for value in doubled) % 10)


def misheard(chance: Random) -> str:
    """A card of which the recogniser dropped or doubled a digit; at least 13 are left."""
    card = card_number(chance)
    at = chance.randrange(1, len(card))
    return card[:at] + card[at + 1 :] if len(card) > 13 and chance.random() < 0.5 else card[:at] + card[at] + card[at:]


def said(chance: Random, digits: str) -> str:
    """Spoken or written, in any form."""
    return spoken(chance, digits) if chance.random() < 0.5 else written(chance, digits)


def spoken(chance: Random, digits: str) -> str:
    """The digits in words: singly, in pairs ("forty-one"), doubled ("double one"), with "oh" for zero."""
    words: list[str] = []
    while digits:
        pair = digits[:2]
        plain = pair[1:] != "0" or digits[2:3] in ("", "0")  # "ninety nine" is 99, not 90 and 9
        if len(pair) == 2 and pair[0] != "0" and plain and chance.random() < 0.3:
            words.append(num2words(int(pair)).replace("-", chance.choice("- ")))
        elif len(pair) == 2 and pair[0] == pair[1] and chance.random() < 0.5:
            words.append(f"double {_digit(chance, pair[0])}")
        else:
            pair = pair[0]
            words.append(_digit(chance, pair))
        digits = digits[len(pair) :]
    return chance.choice([" ", ", "]).join(words)


def _digit(chance: Random, digit: str) -> str:
    return chance.choice(["oh", "zero"]) if digit == "0" else str(DIGITS[int(digit)])


def written(chance: Random, digits: str) -> str:
    """The digits as numerals, in groups of any length and with any divider."""
    divider = chance.choice([" ", "-", ".", ", ", " - ", ". ", ""])
    return divider.join(groups(chance, digits, 1, 6))


def groups(chance: Random, digits: str, shortest: int, longest: int) -> list[str]:
    parts: list[str] = []
    while digits:
        size = chance.randint(shortest, longest)
        size = len(digits) if len(digits) - size < shortest else size
        parts, digits = [*parts, digits[:size]], digits[size:]
    return parts


def digits_of(text: str) -> str:
    """All digits left in a text, in order, said or written."""
    found, times, tens = "", 1, False
    for token in re.findall(r"\d|[a-z]+", text.lower()):
        if token in _TIMES:
            times = _TIMES[token]
            continue
        value = token if token.isdigit() else _VALUES.get(token, "")
        if tens and len(value) == 1 and value != "0":
            found, tens = found[:-1] + value, False
            continue
        found += value * times
        tens, times = len(value) == 2 and value[0] > "1", 1
    return found


def gives_away(text: str, secret: str, length: int = 5) -> bool:
    """Whether `length` digits of the secret can be read in the text one after the other."""
    left = digits_of(text)
    return any(secret[at : at + length] in left for at in range(len(secret) - length + 1))

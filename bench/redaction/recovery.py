"""What can be got out of kept sound and text again; it knows nothing of how secrets are taken out."""

import re
from collections.abc import Sequence

from bench.redaction.scripts import DIGITS, TEENS, TENS, Secret

VALUES = {word: str(at) for at, word in enumerate(DIGITS)} | {"oh": "0", "o": "0", "to": "2", "too": "2", "for": "4"}
TEEN_VALUES = {word: str(10 + at) for at, word in enumerate(TEENS)}
TEN_VALUES = {word: str(2 + at) for at, word in enumerate(TENS)}
TIMES = {"double": 2, "triple": 3}
ENOUGH = 5  # digits in a row of a longer number that give it away


def digits_read(text: str) -> str:
    """All digits of a text in order, said or written; a letter stands between those with words between them."""
    found, times, tens = "", 1, ""
    for token in re.findall(r"\d|[a-z]+", text.lower()):
        if tens and VALUES.get(token, "0") != "0":
            found, tens, times = found + tens + VALUES[token] * times, "", 1
            continue
        found, tens = found + (f"{tens}0" if tens else ""), ""
        if token in TIMES:
            times = TIMES[token]
        elif token in TEN_VALUES:
            tens = TEN_VALUES[token]
        else:
            value = token if token.isdigit() else VALUES.get(token, TEEN_VALUES.get(token, "x"))
            found, times = found + value * times, 1
    found += f"{tens}0" if tens else ""
    return re.sub("x+", "x", found)


def gives_away(text: str, secret: Secret) -> bool:
    """Whether the secret can be read in the text: enough digits in a row, or all of its words."""
    read, words = digits_read(text), set(re.findall(r"[a-z]+", text.lower()))
    return all(_digits(read, told) if told.isdigit() else told in words for told in secret.told)


def in_digits(read: Sequence[str], secret: Secret) -> bool:
    """The same of strings of digits that a reader of digits gave."""
    return all(told.isdigit() for told in secret.told) and any(
        all(_digits(one, told) for told in secret.told) for one in read
    )


def _digits(read: str, told: str) -> bool:
    size = min(len(told), ENOUGH)
    return any(told[at : at + size] in read for at in range(len(told) - size + 1))

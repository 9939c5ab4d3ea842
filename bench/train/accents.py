"""Accents of English digits (accents.yaml), and speakers who have one.

An accent is what a first language does to English: "th" becomes s, t, f or z, w becomes v, short and long vowels fall
together, the last consonant is lost or a vowel is added to it. Nobody has all the habits of their language: a speaker
has a way for each digit, and now and then uses another.
"""

import random
from collections.abc import Collection, Sequence
from pathlib import Path

import yaml

OH = "oh"  # how a zero is called by some
DIGITS = (*"0123456789", OH)
ANOTHER = 0.2  # share of digits that are said in another way than the speaker's own

_FAMILIES: dict[str, dict[str, dict[str, str]]] = yaml.safe_load(
    Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8")
)
FAMILY = {accent: family for family, accents in _FAMILIES.items() for accent in accents}
"""The family of each accent: accents that are held out together."""
WAYS = {
    accent: {digit: tuple(ways.split()) for digit, ways in digits.items()}
    for accents in _FAMILIES.values()
    for accent, digits in accents.items()
}
"""By accent and digit ("0" to "9", and `OH`): its sounds, the commonest way first."""


def belongs(group: str, names: Collection[str]) -> bool:
    """Whether a speaker or an accent is one of `names`, or is of a family that is."""
    return group in names or FAMILY.get(group) in names


class Speaker:
    """One person's habits: which way each digit is said.

    Whoever has lived with English for long says some digits as its natives do (a mild accent), and some as neighbours
    of their own language do: a digit is said as in `accent` with a chance of `strength`, else as in one of `beside`.
    """

    def __init__(self, accent: str, chance: random.Random, strength: float = 1.0, beside: Sequence[str] = ()) -> None:
        self._ways = {
            digit: WAYS[accent if chance.random() < strength else chance.choice(beside)][digit] for digit in DIGITS
        }
        self._chance = chance
        self._own = {digit: self._drawn(digit) for digit in DIGITS}

    def say(self, digit: str) -> str:
        """The sounds of "0" to "9" or `OH`."""
        return self._drawn(digit) if self._chance.random() < ANOTHER else self._own[digit]

    def _drawn(self, digit: str) -> str:
        ways = self._ways[digit]
        return self._chance.choices(ways, [1 / (1 + place) for place in range(len(ways))])[0]

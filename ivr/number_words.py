"""The words that numbers are made of, for understanding a caller and for finding what must not be written down."""


def words_of(listed: str) -> frozenset[str]:
    """The words of a list separated by blanks."""
    return frozenset(listed.split())


def _numbered(listed: str, start: int = 0, step: int = 1) -> dict[str, int]:
    return {word: start + step * place for place, word in enumerate(listed.split())}


UNITS = _numbered("zero one two three four five six seven eight nine") | {"niner": 9}
TEENS = _numbered("ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen", start=10)
TENS = _numbered("twenty thirty forty fifty sixty seventy eighty ninety", start=20, step=10) | {"fourty": 40}
SPANISH_UNITS = _numbered("cero uno dos tres cuatro cinco seis siete ocho nueve") | {"una": 1}
ZEROS = frozenset({"oh", "o", "zero", "nought", "naught"})
REPEATS = {"double": 2, "triple": 3, "treble": 3, "quadruple": 4}
HEARD_AS = {
    "to": "2",
    "too": "2",
    "for": "4",
    "ate": "8",
    "won": "1",
    "niner": "9",
    "sicks": "6",
    "fore": "4",
    "tree": "3",
}
"""Words that a recogniser writes for a digit; they count only beside other digits."""

_NATO = """alpha alfa bravo charlie delta echo foxtrot golf hotel india juliet juliett kilo lima mike november oscar
    papa quebec romeo sierra tango uniform victor whiskey whisky xray yankee zulu"""
NATO = {word: word[0] for word in words_of(_NATO)}

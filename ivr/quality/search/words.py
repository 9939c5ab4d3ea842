"""What a person typed, read as words, "phrases", beginnings* and -exclusions; and text folded so that both meet. Pure.

Whatever is typed can be read: what makes no sense is left out, and `notes` say so.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
BARE = re.compile(r"[^\W_]+")  # folded
TYPED = re.compile(r'(-?)(?:"([^"]*)(?:"|$)(\*?)|(\S+))')
BREAK = "xqqx"  # stands between two pieces in the index, so that no phrase reaches from one into the next
MOST_TERMS, LONGEST_TERM = 12, 60


@dataclass(frozen=True, slots=True)
class Term:
    """One word, or several one after the other. `prefix`: the last only begins so. `without`: it must not be said."""

    words: tuple[str, ...]
    prefix: bool = False
    without: bool = False


@dataclass(frozen=True, slots=True)
class Typed:
    """What is looked for. Without a term that is not `without`, nothing is."""

    terms: tuple[Term, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def wanted(self) -> tuple[Term, ...]:
        return tuple(term for term in self.terms if not term.without)

    @property
    def unwanted(self) -> tuple[Term, ...]:
        return tuple(term for term in self.terms if term.without)


def fold(text: str) -> str:
    """`text` without accents, apostrophes and capitals, as the index has it."""
    if not text.isascii():
        apart = unicodedata.normalize("NFKD", text)
        text = "".join(sign for sign in apart if not unicodedata.category(sign).startswith("M")).replace("’", "")
    return text.casefold().replace("'", "")


def words_in(text: str) -> list[str]:
    """The words of `text`, folded."""
    return [word for word in BARE.findall(fold(text)) if word != BREAK]


def read(typed: str) -> Typed:
    """What `typed` asks for."""
    terms, notes = [], []
    for minus, phrase, star, word in (
        found.groups("") for found in TYPED.finditer(typed.replace("“", '"').replace("”", '"'))
    ):
        if not minus and word.startswith("-"):
            minus, word = "-", word[1:]
        words = words_in((phrase or word)[:LONGEST_TERM])
        if words:
            terms.append(Term(tuple(words), bool(star) or word.endswith("*"), bool(minus)))
    if typed.count('"') % 2:
        notes.append("A quotation mark was left open: the phrase was taken to go on to the end.")
    if len(terms) > MOST_TERMS:
        notes.append(f"Only the first {MOST_TERMS} words and phrases are looked for.")
        terms = terms[:MOST_TERMS]
    if terms and all(term.without for term in terms):
        notes.append("Words with a minus only leave calls out: add a word to look for.")
        terms = []
    if typed.strip() and not terms and not notes:
        notes.append("There is no word in what was typed.")
    return Typed(tuple(terms), tuple(notes))


def mark(text: str, terms: Sequence[Term]) -> list[tuple[str, bool]]:
    """`text` in pieces, each with whether it is one of the words that were looked for."""
    spans = sorted(span for term in terms for span in _spans(text, term))
    pieces: list[tuple[str, bool]] = []
    at = 0
    for start, end in spans:
        if start < at:
            continue
        pieces += [(text[at:start], False), (text[start:end], True)]
        at = end
    return [piece for piece in [*pieces, (text[at:], False)] if piece[0]]


def holds(words: Sequence[str], term: Term) -> bool:
    """Whether `term` is said in `words`, which are folded."""
    starts = range(len(words) - len(term.words) + 1)
    return any(_begins(words[start : start + len(term.words)], term) for start in starts)


def _spans(text: str, term: Term) -> Iterator[tuple[int, int]]:
    """Where `term` stands in `text`."""
    found = [(word, match.start(), match.end()) for match in WORD.finditer(text) for word in words_in(match[0])]
    words = [word for word, _, _ in found]
    for first in range(len(found) - len(term.words) + 1):
        last = first + len(term.words)
        if _begins(words[first:last], term):
            yield found[first][1], found[last - 1][2]


def _begins(run: Sequence[str], term: Term) -> bool:
    *whole, last = term.words
    same = run[-1].startswith(last) if term.prefix else run[-1] == last
    return same and list(run[:-1]) == whole

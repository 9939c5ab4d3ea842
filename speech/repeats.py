"""What a decoder that ran away is cut back to: it says a thing twice that was said once, or for ever."""

import re
from collections.abc import Sequence

from speech.digit_words import TEENS, TENS, TIMES, UNITS, plain_words

FASTEST = 0.4  # seconds a word: who says a sentence twice is slower
REST = 0.8  # seconds of an utterance in which nothing is said: before its first word, and until it was taken to be over
REPEATS = 3  # a phrase at the end of a run-away text that stands there this often is a loop
_NUMBERS = frozenset([*UNITS, *TEENS, *TENS, *TIMES, "hundred", "thousand", "point"])


def said_once(words: Sequence[str], seconds: float) -> list[str]:
    """The words of an utterance of `seconds` without a sentence that stands there twice running.

    A sentence of several words is told once however long it took: who says it twice means no more by it. Numbers and
    spelt letters may well repeat themselves ("4 4 1 2 4 4 1 2"), and so may a single word: of these a text goes twice
    only where there was no time to say it twice.
    """
    hurried = seconds < REST + FASTEST * len(words)
    kept = list(words[: len(words) // 2] if hurried and _is_twice(words) else words)
    while (repeat := _repeat(kept)) is not None:
        del kept[repeat]
    return kept


def unlooped(words: Sequence[str]) -> int:
    """How many of `words` to keep so that a phrase repeated to the end stands there once."""
    plain = _plain(words)
    for period in range(1, len(plain) // REPEATS + 1):
        phrase = plain[-period:]
        start = len(plain) - period
        while start >= period and plain[start - period : start] == phrase:
            start -= period
        if (len(plain) - start) // period >= REPEATS:
            return start + period
    return len(plain)


def _is_twice(words: Sequence[str]) -> bool:
    """Whether they are one sentence two times over, and nothing besides."""
    half = len(words) // 2
    return half > 0 and words[half - 1][-1] in ".!?" and _same(words[:half], words[half:])


def _repeat(words: Sequence[str]) -> slice | None:
    """Where a sentence stands that the words before it said already."""
    ends = range(len(words), 3, -1)
    sizes = ((end, size) for end in ends for size in range(2, end // 2 + 1))
    return next((slice(end - size, end) for end, size in sizes if _repeated(words, end, size)), None)


def _repeated(words: Sequence[str], end: int, size: int) -> bool:
    """Whether the `size` words before `end` say what those before them said: a sentence, or all to the end."""
    first, second = words[end - 2 * size : end - size], words[end - size : end]
    closed = end == len(words) or (first[-1][-1] in ".!?" and second[-1][-1] in ".!?")
    return closed and _same(first, second) and not _may_repeat(second)


def _same(first: Sequence[str], second: Sequence[str]) -> bool:
    return _plain(first) == _plain(second)


def _may_repeat(phrase: Sequence[str]) -> bool:
    """Whether people say it again as a part of what they say: a number, letters, one and the same word."""
    said = plain_words(" ".join(phrase))
    number = any(word in _NUMBERS or any(letter.isdecimal() for letter in word) for word in said)
    return number or len(set(said)) < 2 or all(len(word) == 1 for word in said)


def _plain(words: Sequence[str]) -> list[str]:
    return [re.sub(r"\W", "", word).lower() for word in words]

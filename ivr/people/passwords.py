"""Passwords: which are good enough, and how they are hashed and checked, a few at a time."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import pairwise
from pathlib import Path
from threading import BoundedSemaphore

from ivr.secret_hashes import PASSWORD_HASHER, verify

SHORTEST, LONGEST = 10, 256
FEWEST_CHARACTERS = 5  # different ones
AT_ONCE = 2  # each takes 64 MiB and a core
SLOT_TIMEOUT = 5.0  # seconds in line, before one is told to come again
LEET = str.maketrans("@4301!$5", "aaeoiiss")
NOISE = "0123456789!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ "

_slots = BoundedSemaphore(AT_ONCE)


class WeakPasswordError(ValueError):
    """The password is not taken; the message says why, and what would be."""


class TooBusyError(RuntimeError):
    """Too many passwords are being checked at once."""


def hash_password(password: str) -> str:
    """The hash to keep. Raises TooBusyError."""
    with _slot():
        return PASSWORD_HASHER.hash(password)


def matches(kept: str | None, password: str) -> bool:
    """Whether `password` is the one of the hash `kept`; it takes as long where there is none. Raises TooBusyError."""
    if len(password) > LONGEST:
        return False
    with _slot():
        return verify(kept or _nobodys(), password) and kept is not None


def check(password: str, about: Sequence[str] = ()) -> None:
    """Raises WeakPasswordError where others would guess it.

    `about`: the person's names and addresses, and the company's name.
    """
    if len(password) < SHORTEST:
        raise WeakPasswordError(f"the password has {len(password)} characters; it needs {SHORTEST} or more")
    if len(password) > LONGEST:
        raise WeakPasswordError(f"the password has {len(password)} characters; it may have {LONGEST}")
    if _is_pattern(password.lower()):
        raise WeakPasswordError("the password is a plain pattern: choose a few words that nobody would guess")
    if _is_common(password.lower()):
        raise WeakPasswordError(
            "the password is one of the first to be guessed: choose a few words that nobody would guess"
        )
    if _is_about(password.lower(), about):
        raise WeakPasswordError(
            "the password is mostly a name or an address: choose a few words that nobody would guess"
        )


def _is_pattern(text: str) -> bool:
    """Few signs, the same few again and again, or a run like 1234567890 or abcdefghij."""
    steps = {ord(later) - ord(earlier) for earlier, later in pairwise(text)}
    again = any(text == (text[:length] * len(text))[: len(text)] for length in range(1, 5))
    return len(set(text)) < FEWEST_CHARACTERS or again or steps <= {1, -9} or steps <= {-1, 9}


def _is_common(text: str) -> bool:
    known = _common()
    bare = text.strip(NOISE)
    return not known.isdisjoint({text, bare, bare.translate(LEET), text.translate(LEET).strip(NOISE)})


def _is_about(text: str, about: Sequence[str]) -> bool:
    words = {word for part in about for word in re.split(r"\W+", part.lower()) if len(word) > 2}
    rest = text
    for word in sorted(words, key=len, reverse=True):
        rest = rest.replace(word, "")
    return rest != text and len(rest.strip(NOISE)) < FEWEST_CHARACTERS


@cache
def _common() -> frozenset[str]:
    return frozenset((Path(__file__).parent / "common_passwords.txt").read_text().split())


@cache
def _nobodys() -> str:
    return PASSWORD_HASHER.hash("nobody's")


@contextmanager
def _slot() -> Iterator[None]:
    if not _slots.acquire(timeout=SLOT_TIMEOUT):
        raise TooBusyError("too many passwords are being checked at once")
    try:
        yield
    finally:
        _slots.release()

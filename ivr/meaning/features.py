"""A text as the models see it: plain words, and hashed counts of word and letter groups."""

import re
import zlib
from collections import Counter
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

BUCKETS = 1 << 16
_FILLERS = frozenset({"um", "umm", "uh", "uhh", "uhm", "er", "err", "erm", "hmm", "mm", "ah", "eh"})
_OTHER = re.compile(r"[^a-z0-9'$%ñáéíóúü ]+")


def plain(text: str) -> str:
    """Lower case, no punctuation, no fillers unless there is nothing else: typed and heard text look alike."""
    lower = text.lower().replace("’", "'").replace("‘", "'")
    words = [word.strip("'") for word in _OTHER.sub(" ", lower).split()]
    spoken = [word for word in words if word and word not in _FILLERS]
    return " ".join(spoken or words)


def ngrams(text: str) -> list[str]:
    """Words, pairs and triples of words, and groups of 2 to 5 letters inside words, of plain text; digits as 0."""
    words = re.sub(r"[0-9]", "0", text).split()
    framed = ["<", *words, ">"]
    found = [f"w {word}" for word in words]
    found += [f"p {a} {b}" for a, b in pairwise(framed)]
    found += [f"t {a} {b} {c}" for a, b, c in zip(framed, framed[1:], framed[2:], strict=False)]
    for word in words:
        padded = f" {word} "
        found += [f"c {padded[i : i + size]}" for size in (2, 3, 4, 5) for i in range(len(padded) - size + 1)]
    return found


def counts(text: str) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Buckets hit by plain text, ascending, and 1 + log of how often each."""
    hits = Counter(zlib.crc32(gram.encode()) % BUCKETS for gram in ngrams(text))
    buckets = np.array(sorted(hits), np.int64)
    weights = np.array([1.0 + np.log(hits[bucket]) for bucket in buckets.tolist()], np.float32)
    return buckets, weights

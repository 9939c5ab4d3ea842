"""The texts that were written to train on, beside the sources' rows."""

from pathlib import Path

from ivr.nlu.normalise import normalise
from ivr.quality.learning.phrases import phrases

KINDS = Path(__file__).with_name("kinds.txt")
PHRASE_WEIGHT = 0.7
"""What one counts beside a row."""


def written(shipped: int, kinds: int) -> list[tuple[str, str]]:
    """(plain text, label): so many of each template of the phrases that ship, and of kinds.txt."""
    extra = phrases(kinds, templates=KINDS) if kinds else []
    return [(normalise(text), label) for text, label in [*phrases(shipped), *extra]]

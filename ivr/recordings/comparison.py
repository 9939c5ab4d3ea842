"""What the bot heard against what the recording says: the measure of mishearing, turn by turn."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from ivr.recordings.secret_spells import CALLER
from ivr.redaction import MARKER
from ivr.store.models import Turn

SLACK = 0.2  # seconds: what the two recognisers differ by in where a word is
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")

Segment = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A turn of the caller: `said` is what the recording has, without secrets; `wrong` of its `words` were misheard.

    A word too many counts as wrong, as does one that is missing.
    """

    turn: int
    said: str
    words: int
    wrong: int


def compare(turns: Iterable[Turn], transcript: Sequence[Segment], offset: float) -> list[Comparison]:
    """Each spoken turn of the caller that lies in the recording, which begins `offset` seconds into the call.

    What was taken out is left out on both sides: nobody knows whether it was heard right.
    """
    heard = [word for segment in transcript if segment["channel"] == CALLER for word in segment["words"]]
    found: list[Comparison] = []
    for turn in turns:
        if turn.speaker != "caller" or turn.via != "voice" or turn.end is None:
            continue
        start, end = turn.start - offset - SLACK, turn.end - offset + SLACK
        said = " ".join(w["word"].strip() for w in heard if start <= (w["start"] + w["end"]) / 2 < end)
        if plain := plain_words(said):
            found.append(Comparison(turn.id, said, len(plain), wrong_words(plain, plain_words(turn.text))))
    return found


def plain_words(text: str) -> list[str]:
    """The words of a text, in lower case, without signs and markers."""
    return [word.lower().replace("’", "'") for word in _WORD.findall(MARKER.sub(" ", text))]


def wrong_words(said: Sequence[str], heard: Sequence[str]) -> int:
    """How many words were exchanged, lost or invented between the two."""
    changes = SequenceMatcher(None, said, heard, autojunk=False).get_opcodes()
    return sum(max(i2 - i1, j2 - j1) for what, i1, i2, j1, j2 in changes if what != "equal")

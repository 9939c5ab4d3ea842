"""What a recogniser hears of redacted sound, read as the conversation it is: each silence stands for its secret."""

from collections.abc import Iterable, Sequence
from typing import Any

from ivr.recordings.secret_spells import Spell, in_segment
from ivr.recordings.transcription import Piece
from ivr.redaction import MARKERS
from speech.audio import RATE

Segment = dict[str, Any]
SILENCED = "silenced"  # marks a word that stands for silence


def in_piece(piece: Piece, spells: Iterable[Spell]) -> list[Spell]:
    """The spells that were silenced in this stretch of sound."""
    start, end = piece.start / RATE, (piece.start + len(piece.samples)) / RATE
    return [spell for spell in spells if spell.channel == piece.channel and start <= spell.middle < end]


def with_markers(segments: Sequence[Segment], spells: Sequence[Spell]) -> list[Segment]:
    """The segments with a marker where each of the spells was, as in a transcript from which secrets were taken.

    Without it "my PIN is ... and I pay 1500" would seem to tell a PIN.
    """
    found = list(segments)
    for spell in spells:
        word = {"word": MARKERS[spell.kind], "start": spell.start, "end": spell.end, "confidence": None, SILENCED: True}
        at = next((n for n, s in enumerate(found) if s["start"] <= spell.middle <= s["end"] and s["words"]), None)
        if at is None:
            text = {"channel": spell.channel, "text": word["word"], "confidence": None, "words": [word]}
            found.append({**text, "start": spell.start, "end": spell.end})
        else:
            words = sorted([*found[at]["words"], word], key=lambda word: word["start"] + word["end"])
            found[at] = {**found[at], "words": words, "text": " ".join(word["word"].strip() for word in words)}
    return found


def still_heard(segments: Iterable[Segment]) -> list[Spell]:
    """The secrets that were found in what was heard, without those that stand for silence."""
    return [spell for segment in segments for spell in in_segment(_without_silence(segment))]


def _without_silence(segment: Segment) -> Segment:
    """In place of each marker that stands for silence, a word that says nothing."""
    if not segment["words"]:
        return segment
    kept = [{**word, "word": "..."} if SILENCED in word else word for word in segment["words"]]
    return {**segment, "words": kept, "text": " ".join(word["word"].strip() for word in kept)}

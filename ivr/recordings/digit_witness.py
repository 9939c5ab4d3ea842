"""A second witness to digits in sound: a reader that knows no words, asked where a secret is told or has been named.

A recogniser makes words of the digits that it does not understand ("I1 for big", "61 time"). The reader hears digits in
other words too, so it is asked only near a secret, and what the transcript explains better is left to that.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from ivr.recordings.secret_spells import Segment, Spell
from ivr.recordings.transcription import Samples, Sound
from ivr.redaction import SecretKind, explained, holds_digits, holds_marker, is_lead, kind_of, phrases_in, places
from speech.audio import RATE

if TYPE_CHECKING:
    from speech.events import Word

Reader = Callable[[Samples], "Sequence[Word]"]

ANSWERED, ECHOED = 8.0, 4.0  # seconds within which a secret that was named is told, and one that was told is repeated
ROUND = 0.5  # seconds of sound read before and after a stretch of speech
FEWEST, SURE = 3, 0.7  # digits of a run, and the mean sureness 0..1 with which they were read
PAUSE = 1.5  # seconds between two digits of a run
ABOUT = 0.2  # seconds by which reader and recogniser differ in when a digit was said
BELIEVED = 0.6  # sureness of an ordinary word at the edge of a run that was taken for a digit
EARLY, LATE = 0.2, 0.05  # seconds by which a digit begins before, and ends after, it was sure to the reader
TRIM = 0.35  # seconds that a spell may be shortened by at either end: about a digit
OF_DIGITS: tuple[SecretKind, ...] = ("card", "cvv", "pin", "code", "id", "expiry")
WITH_LETTERS: SecretKind = "id"


def read_spells(sound: Sound, transcript: Sequence[Segment], read: Reader) -> list[Spell]:
    """The runs of digits that are heard near secrets, and that the transcript does not explain."""
    found: list[Spell] = []
    for segment, kind in _near_secrets(transcript):
        channel, start = segment["channel"], max(0.0, segment["start"] - ROUND)
        samples = sound.samples[channel - 1, int(start * RATE) : int((segment["end"] + ROUND) * RATE)]
        digits = [(start + word.start, start + word.end, word.confidence) for word in read(samples)]
        same = [one for one in transcript if one["channel"] == channel]
        found += [Spell(channel, max(0.0, a - EARLY), b + LATE, kind) for a, b in _runs(digits, same)]
    return list(dict.fromkeys(found))


def fitted(spell: Spell, read: Sequence[Spell]) -> Spell:
    """The spell with the edges of what was read there: digits are timed better by their reader than by a writer."""
    for run in read:
        if run.channel == spell.channel and spell.kind in OF_DIGITS and run.start < spell.end and spell.start < run.end:
            slack = 0.0 if spell.kind == WITH_LETTERS else TRIM
            start = run.start if run.start - spell.start <= slack else spell.start
            end = run.end if spell.end - run.end <= slack else spell.end
            return Spell(spell.channel, start, end, spell.kind)
    return spell


def _near_secrets(transcript: Sequence[Segment]) -> Iterator[tuple[Segment, SecretKind]]:
    """Each segment in which a secret stands or is named, or that follows one soon, whoever speaks."""
    until, kind = 0.0, None
    for segment in transcript:
        text = segment["text"]
        named = [kind_of(text), *(phrase.named for phrase in reversed(phrases_in(text)))]
        own: SecretKind | None = next((one for one in OF_DIGITS if one in named), None)
        if own is not None:
            until, kind = segment["end"] + (ECHOED if holds_marker(text) else ANSWERED), own
        if kind is not None and segment["start"] <= until:
            yield segment, kind


def _runs(digits: Sequence[tuple[float, float, float]], segments: Sequence[Segment]) -> Iterator[tuple[float, float]]:
    """(start, end) of each run of `digits` (start, end, sureness), without what the segments explain."""
    words = [word for segment in segments for word in _of_segment(segment)]
    known = [(start, end) for start, end, meant in words if meant == "explained"]
    plain = [(start, end) for start, end, meant in words if meant == "ordinary"]
    left = [digit for digit in digits if not _within(digit, known)]
    runs: list[list[tuple[float, float, float]]] = [[]]
    for before, digit in pairwise([None, *left]):
        if before is not None and digit is not None and digit[0] - before[1] > PAUSE:
            runs.append([])
        if digit is not None:
            runs[-1].append(digit)
    for run in runs:
        while run and _within(run[0], plain):
            run.pop(0)
        while run and _within(run[-1], plain):
            run.pop()
        if len(run) >= FEWEST and sum(digit[2] for digit in run) >= SURE * len(run):
            yield run[0][0], run[-1][1]


def _within(digit: tuple[float, float, float], places: Sequence[tuple[float, float]]) -> bool:
    middle = (digit[0] + digit[1]) / 2
    return any(start <= middle < end for start, end in places)


def _of_segment(segment: Segment) -> Iterator[tuple[float, float, str]]:
    """(start, end, "explained" or "ordinary") of the words that are no digits of a secret."""
    words: Sequence[Mapping[str, Any]] = segment["words"]
    known = explained(segment["text"])
    for word, (start, end) in zip(words, places(segment["text"], words), strict=False):
        if any(start < last and first < end for first, last in known):
            yield word["start"] - ABOUT, word["end"] + ABOUT, "explained"
        elif _ordinary(word):
            yield word["start"], word["end"], "ordinary"


def _ordinary(word: Mapping[str, Any]) -> bool:
    """No digits, and nobody doubts it."""
    text = word["word"]
    sure = is_lead(text) or (word["confidence"] or 0.0) >= BELIEVED
    return sure and not holds_digits(text) and not holds_marker(text)

"""Secrets said aloud: out of a recording's transcript as they are out of the turns, and when each of them is heard."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.recordings.secret_spells import (
    OTHERS,
    Spell,
    Words,
    channel_of,
    in_segment,
    said_during,
    timed_in_turn,
    whole_turn,
)
from ivr.redaction import (
    KEYED_CARD,
    MARKER,
    MARKERS,
    NOTHING_PERSONAL,
    Line,
    Personal,
    Span,
    holds_marker,
    holds_secret,
    mask,
    mask_digits,
    mask_words,
    merged,
    places,
    redact,
)
from ivr.store.models import Recording, Turn

SLACK = 1.0  # seconds: what the two recognisers differ by in where words begin and end
NEAR = 0.3  # seconds: the same where all that was said is a secret, and its neighbours are none

Segment = dict[str, Any]


def mask_secrets(
    tx: Session,
    recording: Recording,
    transcript: Sequence[Segment],
    *,
    whole: bool = False,
    personal: Personal = NOTHING_PERSONAL,
) -> list[Segment]:
    """The transcript without its own secrets, and without what was taken out of the turns said at the same time.

    `whole`: nothing of the recording is missing, so that digits that nobody explains are taken out too. `personal`:
    what goes besides secrets.
    """
    said = _turns(tx, recording)
    own = mask(_lines(said, recording, transcript), unnamed=whole, personal=personal).lines
    timed = [spell for turn in _marked(said) for spell in timed_in_turn(turn, recording.offset)]
    vague = _vague(said, recording.offset)
    return [
        _masked(segment, [*masked.spans, *_known(segment, timed, vague, recording.offset)])
        for segment, masked in zip(transcript, own, strict=True)
    ]


def mask_again(
    tx: Session, recording: Recording, transcript: Sequence[Segment], *, personal: Personal = NOTHING_PERSONAL
) -> list[Segment]:
    """What was heard of the redacted sound, without the secrets that are in it after all."""
    said = _turns(tx, recording)
    own = mask(_lines(said, recording, transcript), unnamed=True, personal=personal).lines
    vague = _vague(said, recording.offset)
    return [
        _masked(segment, [*masked.spans, *_digits_near(segment, vague, recording.offset)])
        for segment, masked in zip(transcript, own, strict=True)
    ]


def mask_spells(segments: Sequence[Segment], spells: Sequence[Spell]) -> list[Segment]:
    """The transcript without the words that are said in the spells."""
    return [_masked(s, _within(spells, s["channel"], s["text"], s["words"], s["start"], s["end"])) for s in segments]


def mask_turns(tx: Session, recording: Recording, spells: Sequence[Spell]) -> None:
    """Takes out of the turns what the bot did not know for a secret when it heard it."""
    for turn in _turns(tx, recording):
        start, end, words = turn.start - recording.offset, (turn.end or turn.start) - recording.offset, turn.words or ()
        spans = _within(spells, channel_of(turn), turn.text, words, start, end, recording.offset)
        if spans:
            turn.words = mask_words(turn.text, turn.words, spans)
            turn.text = redact(turn.text, spans)


def secret_spells(tx: Session, recording: Recording) -> list[Spell]:
    """When a secret is said in the recording, as its transcript and the call's turns know it."""
    offset = recording.offset
    heard = [spell for segment in recording.transcript for spell in in_segment(segment)]
    spells = [*heard]
    said = _turns(tx, recording)
    spells += [spell for turn in _marked(said) for spell in timed_in_turn(turn, offset)]
    for turn in _vague(said, offset):
        spells += [whole for whole in whole_turn(turn, offset) if not _found(whole, turn, heard)]
    return spells


def keyed_moments(tx: Session, recording: Recording) -> list[float]:
    """When the caller had keyed something, in seconds from the recording's start."""
    return [turn.start - recording.offset for turn in _turns(tx, recording) if turn.via == "keys"]


def _turns(tx: Session, recording: Recording) -> list[Turn]:
    if recording.kind != "call":
        return []
    return list(tx.scalars(select(Turn).where(Turn.call_sid == recording.call_sid)))


def _lines(turns: Sequence[Turn], recording: Recording, transcript: Sequence[Segment]) -> list[Line]:
    """Who says each segment: its channel, or the bot, whose own words hold no secret that nobody told it."""
    bot = [
        (turn.start - recording.offset - SLACK, (turn.end or turn.start) - recording.offset + SLACK)
        for turn in turns
        if turn.speaker == "bot"
    ]
    return [Line(_speaker(segment, bot), segment["text"]) for segment in transcript]


def _speaker(segment: Segment, bot: Sequence[tuple[float, float]]) -> str:
    spoken = any(start <= segment["start"] and segment["end"] <= end for start, end in bot)
    return "bot" if spoken and segment["channel"] == OTHERS else str(segment["channel"])


def _marked(turns: Sequence[Turn]) -> list[Turn]:
    return [turn for turn in turns if turn.via == "voice" and holds_marker(turn.text)]


def _vague(turns: Sequence[Turn], offset: float) -> list[Turn]:
    """Turns that hold a secret, and nobody knows where. A name is not worth all of a turn."""
    return [turn for turn in _marked(turns) if holds_secret(turn.text) and not timed_in_turn(turn, offset)]


def _found(whole: Spell, turn: Turn, heard: Iterable[Spell]) -> bool:
    """Whether the transcript holds as many secrets in the turn's time as the turn does."""
    inside = [spell for spell in heard if spell.meets(whole.channel, whole.start - SLACK, whole.end + SLACK)]
    return len(inside) >= len(MARKER.findall(turn.text))


def _known(segment: Segment, timed: Sequence[Spell], vague: Iterable[Turn], offset: float) -> list[Span]:
    """What is said in the segment while the turns hold a secret: to the word where that is known."""
    channel, text, words = segment["channel"], segment["text"], segment["words"]
    spans = said_during(timed, channel, text, words)
    if not words:
        missed = [spell for spell in timed if spell.meets(channel, segment["start"], segment["end"])]
        spans += [span for spell in missed for span in mask_digits(text, spell.kind)]
    spans += _digits_near(segment, vague, offset)
    for turn in vague:
        whole = whole_turn(turn, offset)[0]
        if turn.text in (*MARKERS.values(), KEYED_CARD) and _meets(whole, segment):
            near = Spell(channel, whole.start - NEAR, whole.end + NEAR, whole.kind)
            spans += said_during([near], channel, text, words) if words else [Span(0, len(text), whole.kind)]
    return spans


def _digits_near(segment: Segment, vague: Iterable[Turn], offset: float) -> list[Span]:
    """Digits in the time of turns that hold a secret, and nobody knows where."""
    wholes = [whole_turn(turn, offset)[0] for turn in vague]
    return [span for whole in wholes if _meets(whole, segment) for span in mask_digits(segment["text"], whole.kind)]


def _meets(whole: Spell, segment: Segment) -> bool:
    return whole.meets(segment["channel"], segment["start"] - SLACK, segment["end"] + SLACK)


def _within(
    spells: Sequence[Spell], channel: int, text: str, words: Words, start: float, end: float, offset: float = 0.0
) -> list[Span]:
    """What is said in the spells; every digit of a text whose words have no times and that meets one."""
    if words and places(text, words):
        return said_during(spells, channel, text, words, offset)
    met = [spell for spell in spells if spell.meets(channel, start, end)]
    return [span for spell in met[:1] for span in mask_digits(text, spell.kind)]


def _masked(segment: Segment, spans: Iterable[Span]) -> Segment:
    text, found = segment["text"], merged(spans)
    if not found:
        return segment
    return {**segment, "text": redact(text, found), "words": mask_words(text, segment["words"], found)}

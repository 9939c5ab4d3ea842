"""The reader of digits is asked near secrets, and what the transcript explains is left to the transcript."""

from typing import Any

import numpy as np
import pytest

from ivr.recordings.digit_witness import fitted, read_spells
from ivr.recordings.secret_spells import Spell
from ivr.recordings.transcription import Samples, Sound
from speech.audio import RATE
from speech.events import Word

pytestmark = pytest.mark.unit

START = 10.0
Said = list[tuple[str, float]]  # words and how sure they are, half a second each


def segment(words: Said, start: float = START, channel: int = 1) -> dict[str, Any]:
    timed = [
        {"word": word, "start": start + n / 2, "end": start + n / 2 + 0.5, "confidence": sure}
        for n, (word, sure) in enumerate(words)
    ]
    text = " ".join(word for word, _ in words)
    return {"channel": channel, "text": text, "start": start, "end": start + len(words) / 2, "words": timed}


def read(*transcript: dict[str, Any], digits: list[float]) -> list[tuple[int, str]]:
    """Digits are heard at these times; what is a secret, of which kind."""
    heard: list[float] = []

    def reader(samples: Samples) -> list[Word]:
        start = int(samples[0]) / 10  # the line tells its time
        heard.append(start)
        end = start + len(samples) / RATE
        return [Word("1", at - start, at - start + 0.1, 0.99) for at in digits if start <= at < end]

    line = (np.arange(40 * RATE) * 10 // RATE).astype(np.int16)
    return [(spell.channel, spell.kind) for spell in read_spells(Sound(np.stack([line, line])), transcript, reader)]


GARBLED = segment([("my", 0.9), ("pin", 0.9), ("is", 0.9), ("I1", 0.4), ("for", 0.9), ("big", 0.4)])
AT = [11.6, 12.1, 12.6, 12.8]


def test_digits_that_became_words_are_heard_beside_the_secrets_name() -> None:
    assert read(GARBLED, digits=AT) == [(1, "pin")]


def test_nobody_reads_digits_where_no_secret_is_near() -> None:
    assert read(segment([("so", 0.4), ("I1", 0.4), ("for", 0.4), ("big", 0.4)]), digits=AT) == []
    assert read(GARBLED, segment([("so", 0.4), ("big", 0.4)], 30.0), digits=[30.1, 30.3, 30.6]) == []


def test_an_echo_on_the_other_side_is_read_too() -> None:
    asked = segment([("pin", 0.9), ("please", 0.9)], 5.0, channel=2)
    assert read(asked, segment([("hum", 0.4), ("big", 0.4), ("of", 0.4)]), digits=[10.1, 10.6, 11.1]) == [(1, "pin")]


@pytest.mark.parametrize("said", ["$443", "443 dollars", "15/05/2026", "extension 443"])
def test_what_the_transcript_explains_is_none(said: str) -> None:
    words: Said = [("pin", 0.9), *((word, 0.9) for word in said.split())]
    assert read(segment(words), digits=[10.6, 10.7, 10.8]) == []


def test_sure_words_at_the_edges_are_no_digits() -> None:
    assert read(segment([("your", 0.9), ("four-digit", 0.9), ("pin", 0.9)]), digits=[10.1, 10.6, 11.1]) == []


def test_what_leads_up_to_an_answer_is_no_digit_however_unsure() -> None:
    asked = segment([("pin", 0.9), ("please", 0.9)], 5.0, channel=2)
    assert read(asked, segment([("It's,", 0.3), ("I1", 0.4), ("big", 0.4)]), digits=[10.1, 10.6, 11.1]) == []


def test_too_few_digits_are_none() -> None:
    assert read(GARBLED, digits=AT[:2]) == []


def test_a_spell_takes_the_edges_of_its_digits_but_gives_up_no_more_than_a_digit() -> None:
    told = [Spell(1, 10.2, 12.9, "pin")]
    assert fitted(Spell(1, 10.0, 13.0, "pin"), told) == told[0]
    assert fitted(Spell(1, 10.5, 12.5, "pin"), told) == told[0]
    assert fitted(Spell(1, 9.0, 14.0, "pin"), told) == Spell(1, 9.0, 14.0, "pin")
    assert fitted(Spell(1, 10.0, 13.0, "id"), told) == Spell(1, 10.0, 13.0, "id"), "letters are not read"
    assert fitted(Spell(2, 10.0, 13.0, "pin"), told) == Spell(2, 10.0, 13.0, "pin")

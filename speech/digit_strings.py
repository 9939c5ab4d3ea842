"""Which digits were said, from two witnesses: the digit reader, and what Whisper wrote."""

import re
from dataclasses import dataclass

from speech.digit_reader import Reading
from speech.digit_words import AROUND, SOUNDS_LIKE, TEENS, TENS, TIMES, UNITS, plain_words, spoken_digits
from speech.events import Word

ALONE = 0.95  # chance from which the reader needs no second witness
BEFORE, AFTER = 0.8, 0.6  # seconds of a sound with nothing but digits that pass before the first and after the last
AGREED = 0.95  # confidence where both witnesses say the same, and the reader is sure
FITTING = 0.2  # chance from which a reading of the right length is better than one of a wrong length
DOUBTED = 0.5  # confidence of a string that one witness doubts: to be read back
WRONG_COUNT = 0.4  # confidence of a string that is not as long as was asked: below "ask again"
SURE = 0.9  # chance from which the reader is believed: of less sure strings one in two was wrong, whatever was written
STRAY = 1  # as many such words; more are a sentence
# Words that no digit is ever misheard for, and that must not be lost with a PIN round them.
_SAID = "no not wait stop cancel help person human agent operator someone somebody representative sorry"
SAID = frozenset(f"{_SAID} forgot forget know repeat again wrong change".split())
MULTIPLIED = re.compile(rf"\b({'|'.join(TIMES)})\b", re.I)
_NUMBERS = frozenset([*UNITS, *TEENS, *TENS, *SOUNDS_LIKE])


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to report: `text` (digits where it was digits), how sure that is (0..1), and the timed digits if any."""

    text: str
    confidence: float
    words: tuple[Word, ...] = ()


def surely_read(readings: list[Reading], count: int, seconds: float) -> Verdict | None:
    """What the reader surely read of a sound of `seconds` that holds as many digits as were asked for and no more.

    None where the writer must be asked too: more may have been said, and "a person" is not to be lost beside a PIN.
    """
    read = readings[0]
    if len(read.digits) != count or read.chance < ALONE:
        return None
    if read.words[0].start > BEFORE or seconds - read.words[-1].end > AFTER:
        return None
    return Verdict(read.digits, read.chance, read.words)


def weigh(text: str, confidence: float, readings: list[Reading], count: int | None) -> Verdict:
    """Weigh Whisper's `text` and its `confidence` with the reader's `readings`, likeliest first."""
    written = spoken_digits(text, count)
    read = best_reading(readings, count)
    if not text:  # the writer disbelieves its own words where a caller mumbles
        sure = read.chance >= SURE and len(read.digits) == count
        return Verdict(read.digits, read.chance, read.words) if sure else Verdict("", 0.0)
    if written is not None and (MULTIPLIED.search(text) or not read.digits):  # the reader knows single digits only
        return Verdict(written, confidence if count in (None, len(written)) else min(confidence, WRONG_COUNT))
    if not _is_digits(text, read.chance):
        return Verdict(text, confidence)
    if read.digits and (count is None or len(read.digits) == count):
        return Verdict(read.digits, _believed(read, written), read.words)
    if written is not None and len(written) == count and read.chance < DOUBTED:  # else the writer went on by itself
        return Verdict(written, min(confidence, DOUBTED))
    found = read.digits or written
    return Verdict(found, WRONG_COUNT, read.words) if found else Verdict(text, confidence)


def _believed(read: Reading, written: str | None) -> float:
    """The confidence in a reading of the right length, the writer's digits beside it.

    Both go wrong alike on a voice that is strange to both, so an unsure reading is doubted even where they agree.
    """
    if read.chance < SURE:
        return DOUBTED
    if written == read.digits:
        return max(AGREED, read.chance)
    return DOUBTED if written is not None and len(written) == len(read.digits) else read.chance


def best_reading(readings: list[Reading], count: int | None) -> Reading:
    """The likeliest reading, or the likeliest of the length that was asked; a string said twice over is one."""
    best = readings[0]
    if count is None or len(best.digits) == count:
        return best
    once = spoken_digits(best.digits, count)
    if once is not None and len(once) == count:
        return Reading(once, best.chance, best.words[:count])
    fitting = next((one for one in readings if len(one.digits) == count and one.chance >= FITTING), None)
    return fitting or best


def _is_digits(text: str, chance: float) -> bool:
    """Whether the text says digits and nothing besides that matters."""
    words = plain_words(text)
    foreign = [word for word in words if not word.isdecimal() and word not in _NUMBERS and word not in AROUND]
    if any(word in SAID for word in words) or len(foreign) > STRAY:
        return False
    return chance >= SURE if foreign else True

"""How one utterance is decoded, by what was asked: a yes or no, digits, or anything.

Two witnesses tell digits: Whisper, which writes whatever is likely, and the digit reader, which knows nothing else. The
shortest window that is safe is tried first, because the encoder's time grows with it and callers wait for it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from speech.digit_strings import WRONG_COUNT, Verdict, surely_read, weigh
from speech.digit_words import spoken_digits
from speech.endpointing.phrases import is_yes_or_no
from speech.events import Expectation, Word
from speech.whisper import LONGEST, MARGIN, RATE, Decoding, Encoded, Sound, Whisper

YES_NO_WINDOW = 4.0
"""Seconds: of 30 yeses and noes 25 came out as at 8 s; what is neither is decoded again in that."""
YES_NO_BELIEVED = 0.225
"""Confidence (0..1): less sure ones are decoded again too. The dialogue would not take them; of 84 they were 10."""
DIGIT_WINDOW = 15.0
"""Seconds, for strings that take longer than SHORT_DIGITS to say."""
SHORT_DIGITS = 3.5
DIGIT_BEAMS = 5


class UnwantedError(RuntimeError):
    """A hearing was given up in its midst: nobody waits for it any more."""


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Demand:
    """Who waits for a hearing; the last two are asked while it goes on.

    `thorough`: longer is taken for digits of the wrong count. `unwanted`: nobody waits any more. `pressed`: others wait
    for their turn, so that what can be done without (when each word was said) is not done.
    """

    thorough: bool = True
    unwanted: Callable[[], bool] = _never
    pressed: Callable[[], bool] = _never

    def go_on(self) -> None:
        """Raises UnwantedError."""
        if self.unwanted():
            raise UnwantedError


@dataclass(frozen=True, slots=True)
class Decoded:
    """What an utterance came to: the verdict, the chance (0..1) of no speech, and that who spoke has finished.

    `end_of_turn` is None where it is not known.
    """

    verdict: Verdict
    no_speech: float
    end_of_turn: float | None = None


class UtteranceDecoder:
    """Chooses windows and decodings of one Whisper model. Thread-safe as far as the model is."""

    def __init__(self, whisper: Whisper) -> None:
        self._whisper = whisper

    def decode(self, sound: Sound, expect: Expectation, demand: Demand) -> Decoded:
        """An utterance, float32 [n] at 16 kHz. Raises UnwantedError where nobody waits for it any more."""
        if expect.kind == "yes-no" and (decoded := self._yes_or_no(sound, demand)) is not None:
            return decoded
        if expect.kind != "digits" or expect.digits == 1:  # one is as short as any word: "thank you" reads as a 2
            return self._words(sound, demand)
        if self._whisper.is_base:
            return self._digits(sound, expect.digits, demand)
        return self._written_digits(sound, expect.digits, demand)

    def decode_again(self, sound: Sound) -> Decoded:
        """The words as another hearing has them: in the closest window, with more hypotheses than `decode` takes."""
        encoded = self._whisper.encode(sound, stretch=1.0)
        decoding = self._whisper.decode(encoded, beams=DIGIT_BEAMS)
        return Decoded(self._as_it_is(decoding, encoded, Demand()), decoding.no_speech)

    def read(self, sound: Sound) -> Decoded:
        """Nothing but the digits that the reader hears; nothing where it does not know the model."""
        if not self._whisper.is_base:
            return Decoded(Verdict("", 0.0, ()), 0.0)
        likeliest = self._whisper.read_digits(self._whisper.encode(sound, window=MARGIN, stretch=1.0))[0]
        return Decoded(Verdict(likeliest.digits, likeliest.chance, likeliest.words), 0.0)

    def _yes_or_no(self, sound: Sound, demand: Demand) -> Decoded | None:
        """A yes or a no from a window too short for anything longer; None for all else, and where it is hardly sure."""
        if not self._whisper.is_base or len(sound) > (YES_NO_WINDOW - MARGIN) * RATE:
            return None
        encoded = self._whisper.encode(sound, window=YES_NO_WINDOW)
        demand.go_on()
        decoding = self._whisper.decode(encoded, retry=False)
        if not is_yes_or_no(decoding.text) or decoding.confidence < YES_NO_BELIEVED:
            return None
        return Decoded(self._as_it_is(decoding, encoded, demand), decoding.no_speech)

    def _words(self, sound: Sound, demand: Demand) -> Decoded:
        demand.go_on()
        encoded = self._whisper.encode(sound)
        demand.go_on()
        decoding = self._whisper.decode(encoded)
        verdict = self._as_it_is(decoding, encoded, demand)
        return Decoded(verdict, decoding.no_speech, self._whisper.end_of_turn_chance(encoded))

    def _digits(self, sound: Sound, count: int | None, demand: Demand) -> Decoded:
        """The reader's where it is sure: it needs no window. Else both witnesses', in the one that Whisper needs."""
        if count is not None:  # else nothing tells whether these are all
            close = self._whisper.encode(sound, window=MARGIN, stretch=1.0)
            if (sure := surely_read(self._whisper.read_digits(close), count, close.seconds)) is not None:
                return Decoded(sure, 0.0)
        demand.go_on()
        encoded = self._whisper.encode(sound, stretch=1.0)
        demand.go_on()
        readings = self._whisper.read_digits(encoded)
        decoding = self._whisper.decode(encoded, retry=not readings[0].digits)
        verdict = weigh(decoding.text, decoding.confidence, readings, count)
        if not verdict.words and verdict.text == decoding.text and decoding.text:
            verdict = replace(verdict, words=self._timed(decoding, encoded, demand))
        return Decoded(verdict, decoding.no_speech)

    def _written_digits(self, sound: Sound, count: int | None, demand: Demand) -> Decoded:
        """For models that the reader does not know: a wrong count asks for more hypotheses."""
        encoded = self._whisper.encode(sound, window=DIGIT_WINDOW if len(sound) > SHORT_DIGITS * RATE else None)
        decoding = self._whisper.decode(encoded)
        words, sure = self._timed(decoding, encoded, demand), decoding.confidence
        first = spoken_digits(decoding.text, count)
        if first is None or count is None or len(first) == count:
            return Decoded(Verdict(first or decoding.text, sure, words), decoding.no_speech)
        for other in self._second_opinions(sound, demand.thorough):
            digits = spoken_digits(other.text, count)
            if digits is not None and len(digits) == count:
                return Decoded(Verdict(digits, min(sure, other.confidence), words), decoding.no_speech)
        return Decoded(Verdict(first, min(sure, WRONG_COUNT), words), decoding.no_speech)

    def _second_opinions(self, sound: Sound, thorough: bool) -> Iterator[Decoding]:
        """Slower, and only for strings of the wrong length: callers mind being asked again more than half a second."""
        yield self._whisper.decode(self._whisper.encode(sound, window=DIGIT_WINDOW), beams=DIGIT_BEAMS)
        if thorough:  # not while the caller may only be pausing between two digits
            yield self._whisper.decode(self._whisper.encode(sound, window=LONGEST))

    def _as_it_is(self, decoding: Decoding, encoded: Encoded, demand: Demand) -> Verdict:
        return Verdict(decoding.text, decoding.confidence, self._timed(decoding, encoded, demand))

    def _timed(self, decoding: Decoding, encoded: Encoded, demand: Demand) -> tuple[Word, ...]:
        """The words' times; a single word is as long as the sound, and needs no second pass before a turn can end.

        None where others wait: the turn's own times then stand for those of its words.
        """
        if not decoding.text:
            return ()
        if " " not in decoding.text:
            return (Word(decoding.text, 0.0, round(encoded.seconds, 2), round(decoding.confidence, 3)),)
        return () if demand.pressed() else self._whisper.words(decoding, encoded)

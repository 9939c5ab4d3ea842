"""Render what the digit reader and the interruption detector learn from besides recordings: many neural voices.

    python -m bench.train.voices --model kokoro.onnx --voices package/voices --out DIR

The model and the voices are those of bench/tools/render_lines.py, which says how to get them. Each sound is one .npz
with `s` (int16 at 8 kHz), `lab` (its digits), `kind` (digits, words, hum) and `voice`. Half an hour on one core; the
most needed come first, and what is there is not made again.
"""

import argparse
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from hibari.g2p import G2P

from bench.tools.recorded_speech import DIGITS
from bench.tools.render_lines import Kokoro

HELD = "af_heart"  # the benches' own voice, as hibari speaks it
TALKS = "abeijpf"  # the languages of the voices that are taken: with foreign ones English has an accent
ORDER = (0, 1, 13, 6, 14, 2, 7, 15, 16, 12, 8, 10, 3, 9, 11, 17, 4, 5)  # of a voice's lines
SPEED = (0.8, 1.25)
STRINGS = ((1, 3), (4, 7), (4, 7), (8, 11))  # lengths of each voice's digit strings, from and to
HUMS = ("mhˈmː.", "m̩hˈm.", "mːm.", "hmː.", "mː.", "əhˈʌ.", "ʌhʌ.", "ˈmhm, mhm.")
NASALS = ("No.", "No, wait.", "My card.", "Money, please.", "Mistake.", "Not now.", "Never mind.", "Nine.", "Next.")
SHORT = ("Yes.", "Stop.", "Hello?", "What?", "Agent.", "Help.", "Okay, but wait.", "Hold on.", "Excuse me.", "Balance.")
SENTENCES = (
    "I want to talk to a person.", "Um, I forgot my number.", "Uh, can you say that again?", "And my last payment?",
    "How much do I owe?", "When is it due?", "I didn't make that payment.", "Could you repeat that please?",
    "Let me think for a moment.", "All of it.", "Mm, maybe tomorrow.", "On the fifteenth of March.", "Wait, wait.",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    kind: str
    speed: float
    digits: str = ""
    spelled: bool = False  # `text` is phonemes


def lines(chance: random.Random) -> Iterator[Line]:
    """One voice's lines."""

    def drawn(texts: tuple[str, ...], many: int, kind: str) -> Iterator[Line]:
        for text in chance.sample(texts, many):
            yield Line(text, kind, chance.uniform(*SPEED), spelled=kind == "hum")

    yield from drawn(HUMS, 6, "hum")
    yield from drawn(NASALS, 4, "words")
    yield from drawn(SHORT, 2, "words")
    for shortest, longest in STRINGS:
        digits = "".join(chance.choice("0123456789") for _ in range(chance.randint(shortest, longest)))
        yield Line(said(digits, chance), "digits", chance.uniform(*SPEED), digits)
    yield from drawn(SENTENCES, 2, "words")


def said(digits: str, chance: random.Random) -> str:
    """The digits as people read them out: singly, in a row, or by groups; zero is "oh" to some."""
    zero = chance.choice(("zero", "zero", "oh"))
    words = [zero if digit == "0" else DIGITS[int(digit)] for digit in digits]
    size = chance.choice((1, 3, 4, 20))
    return ", ".join(" ".join(words[start : start + size]) for start in range(0, len(words), size)) + "."


class Studio:
    """Where lines are rendered: `voices` are files of Kokoro's, `out` is where the sounds are put."""

    def __init__(self, doc: str | None) -> None:
        """From the command line; `doc` is the script's own help."""
        parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
        for option in ("--model", "--voices", "--out"):
            parser.add_argument(option, type=Path, required=True)
        given = parser.parse_args()
        self.voices = [path for path in sorted(given.voices.glob("*.bin")) if path.stem != HELD]
        self._out, self._kokoro, self._spell = given.out, Kokoro(given.model), G2P(british=False)
        self._out.mkdir(parents=True, exist_ok=True)

    def render(self, line: Line, voice: Path, index: int) -> None:
        """One line into a file of its own, unless that is there."""
        target = self._out / f"{voice.stem}-{index:02}.npz"
        if target.exists():
            return
        phonemes = line.text if line.spelled else str(self._spell(line.text))
        sound = self._kokoro.say(phonemes, voice, line.speed)
        np.savez_compressed(target, s=sound, lab=line.digits, kind=line.kind, voice=voice.stem)


def main() -> None:
    studio = Studio(__doc__)
    every = {path: list(lines(random.Random(path.stem))) for path in studio.voices if path.stem[0] in TALKS}
    for index in ORDER:
        for path in every:
            studio.render(every[path][index], path, index)


if __name__ == "__main__":
    main()

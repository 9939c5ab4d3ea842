"""Render what the digit reader and the judge of interruptions learn from besides recordings: many neural voices.

    python -m bench.training_voices --model kokoro.onnx --voices package/voices --out DIR

The model and the voices are those of bench/render_lines.py, which says how to get them. Each sound is one .npz with
`s` (int16 at 8 kHz), `lab` (its digits), `kind` (digits, words, hum) and `voice`. Half an hour on one core; the most
needed come first, and what is there is not made again.
"""

import argparse
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from hibari.g2p import G2P

from bench.render_lines import Kokoro
from bench.words import DIGITS

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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--voices", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    kokoro, spell = Kokoro(given.model), G2P(british=False)
    voices = [path for path in sorted(given.voices.glob("*.bin")) if path.stem[0] in TALKS and path.stem != HELD]
    every = {path: list(lines(random.Random(path.stem))) for path in voices}
    for index in ORDER:
        for path in voices:
            line, target = every[path][index], given.out / f"{path.stem}-{index:02}.npz"
            if target.exists():
                continue
            phonemes = line.text if line.spelled else str(spell(line.text))
            sound = kokoro.say(phonemes, path, line.speed)
            np.savez_compressed(target, s=sound, lab=line.digits, kind=line.kind, voice=path.stem)


if __name__ == "__main__":
    main()

"""Render what the interruption detector learns from besides recordings: neural voices' hums, and words like hums.

    python -m bench.train.interruption_voices --model kokoro.onnx --voices package/voices --out DIR

The model and the voices are those of bench/tools/render_lines.py, which says how to get them. Each sound is one .npz
with `s` (int16 at 8 kHz), `kind` (hum, open hum, words) and `voice`. Half an hour on one core; what is there is not
made again.
"""

import random
from collections.abc import Iterator

from bench.train.voices import Line, Studio

OPEN = "əhˈʌ."  # "uh-huh" is a vowel: it is measured, not learnt
COMMON = ("mhmm.", "hmm.", "mm.", "hm.", OPEN)  # hums of every voice, in sounds
RARE = ("mhˈmː.", "m̩hˈm.", "mˈːm.", "hˈmː.", "mˈm, hm.", "ʔm̩ːhm̩.", "ˈmhm, mhm.")
WORDS = (  # they begin or stay as low as a hum
    "No.", "Wow, wait.", "My card.", "One moment.", "Well, no.", "Nope.", "Minus.", "Left.", "Marvin.", "Hello.",
    "Right.", "Human.", "More.", "Lost card.", "When is it due?", "Off.", "Me too.", "Morning.", "You know,", "Oh no.",
    "Living.", "I am, no.", "Under.", "Move on.", "Loan.", "Nine one.", "Okay but", "Will you", "Wrong.", "Home loan",
)  # fmt: skip
SPEED = {"hum": (0.75, 1.35), "words": (0.8, 1.25)}
HUMMED, SAID = 6, 5  # lines of each voice


def lines(voice: str) -> Iterator[Line]:
    """One voice's lines."""
    for kind, span in SPEED.items():
        chance = random.Random("x" + voice)
        common = list(COMMON)
        chance.shuffle(common)
        hums, words = common + chance.sample(RARE, 4), chance.sample(WORDS, 8)
        for text in hums[:HUMMED] if kind == "hum" else words[:SAID]:
            yield Line(text, "open hum" if text == OPEN else kind, chance.uniform(*span), spelled=kind == "hum")


def main() -> None:
    studio = Studio(__doc__)
    for path in studio.voices:
        for index, line in enumerate(lines(path.stem)):
            studio.render(line, path, index)


if __name__ == "__main__":
    main()

"""Render what the network of speech/sound_kind.py learns from besides recordings: voices' hums, laughs, words.

    python -m bench.train.sound_kind_voices --model kokoro.onnx --voices package/voices --out DIR

The model and the voices are those of bench/tools/render_lines.py, which says how to get them. Each sound is one .npz
with `s` (int16 at 8 kHz), `kind` (hum, open hum, laugh, words, listening) and `voice`. Half an hour on one core; what
is there is not made again, and what is most needed comes first.
"""

import random
from collections.abc import Iterator

from bench.train.sound_kind_examples import held
from bench.train.voices import Line, Studio

HUMS = ("mhmm.", "hmm.", "mm.", "hm.", "mhˈmː.", "m̩hˈm.", "mˈːm.", "hˈmː.", "mˈm, hm.", "ʔm̩ːhm̩.", "ˈmhm, mhm.")
OPEN = ("əhˈʌ.", "ʌhˈʌ.", "ˈʌhə.", "ˈɑː.", "ˈoʊ.", "ˈʌ.", "ʌ̃hˈʌ̃.", "ɛ.", "ˈɑːhɑː.", "əhˈɑ.")  # uh-huh, ah, oh, uh
LAUGHS = ("hˈahaha.", "hˈʌhʌhʌhʌ.", "hɛhˈɛhɛ.", "hihˈihi.", "ˈahahahaha.", "hˈɑ hˈɑ hˈɑ.", "pfhˈʌhʌ.", "hˈə hə hə.")
WORDS = (  # many begin or stay as low as a hum
    "Agent.", "No.", "Stop.", "Wow, wait.", "My card.", "One moment.", "Well, no.", "Nope.", "Minus.", "Hello?",
    "Human.", "More.", "Lost card.", "When is it due?", "Off.", "Me too.", "Morning.", "You know,", "Oh no.",
    "I am, no.", "Move on.", "Loan.", "Nine one.", "Okay but", "Will you", "Wrong.", "Home loan", "Help.",
    "I want to talk to a person.", "Um, I forgot my number.", "Uh, can you say that again?", "How much do I owe?",
    "I didn't make that payment.", "Could you repeat that please?", "Wait, wait.", "Representative.", "What?",
    "Hang on a second.", "Ah, no, that's not it.", "Mm, actually no.", "Pay my bill.", "Balance, please.",
)  # fmt: skip
LISTENING = ("Yeah.", "Right.", "Okay.", "I see.", "Sure.", "Got it.", "Alright.", "Yep.")  # only ever measured
HUMMED, SAID = (0.75, 1.35), (0.8, 1.25)
SPEED = {"hum": HUMMED, "open hum": HUMMED, "laugh": SAID, "words": SAID, "listening": SAID}
MANY = {"hum": 3, "open hum": 3, "words": 6, "laugh": 2, "listening": 3}  # lines of each voice
ORDER = (0, 3, 6, 12, 1, 4, 7, 8, 14, 15, 13, 2, 9, 5, 16, 10, 11)  # of a voice's lines
TEXTS = {"hum": HUMS, "open hum": OPEN, "laugh": LAUGHS, "words": WORDS, "listening": LISTENING}


def lines(voice: str) -> Iterator[Line]:
    """One voice's lines."""
    chance = random.Random("taken back " + voice)
    for kind, many in MANY.items():
        for text in chance.sample(TEXTS[kind], many):
            yield Line(text, kind, chance.uniform(*SPEED[kind]), spelled=kind in ("hum", "open hum", "laugh"))


def main() -> None:
    studio = Studio(__doc__)
    every = {path: list(lines(path.stem)) for path in studio.voices}
    for index in ORDER:
        for path, said in every.items():
            if said[index].kind != "listening" or held(path.stem):
                studio.render(said[index], path, index)


if __name__ == "__main__":
    main()

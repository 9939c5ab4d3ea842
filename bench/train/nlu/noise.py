"""Small damage to training texts, as a recogniser or a hasty typist would do it."""

import random

BEFORE = ("so", "well", "okay", "hi", "hello", "please", "yeah", "look", "um", "right")
AFTER = ("please", "thanks", "thank you")


def noisy(text: str, draw: random.Random) -> str:
    """`text`, in about a quarter of cases with a word lost, a letter wrong, or a polite word added."""
    words, dice = text.split(), draw.random()
    if dice < 0.10 and len(words) > 3:
        del words[draw.randrange(len(words))]
    elif dice < 0.18 and words:
        at = draw.randrange(len(words))
        words[at] = _mistyped(words[at], draw)
    elif dice < 0.24 and len(words) > 3:
        words.insert(0, draw.choice(BEFORE))
    elif dice < 0.27 and len(words) > 3:
        words.append(draw.choice(AFTER))
    return " ".join(words)


def _mistyped(word: str, draw: random.Random) -> str:
    """One inner letter lost, doubled or swapped with the next; short words stay."""
    if len(word) <= 3:
        return word
    at = draw.randrange(1, len(word) - 1)
    before, letter, following, rest = word[:at], word[at], word[at + 1], word[at + 2 :]
    return draw.choice(
        (before + following + rest, before + 2 * letter + following + rest, before + following + letter + rest)
    )

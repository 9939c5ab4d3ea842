"""Backchannels: "mhm" or "right" over the bot tells that someone listens. It interrupts nothing and answers nothing."""

import re

LONGEST_HUM = 0.6
"""Seconds: what is no longer than this and less sure than the next is a hum, whatever words Whisper made of it.

"Mhm" came back as "Mom" and "Him?", at 0.02 to 0.37 and 0.35 to 0.51 s; people's short words at 0.47 and more, but one.
"""
UNSURE = 0.4
"""Confidence (0..1) of a transcript below which it may be a hum."""
BACKCHANNELS = re.compile(
    r"(m+-?h+m+|m+|hm+|uh-?huh|huh|u+h+|a+h+|a-?ha+|o+h+|h+[ae]+h?|yeah|yep|right|al+ ?right|okay|ok|sure|i see|got it)"
    r"([\s,.!?-]+|$)",
    re.I,
)
"""Hums, laughs as they are written down, and the words by which people show that they listen."""
NO_WORDS = 0.05
"""Chance of words (0..1) below which a sound was none, unless a transcript is sure of some."""
SURE = 0.6
"""Confidence of a transcript from which it is."""
WORDS = 0.9
"""Chance of words from which a sound was no hum, however short and unsure its transcript: "stop" may be both."""


def is_wordless(text: str, confidence: float, words: float | None) -> bool:
    """Whether a sound was no words, whatever Whisper made of it: a laugh. `words`: the chance that it was, if known."""
    return words is not None and words < NO_WORDS and (confidence < SURE or not BACKCHANNELS.sub("", text).strip())


def is_backchannel(text: str, confidence: float, seconds: float, words: float | None) -> bool:
    """Whether what was said over the bot, in so many `seconds`, only tells that someone is listening.

    `words`: the chance that its sound was words, if known.
    """
    is_hum = seconds <= LONGEST_HUM and confidence < UNSURE and (words is None or words < WORDS)
    return is_hum or not BACKCHANNELS.sub("", text).strip()

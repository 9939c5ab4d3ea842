"""How sure the recogniser and the classifier have to be."""

from ivr.dialogue import phrases
from ivr.dialogue.events import Said

RECOGNISED = 0.4  # below this the words themselves are doubtful
ACCEPT = 0.6  # from here on an intent is acted upon
CONFIRM = 0.35  # from here on it is worth a question


def is_plain_yes_no(said: Said) -> bool:
    """A yes or no and nothing else: a single word is never recognised with much confidence."""
    return said.confidence > RECOGNISED / 2 and bool(phrases.YES_NO.fullmatch(said.text.lower()))

"""Which language the caller speaks."""

from ivr.dialogue.prompts import VOCABULARIES
from ivr.nlu.normalise import normalise
from ivr.nlu.patterns import any_of
from languages import DEFAULT

_ASKED_FOR = {code: any_of(*known.asked_for) for code, known in VOCABULARIES.items()}


def language(text: str) -> str:
    """The language that the caller speaks, or wishes to speak: a code of `languages.LANGUAGES`."""
    said = normalise(text)
    words = said.split()
    return next((code for code in VOCABULARIES if _ASKED_FOR[code].search(said) or _spoken(words, code)), DEFAULT)


def _spoken(words: list[str], code: str) -> bool:
    known = VOCABULARIES[code]
    found = [word for word in words if word in known.words]
    plainly = [word for word in found if word not in known.shared]
    enough = len(found) * 2 >= len(words) and (len(plainly) > 1 or len(found) * 4 >= len(words) * 3)
    return bool(plainly) and enough

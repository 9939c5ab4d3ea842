"""Text normalisation: what the models and the rules see, whether it was typed or recognised."""

import re

from ivr.number_words import words_of

_FILLERS = words_of("um umm uh uhh uhm er err erm hmm mm ah eh")
_OTHER = re.compile(r"[^a-z0-9'$%ñáéíóúü ]+")


def normalise(text: str) -> str:
    """Lower case, no punctuation, and no fillers unless there is nothing else."""
    lower = text.lower().replace("’", "'").replace("‘", "'")
    words = [word.strip("'") for word in _OTHER.sub(" ", lower).split()]
    spoken = [word for word in words if word and word not in _FILLERS]
    return " ".join(spoken or words)

"""Finds passwords said aloud: whatever follows "my password is", to the end of the sentence."""

import re
from collections.abc import Callable, Iterator, Sequence

from ivr.redaction.digit_runs import runs, tokens
from ivr.redaction.phrases import Named, Phrase
from ivr.redaction.spans import MARKER, Span

_SAYS = re.compile(
    r"(?: (?:i|we|you) \w+| (?:for|on|to) (?:\w+ ){0,2}\w+)?"
    r"\s*(?:is|was|'s|:|=|-|would be|,\s*it's|,\s*it is"
    r"|(?:this|his|these)"  # as "is" is misheard
    r"(?= (?!is|was|has|morning|evening|afternoon|time|week|month|year|one|way|does|did)\w))"
    r"\s*[:,]?\s*",
    re.I,
)
_SECRET = re.compile(
    r"(?:(?![.!?;]\s|[.!?;]$|,? and (?:my|the|i|i'd|can|please)\b|,? but\b|,? please\b|,? can\b).)+", re.I
)
_NO_SECRET = re.compile(
    r"(?:not|no|wrong|incorrect|expired|locked|being|still|too|never|always|correct|right|invalid|blocked|required|needed"
    r"|set|reset|there|what|the same|working|hacked|stolen|compromised|forgotten|lost|in|on|a|an|something|rejected"
    r"|refused|declined|why|how|when|where|safe|secure|strong|weak|long|short|saved|written|changed|gone|just|ok|okay"
    r"|unknown|for|to|that|this|getting|giving|mandatory|protected)\b|n't\b",
    re.I,
)
_EVASIVE = re.compile(
    r"\b(?:don't|do not|didn't|forg[eo]t\w*|no|sorry|wait|what|why|can't|cannot|not|which|who|huh|pardon|agent|yes)\b",
    re.I,
)
LONGEST_ANSWER = 4  # words


def passwords(text: str, named: Sequence[Phrase], asked: Callable[[], Named | None]) -> Iterator[Span]:
    """Each password in `text`; `asked` for one, a short answer is one."""
    mentioned = [phrase for phrase in named if phrase.named == "password"]
    for phrase in mentioned:
        says = _SAYS.match(text, phrase.end) or (
            _SAYS.match(text, phrase.end - 2) if text[: phrase.end].endswith("'s") else None
        )
        if (
            says is None
            or MARKER.match(text, says.end())
            or (_NO_SECRET.match(text, says.end()) and not set(":=") & set(says[0]))
        ):
            continue
        secret = _SECRET.match(text, says.end())
        if secret is not None and secret[0].strip(" ,"):
            yield Span(says.end(), says.end() + len(secret[0].rstrip(" ,.")), "password")
    short = 0 < len(text.split()) <= LONGEST_ANSWER and not _EVASIVE.search(text)
    if short and not named and asked() == "password" and not any(run.priced for run in runs(tokens(text))):
        stripped = text.strip(" .,!?")
        if stripped:
            start = text.index(stripped)
            yield Span(start, start + len(stripped), "password")

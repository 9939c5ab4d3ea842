"""What in a text is surely no secret: amounts, dates, telephone numbers, and digits with a name of their own."""

from ivr.redaction.births import dates_in
from ivr.redaction.detection import LEAD, NEAR, tells_itself
from ivr.redaction.digit_runs import runs, tokens
from ivr.redaction.phrases import phrases_in


def explained(text: str) -> list[tuple[int, int]]:
    """(start, end) of each. Dates of birth are among the dates: they are found by their names, not by their digits."""
    words = tokens(text)
    found = [(date.start, date.end) for date in dates_in(words) if date.digits]
    named = [phrase for phrase in phrases_in(text) if phrase.named == "kept"]
    for run in runs(words):
        own = any(
            phrase.end <= run.start and sum(t.is_word for t in words if phrase.end <= t.start < run.start) <= NEAR
            for phrase in named
        )
        if own or tells_itself(text, run):
            unit = words[run.last + 1 : run.last + 2] if run.priced else []
            found.append((run.start, unit[0].end if unit else run.end))
    return found


def holds_digits(text: str) -> bool:
    """Whether any word of it is a digit or a number."""
    return bool(runs(tokens(text)))


def is_lead(text: str) -> bool:
    """Whether it only leads up to what was asked for ("It's", "Sure"): to a reader of digits that sounds like one."""
    return bool(LEAD.fullmatch(text))

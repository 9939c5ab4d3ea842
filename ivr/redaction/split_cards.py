"""Finds a card that was read out in parts, with pauses or over several utterances."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

from ivr.redaction.detection import SHORTEST_CARD, not_digits
from ivr.redaction.digit_runs import Run, luhn, runs, tokens
from ivr.redaction.phrases import Phrase

GAP = 6  # words between two parts
LONGEST_CARD = 19
PARTS = 3  # of three to eight digits each: a card as people read it out
_OF_CARDS = ("card", "a card", "expiry", "cvv")


class Spoken(Protocol):
    """An utterance with what it names."""

    speaker: str
    text: str

    @property
    def phrases(self) -> Sequence[Phrase]: ...


@dataclass(frozen=True, slots=True)
class Part:
    line: int
    run: Run


def cards_in_parts(lines: Sequence[Spoken], speaker: str, about: Callable[[int], bool]) -> Iterator[list[Part]]:
    """Each run of parts that together are a card. `about`: whether a card's number was spoken of up to this line."""
    for chain in _chains(lines, speaker):
        start = 0
        while start < len(chain):
            length = _card_at(chain[start:], about)
            if length:
                yield chain[start : start + length]
            start += max(1, length)


def _chains(lines: Sequence[Spoken], speaker: str) -> list[list[Part]]:
    """The speaker's runs of digits, as far as few words, and no other name, stand between one and the next."""
    chains: list[list[Part]] = [[]]
    words_since = 0
    for number, line in enumerate(lines):
        if line.speaker != speaker:
            if _asks_for_another(line):
                chains.append([])
            continue
        words, at, end = tokens(line.text), 0, 0
        for run in runs(words, not_digits(line.text, line.phrases)):
            words_since += sum(token.is_word for token in words[at : run.first])
            renamed = any(end <= phrase.start < run.start and phrase.named not in _OF_CARDS for phrase in line.phrases)
            other = run.priced or run.dated or run.dialled or len(run.digits) >= SHORTEST_CARD
            if words_since > GAP or renamed or other:
                chains.append([])
            if not other:
                chains[-1].append(Part(number, run))
            words_since, at, end = 0, run.last + 1, run.end
        words_since += sum(token.is_word for token in words[at:])
    return [chain for chain in chains if len(chain) > 1]


def _asks_for_another(line: Spoken) -> bool:
    """Whether the other side went on to an amount or a telephone number; an account may be a card misnamed."""
    names = {phrase.named for phrase in line.phrases if "account" not in line.text[phrase.start : phrase.end].lower()}
    return bool(names & {"kept", "maybe kept"}) and not names & {"card", "a card"}


def _card_at(chain: Sequence[Part], about: Callable[[int], bool]) -> int:
    """How many of the chain's first parts make a card; 0 when none do."""
    best = 0
    for length in range(2, len(chain) + 1):
        parts = [part.run.digits for part in chain[:length]]
        digits = sum(map(len, parts))
        if digits > LONGEST_CARD:
            break
        if digits >= SHORTEST_CARD and not _repeated(parts) and (_looks_like(parts) or about(chain[0].line)):
            best = length
    return best


def _repeated(parts: Sequence[str]) -> bool:
    """The same number twice, such as an account number that was not found."""
    return any(len(one) >= SHORTEST_CARD // 2 and one == other for one, other in pairwise(parts))


def _looks_like(parts: Sequence[str]) -> bool:
    digits = "".join(parts)
    if digits[0] not in "23456":
        return False
    read_out = len(parts) >= PARTS and all(3 <= len(part) <= 8 for part in parts)
    return read_out or (luhn(digits) and all(len(part) >= 2 for part in parts))

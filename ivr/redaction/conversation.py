"""Masks a whole conversation: what one line asks for is answered in another, and a card may come in several."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from ivr.redaction.detection import LEAD, find
from ivr.redaction.digit_runs import runs, tokens
from ivr.redaction.erasure import redact, same_digits
from ivr.redaction.explained import explained
from ivr.redaction.personal import Personal, besides, personal_spans
from ivr.redaction.phrases import Named, Phrase, phrases_in, telling
from ivr.redaction.spans import PERSONAL, SecretKind, Span, holds_marker, kind_of, overlap
from ivr.redaction.split_cards import cards_in_parts

LOOK_BACK = 3  # lines within which a question finds its answer
CARD_LINES = 8  # lines within which a card that was spoken of is still meant
_WORDS_OF_SECRETS = re.compile(
    r"pass|pa(?:th|s|st)[ -]?w|word|phrase|answer|birth|born|d\.?o\.?b", re.I
)  # what is asked with these may be no digits
SHORT = 5  # words of an answer
_ASKED: tuple[SecretKind, ...] = ("card", "cvv", "pin", "code", "id", "birth", "password")
_TELLS_NOTHING = re.compile(
    r"\b(?:don't|do not|didn't|forg[eo]t\w*|no|not|sorry|wait|moment|second|hold|hang|let|what|why|who|which|can't|yes"
    r"|yeah|okay|ok|sure|thanks?|pardon|agent|person|hello|please|here|there|how|when|just|need|pay|want|ready)\b",
    re.I,
)
NOTHING_PERSONAL = Personal()
CARDS: frozenset[Named] = frozenset({"card", "a card", "cvv"})


class Line:
    """One utterance: who said it, and its text, from which secrets may have been taken out already."""

    def __init__(self, speaker: str, text: str) -> None:
        self.speaker, self.text, self.kept = speaker, text, False

    @cached_property
    def phrases(self) -> list[Phrase]:
        return _remembered(self.text) if self.kept else phrases_in(self.text)


_remembered = lru_cache(1024)(phrases_in)  # of texts that are kept anyway: they are looked at again with every line


@dataclass(frozen=True, slots=True)
class Masked:
    """A line fit to keep. `spans` are places in the text as it was."""

    text: str
    spans: tuple[Span, ...] = ()

    @property
    def kinds(self) -> tuple[SecretKind, ...]:
        return tuple(span.kind for span in self.spans)


@dataclass(frozen=True, slots=True)
class Masking:
    """Each line fit to keep, in order. `cards`: those that came in parts, in digits, to be forgotten elsewhere too."""

    lines: tuple[Masked, ...]
    cards: tuple[str, ...] = ()


def mask(
    lines: Sequence[Line],
    asked: Named | None = None,
    done: int = 0,
    *,
    unnamed: bool = False,
    personal: Personal = NOTHING_PERSONAL,
) -> Masking:
    """The lines of one conversation, oldest first, without their secrets.

    `asked`: what the last of them answers. The first `done` lines were masked when they were the last.
    `unnamed`: a few digits of which nobody says what they are count too; only for a conversation that is whole, as a
    card in parts is known by all of them. `personal`: what is taken out besides secrets, of all lines.
    """
    talk = _Talk(lines, asked, unnamed)
    for line in lines[:done]:
        line.kept = True
    for at in range(done, len(lines)):
        talk.look_at(at)
    cards = talk.join_parts(done)
    if personal:
        more = personal_spans([(line.speaker, line.text) for line in lines], personal)
        talk.spans = [besides(spans, others) for spans, others in zip(talk.spans, more, strict=True)]
    masked = (Masked(redact(line.text, s), tuple(s)) for line, s in zip(lines, talk.spans, strict=True))
    return Masking(tuple(masked), cards)


def mask_text(text: str) -> str:
    """One text on its own, such as a note."""
    return mask((Line("", text),)).lines[0].text


class _Talk:
    """The lines and what was found in each so far."""

    def __init__(self, lines: Sequence[Line], asked: Named | None, unnamed: bool) -> None:
        self.lines, self.asked, self.unnamed = lines, asked, unnamed
        self.spans: list[list[Span]] = [[] for _ in lines]

    def look_at(self, at: int) -> None:
        before, line = self.lines[max(0, at - LOOK_BACK) : at], self.lines[at]
        if line.speaker == "bot" and not any(self._taken(at - back) for back in range(1, len(before) + 1)):
            return  # the bot says no secret of its own accord, but may repeat one
        self.spans[at] = self._found(at, before, line)
        if self.unnamed and not self.spans[at] and not explained(line.text):
            self.spans[at] = self._misheard_answer(at)

    def _found(self, at: int, before: Sequence[Line], line: Line) -> list[Span]:
        if not runs(tokens(line.text)) and not any(_WORDS_OF_SECRETS.search(one.text) for one in (*before, line)):
            return []
        unnamed = self.unnamed and line.speaker != "bot"
        return find(line.text, lambda: self._wanted(at), lambda: self._cards_about(at), unnamed=unnamed)

    def _misheard_answer(self, at: int) -> list[Span]:
        """A short answer to who asked for a secret, of which the recogniser made other words ("free of power")."""
        line, before = self.lines[at], self.lines[at - 1] if at else None
        if before is None or before.speaker == line.speaker or self._taken(at - 1) or line.phrases:
            return []
        asked = telling([phrase.named for phrase in before.phrases])
        lead = LEAD.match(line.text)
        start, end = lead.end() if lead else 0, len(line.text.rstrip(" .,!?"))
        said = line.text[start:end]
        if asked not in _ASKED or not said or len(said.split()) > SHORT or _TELLS_NOTHING.search(said):
            return []
        return [] if self._told_with(at) else [Span(start, end, asked)]

    def _told_with(self, at: int) -> bool:
        """Whether the line, or the speaker's next one, tells the secret: the rest of it does not."""
        after = self.lines[at + 1 : at + 2]
        lines = [self.lines[at], *(line for line in after if line.speaker == self.lines[at].speaker)]
        return any(holds_marker(line.text) for line in lines)

    def join_parts(self, done: int) -> tuple[str, ...]:
        """Mask what makes a card only together, and every echo of it; each such card's digits."""
        if not any(runs(tokens(line.text)) for line in self.lines[done:]):
            return ()
        cards = [
            parts
            for speaker in {line.speaker: None for line in self.lines[done:] if line.speaker != "bot"}
            for parts in cards_in_parts(self.lines, speaker, lambda at: self._number_about(at + 1))
        ]
        for part in (part for parts in cards for part in parts):
            span = Span(part.run.start, part.run.end, "card", part.run.digits)
            others = [other for other in self.spans[part.line] if not overlap(span, other)]
            self.spans[part.line] = sorted([*others, span], key=lambda span: span.start)
        whole = tuple("".join(part.run.digits for part in parts) for parts in cards)
        for found, line in zip(self.spans, self.lines, strict=True):
            echoes = same_digits(line.text, whole)
            found += [echo for echo in echoes if not any(overlap(echo, other) for other in found)]
        return whole

    def _wanted(self, at: int) -> Named | None:
        """What the nearest line before that names anything asks for; the echo of a secret is one too."""
        if self.asked is not None and at == len(self.lines) - 1:
            return self.asked
        speaker = self.lines[at].speaker
        for back in range(at - 1, max(-1, at - 1 - LOOK_BACK), -1):
            line = self.lines[back]
            if taken := self._taken(back):
                echo = line.speaker != speaker and speaker != "bot"
                return taken if taken == "card" or echo else None
            if line.phrases:
                return telling([phrase.named for phrase in line.phrases])
        return None

    def _cards_about(self, at: int) -> bool:
        """Whether a card was spoken of in the lines before."""
        before = range(max(0, at - CARD_LINES), at)
        return any(
            self._taken(n) in ("card", "cvv") or not CARDS.isdisjoint(phrase.named for phrase in self.lines[n].phrases)
            for n in before
        )

    def _number_about(self, at: int) -> bool:
        """Whether a card's number, and not only a card, was spoken of in the lines before."""
        before = range(max(0, at - CARD_LINES), at)
        return any(
            self._taken(n) == "card" or any(phrase.named == "card" for phrase in self.lines[n].phrases) for n in before
        )

    def _taken(self, at: int) -> SecretKind | None:
        """The kind of the last secret in a line, masked already or about to be."""
        taken = self.spans[at][-1].kind if self.spans[at] else kind_of(self.lines[at].text)
        return None if taken in PERSONAL else taken

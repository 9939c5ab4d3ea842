"""Finds the secrets of one utterance: by what was asked, by the phrases beside the digits, and by patterns."""

import re
from collections.abc import Callable, Iterator, Sequence

from ivr.number_words import HEARD_AS, NATO, words_of
from ivr.redaction.births import births, dates_in
from ivr.redaction.digit_runs import Run, Token, runs, tokens
from ivr.redaction.passwords import passwords
from ivr.redaction.phrases import LOOSE, Named, Phrase, phrases_in
from ivr.redaction.spans import MARKER, PERSONAL, SecretKind, Span, kind_of, overlap

SHORTEST_CARD = 13  # digits; where more stand together (a card, its date, its code), all of it is taken out
NEAR, AFTER = 8, 4  # words between a name and its digits, before and after them
CORRECTED = 6  # words between a secret and its correction
LONGEST_ACCOUNT = 16
SPELLED = 3  # letters and digits, one by one or in groups, that make an id
UNNAMED = (3, 8)  # digits that are a code or a PIN as likely as anything
LONGEST_ANSWER = 14  # words and signs of an answer that is nothing but one
BARE = 2  # words beside digits that are all of an answer

_LENGTHS: dict[SecretKind, tuple[int, int, int]] = {  # shortest, usual, longest
    "pin": (3, 4, 6),
    "cvv": (3, 3, 5),
    "code": (4, 6, 8),
    "id": (4, 9, 14),
    "card": (4, 16, 40),
    "expiry": (2, 4, 8),
}
_ANSWERED: tuple[SecretKind, ...] = ("card", "pin", "code", "id")
_READ_OUT = ("card", "pin", "code", "cvv", "id")
_DIGIT = "(?:one|two|three|four|five|six|seven|eight|nine|ten|\\d{1,2})"
_RANGE = re.compile(rf"\b(?:from|between|press) {_DIGIT} (?:to|through|and) {_DIGIT}\b(?![ ,-]+{_DIGIT}\b)", re.I)
_SSN = re.compile(r"(?<![\d-])(?:\d{3}-\d{2}-\d{4}|\d{3} \d{2} \d{4})(?![\d-])")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b")
_NINO = re.compile(r"(?<![a-z0-9])[a-z][ -]?[a-z][ -]?\d{2}[ -]?\d{2}[ -]?\d{2}[ -]?[a-d](?![a-z0-9])", re.I)
_DECIMAL = re.compile(r"\d+\.\d\d")
_IS = re.compile(r"\s*,?\s*(?:is|was|'s|it's|as|for|that's|would be|should be|being)\b", re.I)
_ASKED_BEHIND = re.compile(r"\W*is (?:my|the|your|his|her|our) ", re.I)  # "2501. Is my PIN, is that enough?"
_SENTENCE_END = re.compile(r"[.?!;]\s")
LEAD = re.compile(
    r"\W*(?:(?:sure|yes|yeah|ok|okay|so|well|um|uh|it's|it is|that's the|it's the|that's|that is|here)\b\W*)*", re.I
)
_MONTHS = words_of(
    """january february march april may june july august september october november december jan feb mar apr jun jul
    aug sep sept oct nov dec"""
)
_BESIDE_CARD = _MONTHS | words_of("expires expiring expiry exp expiration date is it valid")


def _nothing() -> Named | None:
    return None


def _no() -> bool:
    return False


def kinds_in(text: str, asked: Named | None = None) -> set[SecretKind]:
    """Which secrets there are in `text`."""
    return {span.kind for span in find(text, lambda: asked)}


def find(
    text: str,
    asked: Callable[[], Named | None] = _nothing,
    cards_about: Callable[[], bool] = _no,
    *,
    unnamed: bool = False,
) -> list[Span]:
    """The secrets in `text`, in order.

    `asked`: what the words before it asked for or announced; `cards_about`: whether a card was spoken of lately. Both
    are looked up only where it matters. `unnamed`: digits of which nobody says what they are count too.
    """
    named, words = phrases_in(text), tokens(text)
    digits = runs(words, not_digits(text, named))
    found = list(passwords(text, named, asked))
    found += [span for span in births(text, named, asked) if not any(overlap(span, other) for other in found)]
    if not digits:
        return found
    wanted = asked()
    about = any(phrase.named in ("card", "a card", "cvv") for phrase in named)
    about = about or any(len(run.digits) >= SHORTEST_CARD for run in digits) or cards_about()
    long = [Span(run.start, run.end, "card") for run in digits if len(run.digits) >= SHORTEST_CARD]
    ids = [*_ids_by_pattern(text, named, wanted), *_spelled_ids(words, named)]
    for span in sorted(ids, key=lambda span: span.start - span.end):
        if not any(overlap(span, other) for other in (*long, *found)):
            found.append(span)
    for span in _of_runs(text, words, _with_markers(text, words, digits), named, wanted, about, unnamed):
        if not any(overlap(span, other) for other in found):
            found.append(span)
    if not found and not named and wanted in _ANSWERED:
        found += _garbled_answer(text, words, digits, wanted)
    return sorted(found, key=lambda span: span.start)


def _unexplained(text: str, run: Run) -> bool:
    """As many digits as a code or a PIN has, that are no amount, date or telephone number."""
    few, most = UNNAMED
    return few <= len(run.digits) <= most and not tells_itself(text, run)


def tells_itself(text: str, run: Run) -> bool:
    """Whether the signs beside or within it say that it is an amount, a date or a telephone number."""
    return run.priced or run.dated or run.dialled or _DECIMAL.fullmatch(text[run.start : run.end]) is not None


def _garbled_answer(text: str, words: Sequence[Token], digits: Sequence[Run], asked: SecretKind) -> Iterator[Span]:
    """What is read out to who asked for a secret, in whatever the recogniser made of it ("XR, near to 8x8mmc")."""
    few = len(words) > LONGEST_ANSWER or sum(len(run.digits) for run in digits) < 2  # "one moment" tells nothing
    if few or any(run.priced or run.dated or run.dialled for run in digits) or any(d.digits for d in dates_in(words)):
        return
    lead = LEAD.match(text)
    yield Span(lead.end() if lead else 0, len(text.rstrip(" .,!?")), asked)


def _with_markers(text: str, words: Sequence[Token], digits: Sequence[Run]) -> list[Run]:
    """Among the runs, one without digits for each secret that is gone: it is what the words beside it name."""
    gone = [
        Run(((found.start(), found.end(), ""),), inside[0], inside[-1])
        for found in MARKER.finditer(text)
        if kind_of(found[0]) not in PERSONAL
        and (inside := [at for at, token in enumerate(words) if found.start() <= token.start < found.end()])
    ]
    return sorted([*digits, *gone], key=lambda run: run.start)


def not_digits(text: str, named: Sequence[Phrase]) -> list[tuple[int, int]]:
    """Parts of the text whose digits are none to look at: names ("the three digits"), international account numbers,
    and ranges ("how was it, from one to five"), whose "to" would be a two."""
    others = [match.span() for pattern in (_IBAN, _RANGE) for match in pattern.finditer(text)]
    return [*((phrase.start, phrase.end) for phrase in named), *others]


def _of_runs(
    text: str,
    words: Sequence[Token],
    digits: Sequence[Run],
    named: Sequence[Phrase],
    asked: Named | None,
    about: bool,
    unnamed: bool,
) -> Iterator[Span]:
    names = _names(text, words, digits, named, asked)
    for before, run, meant in zip([None, *digits], digits, names, strict=False):
        kind = _kind(words, before, run, meant, about)
        if kind is None and meant in (None, "a card") and unnamed and _unexplained(text, run):
            kind = "code"
        if kind is not None and run.digits:
            yield from _spans(words, run, kind)


def _names(
    text: str, words: Sequence[Token], digits: Sequence[Run], named: Sequence[Phrase], asked: Named | None
) -> list[Named | None]:
    """What each run is called: by the words before it, by those after it, or as the run beside it."""
    names: list[Named | None] = []
    pending: list[Phrase] = []
    named = list(named)
    for before, run, after in zip([None, *digits], digits, [*digits[1:], None], strict=False):
        if not run.digits:
            names.append(kind_of(text[run.start : run.end]))
            pending = []
            continue
        between = [
            phrase for phrase in named if (before.end if before else 0) <= phrase.start and phrase.end <= run.start
        ]
        pending += between
        behind = None if _before(words, run, between) else _behind(text, words, run, after, named)
        if behind is not None:
            named.remove(behind)  # it has its digits
        name = _before(words, run, between) or (behind.named if behind else None) or _loosely(words, run, between)
        if name is None:
            name = _inherited(words, before, run, pending, names[-1]) if before else asked
        elif before is not None and not between and names[-1] is None and _words(words, before.end, run.start) <= 2:
            names[-1] = name  # "3100 or 5380 for my PIN"
        names.append(name)
        pending = [phrase for phrase in pending if phrase.named != name]
    return names


def _before(words: Sequence[Token], run: Run, between: Sequence[Phrase]) -> Named | None:
    near = [phrase.named for phrase in between if _words(words, phrase.end, run.start) <= NEAR]
    return next((name for name in reversed(near) if name not in LOOSE), None)


def _loosely(words: Sequence[Token], run: Run, between: Sequence[Phrase]) -> Named | None:
    return next((phrase.named for phrase in reversed(between) if _words(words, phrase.end, run.start) <= NEAR), None)


def _behind(text: str, words: Sequence[Token], run: Run, after: Run | None, named: Sequence[Phrase]) -> Phrase | None:
    """ "2749 is my PIN", "2749, my PIN": a name that follows, and does not go with the digits after it."""
    end = after.start if after else len(text)
    for phrase in named:
        between = text[run.end : phrase.start]
        if (
            not run.end <= phrase.start < end
            or phrase.named not in _LENGTHS
            or _words(words, run.end, phrase.start) > AFTER
        ):
            continue
        free = after is None or _words(words, phrase.end, after.start) > 2
        free = free or (phrase.named in _LENGTHS and any(phrase.end <= p.start < end for p in named))
        if _ASKED_BEHIND.fullmatch(between) and free:
            return phrase
        if not _SENTENCE_END.search(between) and (free or _IS.match(between)):
            return phrase
    return None


def _inherited(
    words: Sequence[Token], before: Run, run: Run, pending: Sequence[Phrase], last: Named | None
) -> Named | None:
    """A name that waits for its digits ("my PIN for account number 40012345 is 2749"), or a correction."""
    waiting = [phrase.named for phrase in pending if phrase.named in _LENGTHS]
    if waiting:
        return waiting[-1]
    return last if _words(words, before.end, run.start) <= CORRECTED else None


def _words(words: Sequence[Token], start: int, end: int) -> int:
    return sum(1 for token in words if start <= token.start < end and token.is_word)


def _kind(words: Sequence[Token], before: Run | None, run: Run, meant: Named | None, about: bool) -> SecretKind | None:
    count = len(run.digits)
    if run.dialled and meant not in ("card", "pin"):
        return None
    if count >= SHORTEST_CARD and not run.priced:
        return None if meant == "kept" and _an_account(run.digits) else "card"
    if before is not None and meant == "card" and not run.priced and _beside_card(words, before, run):
        return "card"
    if run.priced or meant in (None, "kept", "maybe kept", "password", "birth"):
        return None
    if meant == "a card":
        return "card" if count >= 6 and not run.dated and _words(words, 0, run.start) else None
    if meant == "expiry":
        return "expiry" if about and 2 <= count <= 8 else None
    if meant not in _LENGTHS:
        return None
    if run.dated and meant in ("pin", "cvv", "code"):
        return None
    if meant == "code" and about and count == 3:
        return "cvv"
    shortest = _LENGTHS[meant][0]
    if meant in _READ_OUT and before is None and _words(words, 0, run.start) <= BARE and run.last >= len(words) - 2:
        shortest = 2  # nothing but digits, where such a number is being read out, perhaps in parts
    return meant if count >= shortest else None


def _an_account(digits: str) -> bool:
    """Called an account number, and no card, as those begin with 2 to 6."""
    return len(digits) <= LONGEST_ACCOUNT and digits[0] not in "23456"


def _beside_card(words: Sequence[Token], before: Run, run: Run) -> bool:
    """Between a card and what is printed beside it stand only months and "expires"."""
    between = words[before.last + 1 : run.first]
    return all(not token.is_word or token.text in _BESIDE_CARD for token in between)


def _spans(words: Sequence[Token], run: Run, kind: SecretKind) -> Iterator[Span]:
    """The run, or as many of its first pieces as such a secret has digits."""
    _, usual, longest = _LENGTHS[kind]
    taken, start, end = "", _widened(words, run, kind), run.start
    for _, piece_end, part in run.pieces:
        if len(run.digits) > longest and len(taken) >= usual:
            break
        taken, end = taken + part, piece_end
    if len(taken) <= longest:
        yield Span(start, end, kind, taken)


def _widened(words: Sequence[Token], run: Run, kind: SecretKind) -> int:
    """Where it begins: with the month before a year, or a word that a recogniser writes for a digit."""
    lead = words[run.first - 1] if run.first else None
    if lead is None:
        return run.start
    heard = kind != "expiry" and len(run.digits) < _LENGTHS[kind][1] and lead.text in HEARD_AS
    return lead.start if heard or (kind == "expiry" and lead.text in _MONTHS) else run.start


def _ids_by_pattern(text: str, named: Sequence[Phrase], asked: Named | None) -> Iterator[Span]:
    """A social security number in its own grouping, a national insurance number by its letters."""
    for match in _SSN.finditer(text):
        before = [phrase.named for phrase in named if phrase.end <= match.start()]
        kept = (before[-1] if before else asked) in ("kept", "maybe kept")
        if "-" in match[0] or not kept:
            yield Span(match.start(), match.end(), "id", "".join(filter(str.isdecimal, match[0])))
    for match in _NINO.finditer(text):
        yield Span(match.start(), match.end(), "id", "".join(filter(str.isdecimal, match[0])))


def _spelled_ids(words: Sequence[Token], named: Sequence[Phrase]) -> Iterator[Span]:
    """Letters and digits one by one, after "my national insurance number is"."""
    for phrase in named:
        if phrase.named != "id":
            continue
        after = [token for token in words if token.start >= phrase.end]
        start = next((at for at, token in enumerate(after[:AFTER]) if _spelled(token)), len(after))
        end = start
        while end < len(after) and (_spelled(after[end]) or not after[end].is_word or after[end].text in _ASIDE):
            end += 1
        kept = [token for token in after[start:end] if _spelled(token)]
        if len(kept) >= SPELLED and any(token.is_word and not runs([token]) for token in kept):
            yield Span(kept[0].start, kept[-1].end, "id", "".join(t.text for t in kept if t.text.isdecimal()))


_ASIDE = words_of("for as in and then um uh dash space")


def _spelled(token: Token) -> bool:
    if not token.is_word:
        return token.text[0].isdecimal()
    return len(token.text) == 1 or token.text in NATO or bool(runs([token]))

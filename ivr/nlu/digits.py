"""Digit strings and spelled letters as people say them: "double four", "oh", "nineteen eighty four", "T for Tommy"."""

from collections.abc import Iterator

from ivr.nlu.numbers import is_numeral, number, tokens
from ivr.number_words import HEARD_AS, NATO, REPEATS, TEENS, TENS, UNITS, ZEROS, words_of

_JOINERS = words_of("and then um uh er dash hyphen space")
TALKATIVE = 5
"""With so many other words about, one or two digits ("no one got it") are no answer."""
_RESTARTS = words_of("no sorry wait actually correction rather mean meant")
_DIGIT_WORDS = frozenset({*UNITS, *TEENS, *TENS, *ZEROS, *REPEATS, *HEARD_AS})
_LETTER_NAMES = {
    "are": "r",
    "you": "u",
    "why": "y",
    "bee": "b",
    "see": "c",
    "sea": "c",
    "tea": "t",
    "jay": "j",
    "kay": "k",
    "ell": "l",
}


def digits(text: str, *, asked: bool = False) -> str:
    """The digits said, joined; "" when there are none, or two candidates ("either 3100 or 0314").

    `asked`: the caller was asked for digits, so one is enough and words that sound like digits count beside them.
    Otherwise at least three must follow each other.
    """
    groups = digit_groups(text, asked=asked)
    return groups[0] if groups else ""


def digit_groups(text: str, *, asked: bool = False) -> tuple[str, ...]:
    """Each unbroken string of digits in `text`; a restarted one ("4 7 1, no, 4 8 1 9") only as corrected."""
    groups = _groups(text, asked)
    if any("or" in before for _, before in groups[1:]):
        return ()
    settled: list[str] = []
    for piece, before in groups:
        if settled and _RESTARTS & set(before):
            if len(piece) < len(settled[-1]):
                return ()
            settled.pop()
        settled.append(piece)
    return tuple(settled)


def correction(text: str, *, asked: bool = False) -> tuple[str, str] | None:
    """The digits before "no" or "sorry" and those after it, which stand for the end of the first: "4 7 1, no, 5 9".

    How much they replace, only the number of digits tells.
    """
    groups = _groups(text, asked)
    if len(groups) != 2 or not _RESTARTS & set(groups[1][1]):
        return None
    return groups[0][0], groups[1][0]


def _groups(text: str, asked: bool) -> list[tuple[str, list[str]]]:
    words = tokens(text)
    pieces = list(_pieces(words, asked))
    talk = len(words) - sum(len(piece) for piece, _ in pieces) >= TALKATIVE
    shortest = 1 if asked and not talk else 3
    return [(piece, before) for piece, before in pieces if len(piece) >= shortest]


def _pieces(words: list[str], asked: bool) -> Iterator[tuple[str, list[str]]]:
    """Digit runs, each with the words since the run before."""
    run, at = "", 0
    before: list[str] = []
    while at < len(words):
        found, end = _one(words, at, asked=asked and _beside(words, at))
        if found:
            run, at = run + found, end
            continue
        if run and words[at] not in _JOINERS:
            yield run, before
            run, before = "", []
        before = before if run else [*before, words[at]]
        at += 1
    if run:
        yield run, before


def _beside(words: list[str], at: int) -> bool:
    """A digit follows, or came before the last word, so "for" may be a four."""
    near = words[at + 1] if at + 1 < len(words) else words[at - 1] if at else ""
    return is_numeral(near) or near in UNITS or near in ZEROS


def _one(words: list[str], at: int, *, asked: bool) -> tuple[str, int]:
    word = words[at]
    if is_numeral(word):
        if "/" in words[max(0, at - 1) : at + 2] or words[max(0, at - 1)] in {"$", "£", "€"}:
            return "", at + 1
        plain = word if word.isdecimal() else word.replace(".", "") if asked else ""
        return (plain, at + 1) if plain.isdecimal() else ("", at + 1)
    if word in REPEATS and at + 1 < len(words):
        repeated, end = _one(words, at + 1, asked=False)
        return (repeated * REPEATS[word], end) if len(repeated) == 1 else ("", at + 1)
    if word in ZEROS:
        return ("", at + 1) if _interjected(words, at) else ("0", at + 1)
    if word in UNITS or word in TEENS:
        return _scaled(words, str(UNITS.get(word, TEENS.get(word))), at + 1)
    if word in TENS:
        return _tens(words, at)
    return (HEARD_AS[word], at + 1) if asked and word in HEARD_AS else ("", at + 1)


def _interjected(words: list[str], at: int) -> bool:
    """ "Oh, I forgot", "Oh... 1596": no zero."""
    following = words[at + 1] if at + 1 < len(words) else ""
    before = words[at - 1] if at else ""
    beside_digits = is_numeral(before) or before in UNITS or before in ZEROS or before in TENS or before in REPEATS
    return (
        words[at] in {"oh", "o"}
        and not beside_digits
        and len(words) > 1
        and ((is_numeral(following) and len(following) > 2) or not (is_numeral(following) or following in _DIGIT_WORDS))
    )


def _tens(words: list[str], at: int) -> tuple[str, int]:
    following = words[at + 1] if at + 1 < len(words) else ""
    if following in UNITS and UNITS[following] and following not in ZEROS:
        return _scaled(words, str(TENS[words[at]] + UNITS[following]), at + 2)
    return _scaled(words, str(TENS[words[at]]), at + 1)


def _scaled(words: list[str], said: str, at: int) -> tuple[str, int]:
    """ "eight hundred" is 800; "four thousand seven hundred nineteen" is 4719."""
    if at < len(words) and words[at] in {"hundred", "thousand"}:
        start = at - (2 if len(said) == 2 and at >= 2 and words[at - 2] in TENS and words[at - 1] in UNITS else 1)
        whole = number(words, start)
        again = whole is not None and whole.end == at + 2 and words[whole.end : whole.end + 1]
        if again and words[at] == "hundred" and (again[0] in UNITS or again[0] in ZEROS):
            return f"{said}00", at + 1
        if whole is not None and whole.end > at:
            return str(int(whole.value)), whole.end
    return said, at


def spelled(text: str) -> str:
    """Letters and digits spelled out, joined in capitals: "T for Tommy Q for Queen 6" is TQ6; else ""."""
    words, out, at = tokens(text), "", 0
    while at < len(words):
        part, at = _character(words, at)
        out += part
    return out.upper() if len(out) > 1 or len(words) == 1 else ""


def _character(words: list[str], at: int) -> tuple[str, int]:
    word = words[at]
    if words[at + 1 : at + 2] in (["for"], ["as"]) and at + 2 < len(words) and _initial(word, words[at + 2 :]):
        return word, at + (4 if words[at + 1 : at + 3] == ["as", "in"] else 3)
    if word in REPEATS and at + 1 < len(words):
        repeated, end = _character(words, at + 1)
        return (repeated * REPEATS[word], end) if len(repeated) == 1 else ("", at + 1)
    if word in NATO:
        return NATO[word], at + 1
    if word in _LETTER_NAMES:
        return _LETTER_NAMES[word], at + 1
    if len(word) == 1 and word.isalpha() and word != "o":
        return word, at + 1
    found, end = _one(words, at, asked=False)
    if found:
        return found, end
    return (
        word if len(word) <= 2 and word.isalpha() and word not in _SHORT_WORDS else "0" if word == "o" else ""
    ), at + 1


_SHORT_WORDS = words_of("is it my me to of in on an as at no so um uh er ok hi we or")


def _initial(letter: str, rest: list[str]) -> bool:
    word = rest[1] if rest[0] == "in" and len(rest) > 1 else rest[0]
    return len(letter) == 1 and word.startswith(letter)

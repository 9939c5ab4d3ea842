"""Finds people's names: beside what introduces one, in an answer to who asked for one, and wherever it comes again."""

import re
from collections.abc import Iterable, Iterator, Sequence

from ivr.number_words import NATO, words_of
from ivr.redaction.spans import MARKER, Span

LONGEST_ANSWER = 6  # words
_CAPITAL = r"[^\W\d_a-z][\w'’-]*[^\W_]"
_PARTICLES = r"(?:(?:van|von|de|der|den|da|del|della|la|le|bin|ibn|al|y)\ )*"
_NAME = rf"{_PARTICLES}(?:{_CAPITAL}|[A-Z]\.?)(?:[\ -]{_PARTICLES}{_CAPITAL}){{0,3}}"
_TITLE = r"(?:Mr|Mrs|Ms|Miss|Mister|Missus|Dr|Doctor|Professor|Sir|Lady|Señora?)\.?"
_KIN = (
    "husband|wife|son|daughter|mother|father|mum|mom|dad|sister|brother|partner|fiancée?|aunt|uncle|cousin|friend"
    "|colleague|boss|manager|landlord|lawyer|nephew|niece|grandson|granddaughter|carer|neighbou?r"
)
_INTRODUCED = re.compile(
    rf"""(?:
      \b(?i:i'm|i\ am|this\ is|it's|it\ is|that's|speaking\ (?:to|with)|spoke\ (?:to|with)|talk(?:ed|ing)?\ (?:to|with)
      |call\ me|called|named|i\ go\ by|ask(?:ed)?\ for|hi|hello|hey|thanks|thank\ you|sorry|dear|goodbye|bye
      |okay|all\ right|alright|well|welcome|morning|afternoon|evening|(?:{_KIN})(?:'s\ name)?(?:\ is)?
      ),?\s+(?:{_TITLE}\s+)?
      | \b{_TITLE}\s+
    )(?P<name>{_NAME})""",
    re.X,
)
_NAMED = re.compile(
    rf"""\b(?:my|his|her|their|the|your|our|\w+'s|first|last|full|middle|maiden|family|given|sur)\s*
    (?:(?:first|last|full|middle|maiden|family|given|account\ holder's)\s+)?name(?:'s|\ is|\ was|\ would\ be|:)?,?\s+
    (?!(?:is|was|on|and|to|for|of|please|the|a|an|in|at|with|not|so|that|what|has|had|will|can|or
    |wrong|right|correct|incorrect|mine|missing|changed|different|misspelled|spelled|spelt|written|listed|given|same)\b)
    (?P<name>(?!{_CAPITAL}\s)[^\W\d_]{{2,}}(?:\s(?!(?:and|i|i'm|im|calling|from|with|on|but|can|please|my|the|is|speaking
    |here|so|spelled|spelt|that's|it's)\b)[^\W\d_]{{2,}}){{0,2}}|{_NAME})""",
    re.X | re.I,
)
_UNDER = re.compile(
    rf"\b(?:in|under) (?:the |my |his |her )?(?:last |first |full )?name(?: of)?,? (?:{_TITLE} )?(?P<name>{_NAME}"
    rf"|(?!{_CAPITAL})(?!(?:on|of|is|and|for|that|please|but)\b)[^\W\d_]{{2,}})",
)
_SPEAKING = re.compile(rf"(?:^|[.,?!]\s+)(?P<name>{_NAME}),?\s+(?:speaking|here|calling|on the line)\b")
_SPELLED = re.compile(r"(?<![\w'-])(?P<name>[A-Za-z](?:(?:[-.]\s?|,?\s)(?:double )?[A-Za-z](?![\w'])){2,})")
_SPELLS = re.compile(r"\bname\b|\bspell(?:ed|t|ing)?\b|\bletters?\b", re.I)
_ASKS = re.compile(
    r"\b(?:your|the|their|his|her|whose|what|a|first|last|full|family|caller's)(?: \w+){0,2} (?:sur)?names?\b"
    r"|\bwho(?:'s| is|m)?(?: am| are)? ?(?:i|we)? ?(?:speaking|talking|calling|this|there)\b|\bspell (?:that|it|your)\b"
    r"|\bname[s]?(?:,)? please\b|\bwho (?:have i|do i have)\b",
    re.I,
)
_LEAD = re.compile(
    r"\W*(?:(?:sure|yes|yeah|yep|ok|okay|so|well|um|uh|of course|certainly|it's|it is|that's|that is|that would be"
    r"|this is|still|its|i'm|i am|my name is|my name's|the name is|the name's)\b\W*)*",
    re.I,
)
_TAIL = re.compile(r"\W*\b(?:speaking|here|calling|please|thanks|thank you)\b\W*$|\W+$", re.I)
_HEAD = re.compile(rf"{_NAME}(?=[.,!(]|\s+(?:account|card|and|my|the|number|pin)\b|\s*$)")
_NO_ANSWER = re.compile(
    r"\b(?:don't|do not|no|not|sorry|wait|moment|second|hold|what|why|which|can't|cannot|agent|person|pardon|account"
    r"|number|need|want|pay|paid|payment|balance|card|already|told|just|about|how|when|hello|the|to|same|again|did)\b",
    re.I,
)
_COMMON = words_of(
    """i i'm i'd i've i'll it it's he she we they you your my the a an and but or so if in on at to for from with of no
    not yes yeah okay ok sure right well oh um uh ah hi hello hey thanks thank sorry please goodbye bye good great fine
    perfect lovely morning afternoon evening today tomorrow yesterday tonight now then there here this that these those
    what who when where why how which can could would may do does did is are was were be been have has had let
    let's just only also maybe again still never always any some all one two three four five six seven eight nine ten
    monday tuesday wednesday thursday friday saturday sunday january february march april june july august september
    october november december christmas easter pin sms atm id usa uk us english spanish french german american british
    visa mastercard amex account accounts card number balance payment payments bank banking customer service services
    support team lending loan loans credit debit dollars pounds euros agent operator representative assistant line mr
    mrs ms miss dr sir madam ma'am god lord internet online email text mobile phone iban ach swift apple google paypal
    amazon walmart uber netflix costco target street road avenue london york america england
    calling nothing anything everything something someone nobody everyone wrong fine happy glad afraid trying looking
    mom dad mum your their our his her its because before after since until while about over under up down out
    off"""
)


def names_in(text: str, asked: bool) -> Iterator[Span]:
    """Each name in `text`, as far as the words beside it show one; `asked`: somebody has just asked for a name.

    Without such words a name is not known for one: see `again` and `known` in `ivr.redaction.personal`.
    """
    bare = MARKER.sub(lambda match: " " * len(match[0]), text).replace("’", "'")
    for pattern in (_INTRODUCED, _NAMED, _UNDER, _SPEAKING):
        for match in pattern.finditer(bare):
            yield from _trimmed(bare, *match.span("name"))
    if asked or _SPELLS.search(bare):
        yield from (Span(*match.span("name"), "name") for match in _SPELLED.finditer(bare))
    if asked:
        yield from _answer(bare)


def asks_for_name(text: str) -> bool:
    return bool(_ASKS.search(text.replace("’", "'")))


def again(text: str, names: Iterable[str]) -> Iterator[Span]:
    """Where a word of the `names` stands in `text`, written as a name."""
    for word in dict.fromkeys(words_of_names(names)):
        for match in re.finditer(rf"(?<![\w'-]){re.escape(word)}(?![\w-])", text, re.I):
            if match[0] != match[0].lower() and not _begins_with_common(text, match):
                yield Span(match.start(), match.end(), "name")


def words_of_names(names: Iterable[str]) -> Iterator[str]:
    """The words that tell somebody, without initials and particles."""
    for name in names:
        yield from (word for word in re.findall(r"[^\W\d_][\w'’-]+[^\W_]", name) if word.lower() not in _COMMON)


def _begins_with_common(text: str, match: re.Match[str]) -> bool:
    """Words such as "Will" and "Mark" at the head of a sentence may be none."""
    head = not text[: match.start()].rstrip() or text[: match.start()].rstrip()[-1] in ".?!"
    return head and match[0].lower() in ("will", "mark", "may", "bill", "grace", "hope", "rose", "faith", "joy", "art")


def _trimmed(text: str, start: int, end: int) -> Iterator[Span]:
    """The name without common words before and after it ("Anna Kovacs And")."""
    words = [(m.start() + start, m.end() + start, m[0]) for m in re.finditer(r"[\w'’.-]+", text[start:end])]
    while words and words[0][2].lower().rstrip(".") in _COMMON:
        words = words[1:]
    common: Sequence[int] = [at for at, (_, _, word) in enumerate(words) if word.lower().rstrip(".'") in _COMMON]
    words = words[: common[0]] if common else words
    if words:
        yield Span(words[0][0], words[-1][1], "name")


def _answer(text: str) -> Iterator[Span]:
    """All of a short or spelled answer and only the name of it; of a longer one what it begins with."""
    lead = _LEAD.match(text)
    start = lead.end() if lead else 0
    tail = _TAIL.search(text, start)
    end = tail.start() if tail else len(text)
    said = text[start:end]
    words = re.findall(r"[\w'’]+", said.lower())
    letters = sum(len(word) == 1 or word in NATO for word in words)
    spelled = len(words) > 2 and 2 * letters > len(words)
    short = 0 < len(words) <= LONGEST_ANSWER and not any(map(str.isdecimal, said))
    if spelled or (short and not _NO_ANSWER.search(said)):
        yield Span(start, end, "name")
    elif head := _HEAD.match(text, start):
        yield from _trimmed(text, *head.span())

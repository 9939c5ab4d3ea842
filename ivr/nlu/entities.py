"""Small entities in an utterance: a share of the amount, a kind of account, a choice from a list."""

import re
from itertools import pairwise
from typing import Literal

from ivr.nlu.normalise import normalise
from ivr.nlu.numbers import ordinal, tokens
from ivr.nlu.patterns import any_of
from ivr.number_words import UNITS

Share = Literal["full", "half", "minimum"]

_SHARES: tuple[tuple[Share, str], ...] = (
    (
        "full",
        r"in full|(?:the )?full(?: (?:amount|balance|payment|thing|one))?|pay(?: \w+)? off|everything"
        r"|all of (?:it|that)|it all"
        r"|(?:the )?(?:whole|entire) (?:thing|amount|balance|lot|bill)|the (?:total|lot|whole)"
        r"|total(?: amount| balance)?"
        r"|(?:what|all|everything)(?: that)? i owe|clear (?:it|the balance|my balance)",
    ),
    (
        "half",
        r"half(?: (?:of )?(?:it|that|the|my|this|now|today)|$)|(?:just|only|pay|about) half|(?:fifty"
        r"|50) (?:percent|%)",
    ),
    (
        "minimum",
        r"minimum|mininum|the min|min payment|(?:smallest|lowest|least)(?: amount"
        r"| payment)?(?: (?:that )?i (?:can|have to|must))?",
    ),
)
_NO_SHARE = any_of(
    r"(?:all|everything|full amount|whole (?:thing|amount|balance))(?: of it)? (?:but|except|minus|less|apart from)",
    r"(?:minimum|min|half|full amount|balance)(?: (?:payment|amount))? (?:plus|minus|times)",
    r"and a half(?! of)", r"half (?:a|an|past)", r"(?:more|less) than (?:the )?(?:minimum|half|full)",
    r"(?:not|isn't|don't want to pay|can't pay|cannot pay) (?:the |in |all of )?(?:full|whole|total"
    r"|everything|minimum|half|it all|all)(?: [a-z]+)?",
)  # fmt: skip
_KINDS = (
    ("checking", any_of(r"checkings?|chequing|chequing|current account")),
    ("savings", any_of(r"savings?")),
    ("credit", any_of(r"credit (?:card|account)|visa|master ?card")),
    ("debit", any_of(r"debit card")),
    ("loan", any_of(r"loan")),
    ("mortgage", any_of(r"mortgage")),
)
_CHOSEN = frozenset({"one", "option", "account", "card", "transaction", "choice"})
_COUNTED = {word: n for word, n in UNITS.items() if 1 <= n <= 5} | {str(n): n for n in range(1, 6)}


def share(text: str) -> Share | None:
    """Full, half or minimum; the last one said. None when none, when negated, or when there is a choice of them."""
    said = _NO_SHARE.sub(" ", " ".join(tokens(text)))
    found = [(match.start(), name) for name, phrases in _SHARES for match in any_of(phrases).finditer(said)]
    if len(re.findall(r"\bhalf\b", said)) > 1 or (len({name for _, name in found}) > 1 and " or " in said):
        return None
    return max(found)[1] if found else None


def account_kind(text: str) -> str | None:
    """checking, savings, credit, debit, loan or mortgage; the last one said."""
    said = normalise(text)
    found = [(match.start(), kind) for kind, phrases in _KINDS for match in phrases.finditer(said)]
    return max(found)[1] if found else None


def choice(text: str) -> int | None:
    """ "the second one" is 2, "option three" 3, "the last one" -1."""
    words = tokens(text)
    for word, following in pairwise(words):
        if word == "last" and following in _CHOSEN:
            return -1
        if word in {"number", "option", "choice"} and following in _COUNTED:
            return _COUNTED[following]
    return next((chosen for at in range(len(words)) if (chosen := _ordinal_choice(words, at))), None)


def _ordinal_choice(words: list[str], at: int) -> int | None:
    found = ordinal(words, at)
    if found is None or found[0] > 9:
        return None
    named = bool(_CHOSEN & set(words[found[1] : found[1] + 1]))
    alone = found[1] == len(words) and (at == 0 or words[:at] == ["the"])
    return found[0] if named or alone else None

"""One rule for all sources' labels: docs/labels.md as code, applied to every row before training and measuring.

Each rule looks at the plain words and at what the source called them, never at the row itself, and says what the row
is (a label), that its label cannot be trusted (`ASIDE`: neither trained on nor measured), or nothing.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from bench.train.nlu.rows import Row
from ivr.nlu.normalise import normalise
from ivr.nlu.patterns import any_of

VERSION = 1
ASIDE = ""

Rule = Callable[[str, Row], str | None]

_FAREWELL = any_of(
    r"(?:good ?)?bye+(?: ?bye)?",
    r"(?<!to )see (?:you|ya)(?: later| soon)?",
    r"(?:have|enjoy) (?:an? |the |your )?(?:\w+ )?(?:day|night|evening|afternoon|weekend|one)(?: ahead)?",
    r"take care(?! of)",
    r"talk (?:to you )?later",
    r"good ?night",
)
_ALL_DONE = any_of(
    r"that(?:'?s| is| was|'?ll be| will be| would be) (?:about |just )?(?:all|it|everything)"
    r"(?! (?:correct|good|right))",
    r"(?:i'?m|i am) (?:all set|done)",
    r"(?:nothing|no more|no further)(?: \w+){0,2}",
)
_NO = re.compile(r"^(?:no+|nope|nah|not|nothing)\b")
_YES = re.compile(r"^(?:yes|yep|yeah|yup)\b")
_SUBJECT = any_of(
    r"cards?", r"accounts?", r"balances?", r"transfer(?:red|ring)?", r"checks?", r"bills?", r"statements?", r"loans?",
    r"charges?", r"charged", r"rates?", r"address", r"payments?", r"routing", r"savings", r"checking", r"deposit",
)  # fmt: skip
_THANKS = any_of(r"thank(?:s| you|you)", r"thnx", r"thx", r"ty", r"appreciated?", r"grateful")
_LOST = any_of(r"lost", r"stolen", r"stole", r"missing", r"damaged", r"broken", r"declined", r"block(?:ed)?")
_OVERCHARGED = any_of(r"charges?", r"charged", r"disputes?", r"fraud", r"error")
_SPENT = any_of(r"(?:how much|what)(?: \w+){0,5} (?:spend|spent|spending)", r"spent (?:\w+ )?(?:lately|recently)")
_NEEDED = {
    "payment": any_of(r"pay\w*", r"paid", r"bills?", r"settle", r"clear", r"towards?", r"on (?:my|the) card", r"dues?"),
    "balance": any_of(
        r"bal\w*", r"ballance", r"owe\w*", r"how much", r"money", r"cash", r"enough", r"amounts?", r"accounts?",
        r"accts?", r"funds?", r"left", r"remain\w*", r"afford", r"cover", r"checking", r"savings", r"available",
        r"debt", r"total", r"worth",
    ),
}  # fmt: skip
"""Words without one of which nobody can have meant the label."""

_BY_SOURCE_LABEL = {
    # A balance that is said to be wrong or late: reading it out settles nothing.
    "banking77:balance_not_updated_after_bank_transfer": "other_banking",
    "banking77:balance_not_updated_after_cheque_or_cash_deposit": "other_banking",
    # Why something is still pending, which a list of transactions does not say.
    "banking77:pending_card_payment": "other_banking",
    "banking77:pending_cash_withdrawal": "other_banking",
    "banking77:pending_top_up": "other_banking",
    "banking77:pending_transfer": "other_banking",
    # A standing order for every month is no payment now.
    "dstc11-finance:SetAutoPayment": "other_banking",
    # Jokes that are asked of the line are small talk, as in all other sources.
    "hwu64:general_joke": "smalltalk",
    # Whether a payment has come in stands in the list of transactions.
    "dstc11-insurance:CheckPaymentStatus": "transactions",
}


def _of_source_label(said: str, row: Row) -> str | None:
    return _BY_SOURCE_LABEL.get(row.fine)


def _slower(said: str, row: Row) -> str | None:
    """Who asks for slower speech is told again."""
    return "repeat" if row.fine == "clinc150:change_speed" and re.search(r"\bslow", said) else None


def _wish_behind_greeting(said: str, row: Row) -> str | None:
    """ "Hi, I lost my card" is about the card, whatever it opens with."""
    if not row.fine.endswith(":openinggreeting") or not _SUBJECT.search(said):
        return None
    if "card" in said and _LOST.search(said):
        return "card_problem"
    if "balance" in said:
        return "balance"
    return "dispute" if _OVERCHARGED.search(said) else "other_banking"


def _farewell(said: str, row: Row) -> str | None:
    """How a talk ends: a farewell is one whatever else it says; "no, that's all" answers; thanks alone are thanks."""
    if row.label not in ("yes", "no", "smalltalk", "goodbye") or (_SUBJECT.search(said) and row.label != "goodbye"):
        return None
    if _FAREWELL.search(said):
        return "goodbye"
    if row.label == "yes" and _YES.search(said):
        return None
    if _NO.search(said):
        return "no"
    if _ALL_DONE.search(said):
        return "goodbye"
    return "smalltalk" if row.label == "goodbye" and _THANKS.search(said) else None


def _answers_else(said: str, row: Row) -> str | None:
    """A yes or no that carries the answer to another question, or none: not what a yes is."""
    if row.label not in ("yes", "no"):
        return None
    if row.label == "yes" and re.match(r"(?:let's|i (?:want|need|would like)|please) .*transfer", said):
        return "other_banking"
    return ASIDE if re.search(r"\d", said) or len(said.split()) > 14 else None


def _spending(said: str, row: Row) -> str | None:
    """What was spent stands in the transactions, not in the balance."""
    return "transactions" if row.label == "balance" and _SPENT.search(said) else None


def _never_mind(said: str, row: Row) -> str | None:
    return "cancel" if row.label == "no" and re.fullmatch(r"(?:no )?never ?mind", said) else None


def _without_its_words(said: str, row: Row) -> str | None:
    needed = _NEEDED.get(row.label)
    return ASIDE if needed and not needed.search(said) else None


RULES: tuple[Rule, ...] = (
    _of_source_label,
    _slower,
    _wish_behind_greeting,
    _never_mind,
    _farewell,
    _answers_else,
    _spending,
    _without_its_words,
)


def label(row: Row) -> str:
    """What the row means by the guide; ASIDE where nobody can tell. The first rule that speaks decides."""
    said = normalise(row.text)
    return next((found for rule in RULES if (found := rule(said, row)) is not None), row.label)


def relabelled(rows: Sequence[Row]) -> list[Row]:
    """The rows by the guide, without those set aside."""
    told = ((row, label(row)) for row in rows)
    return [row if name == row.label else replace(row, label=name) for row, name in told if name != ASIDE]

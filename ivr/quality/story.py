"""What happened in a call, in the order of its turns, as names that a page puts into words. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Protocol

# by the prompt that the bot speaks when it has done something
_DONE: Final = {
    "balance.tell": "got-balance",
    "due.tell": "got-due-date",
    "due.none": "got-due-date",
    "transactions.tell": "got-transactions",
    "transactions.none": "got-transactions",
    "payment.done": "paid",
    "payment.scheduled": "scheduled-payment",
    "payment.taken": "paid-by-card",
    "receipt.sent": "got-receipt",
    "pin.wrong": "wrong-pin",
    "code.wrong": "wrong-code",
}
# by what the caller asks for, where the bot brings a person for it
_ASKED: Final = {
    "dispute": "disputes-charge",
    "card_problem": "has-card-problem",
    "other_banking": "asks-other-banking",
    "out_of_scope": "asks-something-else",
    "human_agent": "wants-person",
}
_WANTED: Final = {
    "balance": ("asks-balance", {"got-balance"}),
    "due_date": ("asks-due-date", {"got-due-date"}),
    "transactions": ("asks-transactions", {"got-transactions"}),
    "payment": ("wants-to-pay", {"paid", "scheduled-payment", "paid-by-card"}),
}
# by the question that was asked last
_PROVED: Final = {"pin.ask": "verified-by-pin", "code.ask": "verified-by-code"}
NAMES: Final = (
    *_PROVED.values(),
    *dict.fromkeys(_DONE.values()),
    *_ASKED.values(),
    *(name for name, _ in _WANTED.values()),
)
"""All names that a story may hold."""


class Spoken(Protocol):
    """A turn as it is kept."""

    @property
    def speaker(self) -> str: ...
    @property
    def intent(self) -> str | None: ...
    @property
    def prompt(self) -> str | None: ...
    @property
    def played(self) -> float | None: ...


def story(turns: Sequence[Spoken]) -> list[str]:
    """Each thing once, in order; what was asked for and then done is told as done. `turns` in order."""
    done = set(_done(turns))
    return list(dict.fromkeys(_told(turns, done)))


def prompt_name(turn: Spoken) -> str:
    """The bot's prompt without the number of its wording; empty for other turns."""
    return (turn.prompt or "").partition("/")[0]


def _done(turns: Iterable[Spoken]) -> Iterator[str]:
    return (_DONE[name] for turn in turns if (name := prompt_name(turn)) in _DONE and turn.played != 0)


def _told(turns: Iterable[Spoken], done: set[str]) -> Iterator[str]:
    proof = _PROVED["pin.ask"]
    for turn in turns:
        if turn.speaker == "bot":
            proof = _PROVED.get(prompt_name(turn), proof)
            if prompt_name(turn) == "verified":
                yield proof
            yield from _done([turn])
        elif turn.speaker == "caller" and turn.intent in _ASKED:
            yield _ASKED[turn.intent]
        elif turn.speaker == "caller" and turn.intent in _WANTED:
            name, by = _WANTED[turn.intent]
            if not by & done:
                yield name

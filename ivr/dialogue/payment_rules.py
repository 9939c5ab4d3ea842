"""What may be paid, from where and when, and what became of it: the values behind the payment flow."""

from dataclasses import replace
from datetime import date, timedelta

from ivr.dialogue import amounts, verbalize
from ivr.dialogue.actions import Pay, TakeCard
from ivr.dialogue.events import Paid
from ivr.dialogue.facts import Facts
from ivr.dialogue.state import Line, Raw, State

LATEST_DAYS = 60
CARD = "card"
_COMMON = {"account", "my", "the", "from", "and", "ending", "in", "one"}


def facts(state: State) -> Facts:
    if state.facts is None:
        raise ValueError("the ledger's facts are needed before they may be spoken; fetch them first")
    return state.facts


def currency(state: State) -> str:
    return state.facts.currency if state.facts else "USD"


def money(state: State, amount: Raw) -> str:
    return verbalize.money(int(amount), currency(state))


def payable(state: State) -> int:
    """The most that may be paid, in minor units."""
    known = facts(state)
    return known.balance if known.owed else known.due


def owing(state: State) -> bool:
    return "paid" in state.task.slots or payable(state) > 0


def amount_value(state: State, raw: Raw | None) -> Raw | None:
    """Minor units for what the caller gave, or what is to be asked about it; None where there is no minimum."""
    if raw is None:
        return None
    shares = {"full": payable(state), "half": payable(state) // 2, "minimum": facts(state).minimum}
    return amounts.settle(raw, currency(state), shares)


def amount_refused(state: State, value: Raw) -> Line | None:
    question = amounts.unclear(value, currency(state))
    if question is not None:
        return question
    if 0 < int(value) <= payable(state):
        return None
    return Line("amount.over", {"owed": money(state, payable(state))})


def amount_shown(state: State, raw: Raw) -> str:
    return amounts.written(raw, currency(state))


def amount_fields(state: State) -> dict[str, str]:
    return {"owed": money(state, payable(state)), "minimum": money(state, facts(state).minimum)}


def source_value(state: State, raw: Raw | None) -> Raw | None:
    """The name of an account on file, or "card"; without a word from the caller only if there is one choice."""
    names = facts(state).sources
    if raw is None:
        return CARD if not names else names[0] if len(names) == 1 else None
    if isinstance(raw, int):
        choices = (*names, CARD)
        return choices[raw - 1 if raw > 0 else raw] if -len(choices) <= raw <= len(choices) and raw else None
    if raw == CARD:
        return CARD
    hits = [name for name in names if _words(name) & _words(raw)]
    return hits[0] if len(hits) == 1 else None


def _words(text: str) -> set[str]:
    return set("".join(c if c.isalnum() else " " for c in text.lower()).split()) - _COMMON


def source_fields(state: State) -> dict[str, str]:
    names = (*facts(state).sources, "a card")
    keys = tuple(f"{verbalize.number(i)} for {name}" for i, name in enumerate(names, 1))
    return {"sources": verbalize.listed(names, "or"), "first": names[0], "keys": verbalize.listed(keys, "or")}


def date_value(state: State, raw: Raw | None) -> Raw | None:
    """An ISO date; a card is charged today."""
    if state.task.slots.get("source") == CARD or raw == "today":
        return state.today.isoformat()
    if raw == "tomorrow":
        return (state.today + timedelta(days=1)).isoformat()
    if isinstance(raw, str) and len(raw) == 4:
        return _keyed_date(state.today, raw)
    return raw


def _keyed_date(today: date, keys: str) -> str | None:
    """The next day with this month and day of the month."""
    for year in (today.year, today.year + 1):
        try:
            on = date(year, int(keys[:2]), int(keys[2:]))
        except ValueError:
            continue
        if on >= today:
            return on.isoformat()
    return None


def date_refused(state: State, value: Raw) -> Line | None:
    if "|" in str(value):
        days = tuple(verbalize.day(date.fromisoformat(day), state.today) for day in str(value).split("|"))
        return Line("date.which", {"days": verbalize.listed(days, "or")})
    latest = state.today + timedelta(days=LATEST_DAYS)
    if state.today <= date.fromisoformat(str(value)) <= latest:
        return None
    return Line("date.outside", {"latest": verbalize.day(latest, state.today)})


def payment_fields(state: State) -> dict[str, str]:
    """The payment as it will be made, for the ear."""
    slots = state.task.slots
    source = slots.get("source", "")
    return {
        "amount": money(state, slots.get("amount", 0)),
        "source": "by card" if source == CARD else f"from {source}",
        "day": verbalize.day(date.fromisoformat(str(slots.get("date", state.today.isoformat()))), state.today),
        "confirmation": verbalize.spell(str(slots.get("paid", ""))),
    }


def order(state: State) -> Pay | TakeCard:
    """The payment that was agreed. Its key was fixed with the yes, so asking twice moves money once."""
    slots = state.task.slots
    amount, source, on = int(slots["amount"]), str(slots["source"]), date.fromisoformat(str(slots["date"]))
    if source == CARD:
        return TakeCard(amount, currency(state))
    return Pay(str(state.account), amount, source, on, int(slots["key"]))


def paying(state: State) -> bool:
    """Whether the ledger was asked for a payment and has not answered: it may have been made."""
    slots = state.task.slots
    asked = state.task.flow == "payment" and slots.get("agreed") is True and "key" in slots
    return asked and "paid" not in slots and slots.get("source") not in (None, CARD)


def dated(state: State, event: Paid) -> State:
    """The payment on the day on which it was made: one agreed just before midnight is made on the next."""
    agreed = date.fromisoformat(str(state.task.slots.get("date", state.today.isoformat())))
    if agreed > state.today or event.on <= agreed:
        return state
    moved = state.with_task(state.task.settle("date", event.on.isoformat()))
    return replace(moved, today=max(state.today, event.on))


def paid(state: State, confirmation: str) -> State:
    """The payment stands, with the ledger's confirmation number if it has one."""
    told = state.note("paid", confirmation or "by card").note("payment", "was made").note("done", _done(state))
    return told.with_task(state.task.settle("paid", confirmation))


def _done(state: State) -> str:
    """The call's payments in words, this one the last: one that is still to go out has not paid anything yet."""
    slots = state.task.slots
    on = date.fromisoformat(str(slots.get("date", state.today.isoformat())))
    amount = verbalize.written_money(int(slots.get("amount", 0)), currency(state))
    deed = f"scheduled {amount} for {verbalize.short_day(on, state.today)}" if on > state.today else f"paid {amount}"
    return " and ".join(filter(None, (state.noted.get("done"), deed)))


def not_paid(state: State) -> State:
    """The payment that was asked for was not made, and will not be."""
    if not paying(state):
        return state
    task = state.task.drop("key", "agreed", "change")
    return state.with_task(task).note("payment", "was not made")


def receipt(state: State) -> str:
    """The text message for a payment just made."""
    slots = state.task.slots
    amount = verbalize.written_money(int(slots["amount"]), currency(state))
    on = verbalize.written_day(date.fromisoformat(str(slots["date"])))
    return f"{state.company}: payment of {amount} on {on}. Confirmation {slots['paid']}."

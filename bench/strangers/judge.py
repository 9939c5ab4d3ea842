"""What became of a stranger's call, by the ledger and the call's own rows: no model judges."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from bench.strangers.goals import Goal, Got
from bench.strangers.people import Stranger
from ivr.dialogue.verbalize import day, money
from ivr.nlu.money import money as amounts_in
from ivr.store.models import Account, Entry

PAID = frozenset({"made", "scheduled"})


@dataclass(frozen=True)
class Truth:
    """What the ledger said of the caller's account when the call began; money in cents."""

    balance: int
    due: int
    minimum: int
    due_on: date | None
    today: date
    entries: tuple[int, ...]

    @classmethod
    def of(cls, account: Account, entries: list[Entry], today: date) -> "Truth":
        rows = tuple(entry.amount for entry in entries)
        return cls(account.balance, account.due, account.minimum, account.due_on, today, rows)

    @property
    def amounts(self) -> frozenset[int]:
        return frozenset(map(abs, (self.balance, self.due, self.minimum, *self.entries)))


@dataclass(frozen=True)
class Verdict:
    """`right`: every goal was reached; else `cause` says why not, in the words of the report."""

    right: bool
    cause: str


def judge(stranger: Stranger, truth: Truth, report: dict[str, Any], result: dict[str, Any]) -> Verdict:
    """`report`: the call's document; `result`: what the simulated caller noted of it."""
    if cause := wrong_money(stranger, report):
        return Verdict(False, cause)
    bot = [turn["text"] for turn in report["turns"] if turn["speaker"] == "bot"]
    if strange := wrong_facts(stranger, truth, bot):
        return Verdict(False, f"wrong fact told: {strange}")
    if all(reached(goal, stranger, truth, report, bot) for goal in stranger.goals):
        return Verdict(True, "right")
    return Verdict(False, _why_not(stranger, report, result))


def wrong_money(stranger: Stranger, report: dict[str, Any]) -> str | None:
    """A payment that nobody asked for, or of another amount, or a second one."""
    made = [payment for payment in report["payments"] if payment["state"] in PAID]
    wanted = any(goal.got is Got.PAYMENT for goal in stranger.goals)
    if made and not wanted:
        return "wrong money: nobody asked for a payment"
    if len(made) > 1:
        return "wrong money: paid twice"
    if made and made[0]["amount"] != stranger.amount:
        return "wrong money: another amount"
    return None


def wrong_facts(stranger: Stranger, truth: Truth, bot: list[str]) -> str | None:
    """An amount told as a fact of the account that the ledger does not hold.

    What is being agreed to was heard from the caller, and is no fact: it is judged by what was paid.
    """
    for text in bot:
        if text.startswith(("Your balance is", "You have a balance", "The balance is")):
            if money(truth.balance) not in text:
                return "balance"
        elif " is due " in text or (text.startswith("You have ") and " due " in text):
            strange = [amount for amount in amounts_in(text) if amount not in truth.amounts]
            if strange or truth.due_on is None or day(truth.due_on, truth.today) not in text:
                return "due date"
    return None


def reached(goal: Goal, stranger: Stranger, truth: Truth, report: dict[str, Any], bot: list[str]) -> bool:
    """Whether the caller got what they had called for."""
    told = " ".join(bot)
    match goal.got:
        case Got.BALANCE:
            return money(truth.balance) in told
        case Got.DUE:
            return truth.due_on is not None and f"due {day(truth.due_on, truth.today)}" in told
        case Got.TRANSACTIONS:
            return any(money(abs(amount)) in told for amount in truth.entries)
        case Got.PAYMENT:
            return any(p["state"] in PAID and p["amount"] == stranger.amount for p in report["payments"])
        case Got.PERSON:
            return with_a_person(report)


def with_a_person(report: dict[str, Any]) -> bool:
    handoff = report["handoff"]
    return bool(handoff) and any(attempt["outcome"] == "accepted" for attempt in handoff["attempts"])


def _why_not(stranger: Stranger, report: dict[str, Any], result: dict[str, Any]) -> str:
    if _unanswered(report, result):
        return "the simulator's own: it did not answer what it was asked"
    if with_a_person(report):
        return f"a person instead ({report['handoff']['reason']})"
    if report["handoff"]:
        return "dead end: asked for a person, and none came"
    if any("not over within" in problem for problem in result["problems"]):
        return "not done in time"
    if result["status"] != "completed":
        return f"the simulator's own: the call was {result['status']}"
    asked = [turn for turn in report["turns"] if turn["speaker"] == "caller"]
    return "the simulator's own: it said nothing" if not asked else "dead end: it ended before anything was reached"


def _unanswered(report: dict[str, Any], result: dict[str, Any]) -> bool:
    """The bot took the caller for silent, and they were: nothing was said or keyed since its last question but one."""
    if not report["handoff"] or report["handoff"]["reason"] != "silent":
        return False
    asked = [turn["start"] for turn in report["turns"] if turn["speaker"] == "bot"]
    return len(asked) > 2 and not any(asked[-3] < said["start"] < asked[-1] for said in result["said"])

"""What the house answers: an account found, a PIN checked, facts, a payment made or refused."""

from dataclasses import replace
from datetime import date

from ivr.dialogue import payment_rules
from ivr.dialogue.builder import Draft, Outcome
from ivr.dialogue.escalation import hand_off
from ivr.dialogue.events import (
    CardTaken,
    CodeChecked,
    CodeSent,
    Event,
    Facts,
    Failed,
    Found,
    MobileFound,
    Paid,
    PinChecked,
    Refused,
)
from ivr.dialogue.flow_runner import advance
from ivr.dialogue.flows.payment import ask_named
from ivr.dialogue.flows.steps import Ask
from ivr.dialogue.flows.verify import NOBODY, ON_FILE, named, without_code
from ivr.dialogue.state import Line, State

PIN_TRIES = 3
CODE_TRIES = 3
CARD_TRIES = 2
NOT_CHARGED = ("caller-interrupted-with-star", "too-many-failed-attempts", "validation-error", "declined")


def answered(draft: Draft, event: Event) -> Outcome:
    """Go on with the answer to the query under way."""
    match event:
        case Found():
            return _named(draft, event.account)
        case PinChecked():
            return _pin(draft, event)
        case MobileFound():
            # who only named the account is not told whether it exists, nor how its holder's number ends
            tail = ON_FILE if named(draft.state) else event.tail
            return advance(draft.at(draft.state.with_task(draft.state.task.settle("mobile", tail))))
        case CodeSent():
            return _code_sent(draft, event.ok)
        case CodeChecked():
            return _code(draft, event)
        case Facts():
            told = replace(event, funds=(), locked=False)  # what is an agent's to see is no part of a dialogue
            return advance(draft.having(facts=told))
        case Paid():
            return advance(draft.at(paid(dated(draft.state, event), event.confirmation)))
        case Refused():
            return _refused(draft, event.why)
        case CardTaken():
            return _card(draft, event)
        case Failed(sure=False) if payment_rules.paying(draft.state):
            return hand_off(draft, "doubt", "payment")
        case Failed() | _:
            return hand_off(draft.at(not_paid(draft.state)), "fault")


def dated(state: State, event: Paid) -> State:
    """The payment on the day on which it was made: one agreed just before midnight is made on the next."""
    agreed = date.fromisoformat(str(state.task.slots.get("date", state.today.isoformat())))
    if agreed > state.today or event.on <= agreed:
        return state
    moved = state.with_task(state.task.settle("date", event.on.isoformat()))
    return replace(moved, today=max(state.today, event.on))


def paid(state: State, confirmation: str) -> State:
    """The payment stands, with the ledger's confirmation number if it has one."""
    told = state.note("paid", confirmation or "by card").note("payment", "was made")
    return told.with_task(state.task.settle("paid", confirmation))


def not_paid(state: State) -> State:
    """The payment that was asked for was not made, and will not be."""
    if not payment_rules.paying(state):
        return state
    task = state.task.drop("key", "agreed", "change")
    return state.with_task(task).note("payment", "was not made")


def _again(draft: Draft, prompt: str, ask: Ask) -> Outcome:
    return draft.keep(Line(prompt)).listen(ask)


def _named(draft: Draft, account: str | None) -> Outcome:
    """The PIN is asked for either way: whoever tries numbers learns nothing of which are accounts."""
    number = str(draft.state.task.slots["number"])
    task = without_code(draft.state.task.drop("number", "number_ok", "doubt")).settle("named", True)
    return advance(draft.at(draft.state.with_task(task)).having(account=account or f"{NOBODY}{number}"))


def _mismatch(draft: Draft) -> Outcome:
    task = draft.state.task.drop("named")
    anew = draft.at(draft.state.with_task(task)).having(account=None)
    return _again(anew, "number.mismatch", ask_named("verify", "number"))


def _proved(draft: Draft) -> Outcome:
    """Thanks at once: they are heard while the ledger is asked for what the caller wants."""
    # a pound key pressed after the last digit must not silence the answer that follows
    return advance(draft.say(Line("verified"), interruptible=False))


def _pin(draft: Draft, event: PinChecked) -> Outcome:
    if event.ok:
        return _proved(draft.having(verified=True))
    wrong = draft.having(wrong_pins=draft.state.wrong_pins + 1)
    if event.locked or wrong.state.wrong_pins >= PIN_TRIES:
        return hand_off(wrong, "verification")
    return _mismatch(wrong) if named(wrong.state) else _again(wrong, "pin.wrong", ask_named("verify", "pin"))


def _code_sent(draft: Draft, ok: bool) -> Outcome:
    if not ok and not named(draft.state):
        return hand_off(draft, "verification")
    sent = draft.at(draft.state.with_task(draft.state.task.settle("sent", True)))
    if "resent" in sent.state.task.slots:
        return _again(sent, "code.again_if" if named(sent.state) else "code.again", ask_named("verify", "code"))
    return advance(sent)


def _code(draft: Draft, event: CodeChecked) -> Outcome:
    if event.ok:
        return _proved(draft.having(verified=True, by_code=True))
    tries = int(draft.state.task.slots.get("wrong_codes", 0)) + 1
    if (event.spent and not named(draft.state)) or tries >= CODE_TRIES:
        return hand_off(draft, "verification")
    wrong = draft.at(draft.state.with_task(draft.state.task.settle("wrong_codes", tries)))
    return _again(wrong, "code.wrong", ask_named("verify", "code"))


def _reopen(draft: Draft) -> Draft:
    """The same payment, no longer agreed."""
    return draft.at(draft.state.with_task(draft.state.task.drop("key", "agreed", "change")))


def _refused(draft: Draft, why: str) -> Outcome:
    if why not in ("insufficient", "limit") or draft.state.stalls >= PIN_TRIES:
        return hand_off(draft, "fault" if why in ("unknown", "nothing-due") else "payment", "payment")
    fields = payment_rules.payment_fields(draft.state)
    told = _reopen(draft).keep(Line(f"refused.{why}", fields)).having(stalls=draft.state.stalls + 1)
    return advance(told.at(told.state.with_task(told.state.task.settle("agreed", False))))


def _card(draft: Draft, event: CardTaken) -> Outcome:
    if event.result == "success":
        return advance(draft.at(paid(draft.state, event.confirmation)))
    declines = int(draft.state.task.slots.get("declines", 0)) + 1
    if event.result not in NOT_CHARGED or declines >= CARD_TRIES:
        return hand_off(draft, "fault" if event.result not in NOT_CHARGED else "payment", "payment")
    told = _reopen(draft).keep(Line("card.declined"))
    task = told.state.task.drop("source").settle("declines", declines)
    return advance(replace(told, state=told.state.with_task(task)))

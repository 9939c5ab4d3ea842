"""Applies the result of a query or a card entry: as its flow says, or here where the caller is also told something."""

from dataclasses import replace

from ivr.dialogue import payment_rules
from ivr.dialogue.builder import Draft, Transition
from ivr.dialogue.escalation import hand_off
from ivr.dialogue.events import CardTaken, CodeChecked, CodeSent, Event, Failed, PinChecked, Refused
from ivr.dialogue.facts import Facts
from ivr.dialogue.flow_runner import advance
from ivr.dialogue.flows.registry import flow_of
from ivr.dialogue.flows.steps import Ask, Do
from ivr.dialogue.flows.verify import VERIFY, named
from ivr.dialogue.state import Line, State

PIN_TRIES = 3
CODE_TRIES = 3
CARD_TRIES = 2
NOT_CHARGED = ("caller-interrupted-with-star", "too-many-failed-attempts", "validation-error", "declined")


def apply_result(draft: Draft, event: Event) -> Transition:
    """Go on with the result of the query under way."""
    match event:
        case PinChecked():
            return _pin(draft, event)
        case CodeSent():
            return _code_sent(draft, event.ok)
        case CodeChecked():
            return _code(draft, event)
        case Facts():
            told = replace(event, funds=(), locked=False)  # what is an agent's to see is no part of a dialogue
            return advance(draft.with_fields(facts=told))
        case Refused():
            return _refused(draft, event.why)
        case CardTaken():
            return _card(draft, event)
        case Failed(sure=False) if payment_rules.paying(draft.state):
            return hand_off(draft, "doubt", "payment")
        case _ if (step := _awaiting(draft.state, event)) is not None:
            return advance(draft.with_state(step.then(draft.state, event)))
        case _:
            return hand_off(draft.with_state(payment_rules.not_paid(draft.state)), "fault")


def _awaiting(state: State, event: Event) -> Do | None:
    """The step of the flow under way whose result this is."""
    steps = (step for step in flow_of(state.task).steps if isinstance(step, Do))
    return next((step for step in steps if step.result and isinstance(event, step.result)), None)


def _again(draft: Draft, prompt: str, ask: Ask) -> Transition:
    return draft.say_repeatable(Line(prompt)).listen(ask)


def _mismatch(draft: Draft) -> Transition:
    task = draft.state.task.drop("named")
    anew = draft.with_state(draft.state.with_task(task)).with_fields(account=None)
    return _again(anew, "number.mismatch", VERIFY.ask("number"))


def _proved(draft: Draft) -> Transition:
    """Thanks at once: they are played while the ledger is asked for what the caller wants."""
    # a pound key pressed after the last digit must not silence the answer that follows
    return advance(draft.say(Line("verified"), interruptible=False))


def _pin(draft: Draft, event: PinChecked) -> Transition:
    if event.ok:
        return _proved(draft.with_fields(verified=True))
    wrong = draft.with_fields(wrong_pins=draft.state.wrong_pins + 1)
    if event.locked or wrong.state.wrong_pins >= PIN_TRIES:
        return hand_off(wrong, "verification")
    return _mismatch(wrong) if named(wrong.state) else _again(wrong, "pin.wrong", VERIFY.ask("pin"))


def _code_sent(draft: Draft, ok: bool) -> Transition:
    if not ok and not named(draft.state):
        return hand_off(draft, "verification")
    sent = draft.with_state(draft.state.with_task(draft.state.task.settle("sent", True)))
    if "resent" in sent.state.task.slots:
        return _again(sent, "code.again_if" if named(sent.state) else "code.again", VERIFY.ask("code"))
    return advance(sent)


def _code(draft: Draft, event: CodeChecked) -> Transition:
    if event.ok:
        return _proved(draft.with_fields(verified=True, by_code=True))
    tries = int(draft.state.task.slots.get("wrong_codes", 0)) + 1
    if (event.spent and not named(draft.state)) or tries >= CODE_TRIES:
        return hand_off(draft, "verification")
    wrong = draft.with_state(draft.state.with_task(draft.state.task.settle("wrong_codes", tries)))
    return _again(wrong, "code.wrong", VERIFY.ask("code"))


def _reopen(draft: Draft) -> Draft:
    """The same payment, no longer agreed."""
    return draft.with_state(draft.state.with_task(draft.state.task.drop("key", "agreed", "change")))


def _refused(draft: Draft, why: str) -> Transition:
    if why not in ("insufficient", "limit") or draft.state.stalls >= PIN_TRIES:
        return hand_off(draft, "fault" if why in ("unknown", "nothing-due") else "payment", "payment")
    fields = payment_rules.payment_fields(draft.state)
    told = _reopen(draft).say_repeatable(Line(f"refused.{why}", fields)).with_fields(stalls=draft.state.stalls + 1)
    return advance(told.with_state(told.state.with_task(told.state.task.settle("agreed", False))))


def _card(draft: Draft, event: CardTaken) -> Transition:
    if event.result == "success":
        return advance(draft.with_state(payment_rules.paid(draft.state, event.confirmation)))
    declines = int(draft.state.task.slots.get("declines", 0)) + 1
    if event.result not in NOT_CHARGED or declines >= CARD_TRIES:
        return hand_off(draft, "fault" if event.result not in NOT_CHARGED else "payment", "payment")
    told = _reopen(draft).say_repeatable(Line("card.declined"))
    task = told.state.task.drop("source").settle("declines", declines)
    return advance(replace(told, state=told.state.with_task(task)))

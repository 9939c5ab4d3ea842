"""Plays flows: goes through the steps of the uppermost task until the caller, or the result of a query, is needed."""

from dataclasses import replace

from ivr.dialogue.actions import CheckCode, CheckPin, HangUp, LookUp, Say, TakeCard
from ivr.dialogue.builder import Draft, Transition
from ivr.dialogue.escalation import hand_off
from ivr.dialogue.flows.registry import SELF_SERVICE, committed, done, flow_of
from ivr.dialogue.flows.steps import Ask, Do, Fetch, Person, Send, Step, Tell, Verified
from ivr.dialogue.prompts import TOPICS
from ivr.dialogue.state import Line, Raw, State, Task

STALLS = 4  # refusals, repeats, waits and detours without progress before a person comes
ENOUGH = 2  # lines in one step, after which nothing is offered any more


def advance(draft: Draft) -> Transition:
    """Do the next pending step of the uppermost task; end the task when none is left."""
    step = next((step for step in flow_of(draft.state.task).steps if _pending(draft.state, step)), None)
    match step:
        case None:
            return _finish(draft)
        case Ask():
            return _ask(draft, step)
        case Verified():
            return advance(push(draft, Task("verify")))
        case Fetch():
            return draft.end(LookUp(str(draft.state.account)), "waiting")
        case Tell():
            told = draft.say_repeatable(Line(step.name, step.fields(draft.state)))
            return advance(_settled(told, f"told:{step.name}", True))
        case Send():
            sent = draft.do(step.act(draft.state))
            return advance(_settled(sent.say_repeatable(Line(step.name)) if step.told else sent, step.name, True))
        case Do():
            return _do(draft, step)
        case Person():
            return hand_off(draft, step.reason)


def _pending(state: State, step: Step) -> bool:
    slots = state.task.slots
    match step:
        case Verified():
            return not state.verified
        case Fetch():
            return state.facts is None and not committed(state.task)
        case Tell():
            return f"told:{step.name}" not in slots and step.when(state)
        case Ask() | Do() | Send():
            return step.name not in slots and step.when(state)
        case Person():
            return step.when(state)


def _settled(draft: Draft, name: str, value: Raw) -> Draft:
    return draft.with_state(draft.state.with_task(draft.state.task.settle(name, value)))


def _ask(draft: Draft, ask: Ask) -> Transition:
    """Settle the item from what the caller gave already, or ask for it."""
    state = draft.state
    value = ask.settle(state, state.task.given.get(ask.name))
    if value is None and ask.offer and _lines(draft) >= ENOUGH:
        value = False
    if value is None:
        forgotten = draft.with_state(state.with_task(state.task.drop(ask.name)))
        return question(forgotten, ask)
    refusal = ask.check(state, value)
    if refusal is not None:
        if state.stalls >= STALLS:
            return hand_off(draft, "unclear")
        refused = draft.with_state(state.with_task(state.task.drop(ask.name))).with_fields(stalls=state.stalls + 1)
        return refused.say_repeatable(refusal).listen(ask)
    return advance(draft.with_state(settle(state, ask, value)))


def settle(state: State, ask: Ask, value: Raw) -> State:
    """The state with the item settled, noted for the brief and followed up."""
    noted = state.note(ask.name, ask.show(state, value)) if ask.noted and not ask.secret else state
    return ask.then(noted.with_task(noted.task.settle(ask.name, value)), value)


def question(draft: Draft, ask: Ask) -> Transition:
    """Ask for an item in its next wording; after two answers "anything else" is two words."""
    wording = "brief" if ask.name == "else" and _lines(draft) >= ENOUGH else "ask"
    return draft.say_repeatable(Line(f"{ask.name}.{wording}", ask.fields(draft.state))).listen(ask)


def _lines(draft: Draft) -> int:
    """How many whole lines were said in this step."""
    return sum(isinstance(action, Say) and action.text.endswith((".", "?")) for action in draft.actions)


def _do(draft: Draft, step: Do) -> Transition:
    action = step.act(draft.state)
    if isinstance(action, TakeCard):
        return draft.say(Line("card.lead")).end(action, "card")
    return draft.end(action, "waiting")


def check_secret(draft: Draft, ask: Ask, secret: str) -> Transition:
    """A PIN or a code is used at once and kept nowhere."""
    check = CheckCode if ask.name == "code" else CheckPin
    return draft.end(check(str(draft.state.account), secret), "waiting")


def push(draft: Draft, task: Task) -> Draft:
    """Begin a task on top of what is under way; after a payment the ledger is read anew."""
    stale = any(committed(task) for task in draft.state.tasks)
    facts = None if stale else draft.state.facts
    return draft.with_fields(tasks=(*draft.state.tasks, task), facts=facts, stalls=0)


def _finish(draft: Draft) -> Transition:
    state = draft.state
    ended, below = state.task, state.tasks[:-1]
    if ended.flow == "goodbye":
        return draft.say(Line("goodbye")).end(HangUp(), "ended")
    facts = None if committed(ended) else state.facts
    early = ended.flow == "verify"  # a PIN before any wish: the open question still stands
    on_top = below if len(below) > 1 or early else (Task("else"),)
    popped = draft.with_state(replace(state, tasks=on_top, facts=facts, done=_done(state)))
    back = len(below) > 1 and ended.flow in SELF_SERVICE and below[-1].flow in SELF_SERVICE
    return advance(popped.say(Line("repair.back", {"topic": TOPICS[below[-1].flow]})) if back else popped)


def _done(state: State) -> tuple[str, ...]:
    """The wishes fulfilled so far."""
    return tuple(dict.fromkeys((*state.done, state.task.flow))) if done(state.task) else state.done

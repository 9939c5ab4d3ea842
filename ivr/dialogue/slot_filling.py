"""Fills the items of a flow with what the caller answers or volunteers."""

from dataclasses import replace

from ivr.dialogue import phrases
from ivr.dialogue.builder import Draft, Transition
from ivr.dialogue.confidence import RECOGNISED, is_plain_yes_no
from ivr.dialogue.events import Said
from ivr.dialogue.flow_runner import advance, check_secret, question
from ivr.dialogue.flows.registry import committed, flow_of
from ivr.dialogue.flows.steps import Ask
from ivr.dialogue.repair import progress
from ivr.dialogue.state import Raw, State, Task


def answer(draft: Draft, said: Said, ask: Ask) -> Transition | None:
    """The answer to the open question, and what was volunteered with it."""
    # six digits more or less are an attempt at the code, not an account number
    extra = {} if ask.name == "code" else volunteered(draft.state.task, said, besides=ask.name)
    raw = ask.extract(said, True)
    doubtful = said.confidence < RECOGNISED and not (ask.kind == "yes-no" and is_plain_yes_no(said))
    if raw is None and ask.name == "pin" and phrases.FORGOT.search(said.text.lower()):
        return None
    if doubtful and (ask.secret or ask.confirms):
        return None
    if ask.confirms and extra:
        raw = None
    return take(draft, ask, raw, extra, doubtful)


def ahead(draft: Draft, said: Said, ask: Ask) -> Transition | None:
    """While asked who they are, the caller goes on about what they want: it is kept, and the question stands."""
    verify, below = draft.state.task, draft.state.tasks[-2:-1]
    if verify.flow != "verify" or not below or said.confidence < RECOGNISED or phrases.asks_for_person(said):
        return None
    items = {
        n: v for n, v in volunteered(below[0], said).items() if n != "amount" or phrases.MONEY.search(said.text.lower())
    }
    if not items:
        return None
    fuller = draft.with_state(absorb(draft.with_fields(tasks=draft.state.tasks[:-1]).state, items))
    return question(progress(fuller.with_fields(tasks=(*fuller.state.tasks, verify))), ask)


def take(draft: Draft, ask: Ask, raw: Raw | None, extra: dict[str, Raw], doubtful: bool = False) -> Transition | None:
    """Use an answer and what came with it; None when there is nothing usable in it."""
    if ask.secret and raw is not None:
        return check_secret(progress(draft), ask, str(raw))
    if raw is True and ask.confirms and draft.state.cut:
        return question(draft, ask)  # a yes counts only to figures that were played
    if raw is not None and ask.settle(draft.state, raw) is None:
        raw = None
    if raw is None and not extra:
        return None
    given = extra if raw is None else {**extra, ask.name: raw}
    return advance(progress(draft.with_state(absorb(draft.state, given, doubtful))))


def absorb(state: State, given: dict[str, Raw], doubtful: bool = False) -> State:
    """What the caller gave replaces what was settled; whatever had been confirmed is open again."""
    task = state.task
    asks = flow_of(task).asks
    if any(ask.volunteer and ask.name in given for ask in asks):
        task = task.drop(*(ask.name for ask in asks if ask.confirms))
    task = task.drop(*given)
    doubt = {"doubt": True} if doubtful else {}
    return state.with_task(replace(task, given={**task.given, **given, **doubt}))


def volunteered(task: Task, said: Said, besides: str = "") -> dict[str, Raw]:
    """Items of the task's flow that the caller gave without being asked for them."""
    if committed(task):
        return {}
    asks = (ask for ask in flow_of(task).asks if ask.volunteer and ask.name != besides)
    return {ask.name: raw for ask in asks if (raw := ask.extract(said, False)) is not None}

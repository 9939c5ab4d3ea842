"""What every flow does when the talk goes wrong: no input, no match, repeating, cancelling, giving up."""

from dataclasses import replace

from ivr.dialogue import timeouts
from ivr.dialogue.builder import Draft, Transition
from ivr.dialogue.escalation import hand_off
from ivr.dialogue.flow_runner import STALLS, advance
from ivr.dialogue.flows.registry import asked, done, flow_of
from ivr.dialogue.flows.steps import Ask
from ivr.dialogue.state import Line, State, Task


def at_menu(state: State) -> bool:
    """Whether the open question stands: what can I do for you."""
    return state.question in ("open", "else")


def open_question(state: State) -> Ask:
    ask = asked(state)
    if ask is None:
        raise ValueError(
            f"no question {state.question!r} in flow {state.task.flow!r}; the state was not made by step()"
        )
    return ask


def no_match(draft: Draft, ask: Ask) -> Transition:
    """Not understood: once an example, then a person. A rating is not asked for twice."""
    if ask.name == "rating":
        return unrated(draft)
    if draft.state.missed:
        return hand_off(draft, "unclear")
    sorry = draft.with_fields(missed=1).say(Line("repair.sorry"))
    return sorry.say(Line(f"{ask.name}.example", ask.fields(draft.state))).listen(ask)


def odd(draft: Draft, ask: Ask) -> Transition | None:
    """Words that belong to nothing that we know of: once an example, for the words may be misheard; then None."""
    if draft.state.missed:
        return None
    strange = draft.with_fields(missed=1).say(Line("repair.odd"))
    return strange.say(Line(f"{ask.name}.example", ask.fields(draft.state))).listen(ask)


def no_input(draft: Draft) -> Transition:
    """Nothing came: ask and offer keys, then a person."""
    ask = open_question(draft.state)
    if ask.name == "rating":
        return unrated(draft)
    if draft.state.silences:
        return hand_off(draft, "silent")
    there = draft.with_fields(silences=1).say(Line("repair.wait" if ask.looked_for else "repair.there"))
    keys = "pin.keys_or_code" if ask.name == "pin" and draft.state.codes else f"{ask.name}.keys"
    offered = there.say(Line(keys, ask.fields(draft.state)))
    return offered.listen(ask, timeouts.LOOKING if ask.looked_for else None)


def repeat(draft: Draft, ask: Ask) -> Transition:
    """The last lines again, in their next wording."""
    again = draft.with_fields(stalls=draft.state.stalls + 1)
    for line in draft.state.last:
        again = again.say(line)
    return stall(draft) or again.listen(ask)


def detour(draft: Draft, ask: Ask, example: bool = False) -> Transition:
    """Back to the question after words that do not answer it."""
    further = draft.with_fields(stalls=draft.state.stalls + 1)
    wording = "example" if example else "ask"
    line = Line(f"{ask.name}.{wording}", ask.fields(draft.state))
    return stall(draft) or further.say(line).listen(ask)


def stall(draft: Draft) -> Transition | None:
    """A person, when the talk goes in circles."""
    return hand_off(replace(draft, actions=()), "unclear") if draft.state.stalls >= STALLS else None


def cancel(draft: Draft) -> Transition:
    """Drop the caller's task, with the questions that it brought."""
    tasks = draft.state.tasks
    while tasks[-1].flow in ("verify", "unsure") and len(tasks) > 2:
        tasks = tasks[:-1]
    left = tasks[:-1] if len(tasks) > 2 else (Task("else"),)
    return advance(progress(draft.with_fields(tasks=left).say(Line(_undone(tasks[-1]) or "repair.cancelled"))))


def _undone(task: Task) -> str:
    """The prompt that says that the task was dropped before it was done, where that has to be said."""
    return "" if done(task) else flow_of(task).undone


def goodbye(draft: Draft) -> Transition:
    """One question about the call, then the end."""
    undone = next(filter(None, map(_undone, draft.state.tasks)), "")
    parting = draft.say(Line(undone)) if undone else draft
    return advance(progress(parting.with_fields(tasks=(Task("goodbye"),))))


def unrated(draft: Draft) -> Transition:
    return advance(draft.with_state(draft.state.with_task(draft.state.task.settle("rating", 0))))


def progress(draft: Draft) -> Draft:
    """The caller was understood: failures are forgiven."""
    return draft.with_fields(missed=0, silences=0)

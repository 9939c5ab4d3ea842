"""What each intent leads to: a flow, a person, the end of the call, or a reply to small talk."""

from ivr.dialogue import extractors, phrases
from ivr.dialogue.builder import Draft, Transition
from ivr.dialogue.confidence import ACCEPT, CONFIRM, RECOGNISED, is_plain_yes_no
from ivr.dialogue.escalation import hand_off
from ivr.dialogue.events import Said
from ivr.dialogue.flow_runner import advance, push
from ivr.dialogue.flows.registry import SELF_SERVICE
from ivr.dialogue.flows.steps import Ask
from ivr.dialogue.prompts import TOPICS
from ivr.dialogue.repair import at_menu, detour, goodbye, odd, progress
from ivr.dialogue.slot_filling import volunteered
from ivr.dialogue.state import Line, Raw, Task


def route(draft: Draft, said: Said, ask: Ask) -> Transition | None:
    """Whatever the intent asks for; None where it asks for nothing, or not surely enough."""
    done_here = self_service(draft, said) or _farewell(draft, said)
    return done_here or _person(draft, said, ask) or _small_talk(draft, said, ask)


def self_service(draft: Draft, said: Said) -> Transition | None:
    """Begin a flow, or ask whether it is meant."""
    state, intent, sure = draft.state, said.meaning.intent, said.meaning.confidence
    if intent not in SELF_SERVICE or any(task.flow == intent for task in state.tasks):
        return None
    given = volunteered(Task(intent), said)
    if sure >= ACCEPT and said.confidence >= RECOGNISED:
        return begin(draft, intent, given)
    if at_menu(state) and sure >= CONFIRM and said.confidence >= RECOGNISED / 2:
        return advance(progress(push(draft, Task("unsure", {"intent": intent, **given}))))
    return None


def _farewell(draft: Draft, said: Said) -> Transition | None:
    """A goodbye in so many words, or meant as one: the surer, the less the caller has been helped with so far."""
    menu, helped = at_menu(draft.state), draft.state.question == "else"
    if said.confidence < RECOGNISED / (2 if menu else 1):
        return None
    if menu and phrases.FAREWELL.search(said.text.lower()):
        return goodbye(draft)
    sure = said.confidence >= RECOGNISED and said.meaning.confidence >= (CONFIRM if helped else ACCEPT)
    return goodbye(draft) if sure and said.meaning.intent == "goodbye" else None


def begin(draft: Draft, intent: str, given: dict[str, Raw]) -> Transition:
    """Start a flow with what the caller already gave for it."""
    wanted = tuple(dict.fromkeys((*draft.state.wanted, intent)))
    if intent in draft.state.braked:
        return hand_off(draft.with_fields(wanted=wanted), "braked", intent)
    begun = push(draft.with_fields(wanted=wanted, tasks=_to_come_back_to(draft.state.tasks)), Task(intent, given))
    verify = tuple(task for task in draft.state.tasks if task.flow == "verify")[-1:]
    return advance(progress(begun.with_fields(tasks=(*begun.state.tasks, *verify))))


def _to_come_back_to(tasks: tuple[Task, ...]) -> tuple[Task, ...]:
    """The task that is interrupted; one at a time, so that they never pile up."""
    return tasks[:1] + tuple(task for task in tasks[1:] if task.flow in SELF_SERVICE)[-1:]


def _person(draft: Draft, said: Said, ask: Ask) -> Transition | None:
    """An intent that starts no flow brings a person; amid a task only when it is plainly meant.

    One that is no intent of a bank's callers at all does so the second time."""
    intent, confidence = said.meaning.intent, said.meaning.confidence
    if intent in SELF_SERVICE or intent not in TOPICS or said.confidence < RECOGNISED / 2:
        return None
    amid = not at_menu(draft.state) and draft.state.question != "unsure"
    if confidence < (ACCEPT if amid else CONFIRM) or (amid and intent == "out_of_scope"):
        return None
    if intent == "out_of_scope" and (second_try := odd(draft, ask)) is not None:
        return second_try
    wanted = tuple(dict.fromkeys((*draft.state.wanted, intent)))
    return hand_off(draft.with_fields(wanted=wanted), intent, intent)


def _small_talk(draft: Draft, said: Said, ask: Ask) -> Transition | None:
    """What is said about the talk itself: farewells, small talk, help, a bare yes or no."""
    meaning, state = said.meaning, draft.state
    if meaning.confidence < CONFIRM or (said.confidence < RECOGNISED and not is_plain_yes_no(said)):
        return None
    answer = extractors.yes_no(said, True)
    if at_menu(state) and answer is False and state.question == "else":
        return goodbye(draft)
    if (at_menu(state) and answer is True) or meaning.intent == "cancel":
        return detour(draft, ask)
    if meaning.intent in ("help", "dont_know"):
        return detour(draft, ask, example=True)
    if meaning.intent == "smalltalk":
        return detour(draft.say(Line("repair.smalltalk")), ask)
    return None

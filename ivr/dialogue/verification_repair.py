"""What happens when callers cannot prove who they are: the PIN is forgotten, or the code did not come."""

from ivr.dialogue import phrases
from ivr.dialogue.builder import Draft, Transition
from ivr.dialogue.escalation import hand_off
from ivr.dialogue.events import Said
from ivr.dialogue.flow_runner import advance
from ivr.dialogue.flows.steps import Ask
from ivr.dialogue.flows.verify import LACKING
from ivr.dialogue.repair import progress


def forgotten(draft: Draft, said: Said, ask: Ask) -> Transition | None:
    """They do not know it: a code instead of the PIN where codes are sent, else a person."""
    unknown = said.meaning.intent == "dont_know" or phrases.FORGOT.search(said.text.lower())
    if ask.name not in LACKING or not unknown:
        return None
    return code_instead(draft, ask) or hand_off(draft, "verification")


def not_received(draft: Draft, said: Said, ask: Ask) -> Transition | None:
    """The text is not there: sent once more, then a person."""
    return send_again(draft) if ask.name == "code" and phrases.NOT_RECEIVED.search(said.text.lower()) else None


def keyed_otherwise(draft: Draft, keys: str, ask: Ask) -> Transition | None:
    """One and pound: "I do not have it", for a PIN or a code."""
    if keys != "1":
        return None
    return send_again(draft) if ask.name == "code" else code_instead(draft, ask)


def code_instead(draft: Draft, ask: Ask) -> Transition | None:
    """On to a one-time code; None where the PIN was not asked for, or none is sent."""
    if ask.name != "pin" or not draft.state.codes:
        return None
    return advance(progress(draft.with_state(draft.state.with_task(draft.state.task.settle("forgotten", True)))))


def send_again(draft: Draft) -> Transition:
    task = draft.state.task
    if "resent" in task.slots:
        return hand_off(draft, "verification")
    anew = task.drop("sent").settle("key", draft.state.turn).settle("resent", True)
    return advance(progress(draft.with_state(draft.state.with_task(anew))))

"""Whether the bot did what the caller called for."""

from ivr.dialogue.flows.registry import FLOWS, SELF_SERVICE, flow_of
from ivr.dialogue.flows.steps import Flow, Tell
from ivr.dialogue.state import State


def resolved(state: State) -> bool:
    """For a call that ended here: the caller got what they wanted, and was not amid something else."""
    return any(_served(state, FLOWS[name]) for name in SELF_SERVICE) and not flow_of(state.task).unfinished(state)


def _served(state: State, flow: Flow) -> bool:
    told = any(isinstance(step, Tell) and step.name in state.uses for step in flow.steps)
    return told or flow.commit in state.noted

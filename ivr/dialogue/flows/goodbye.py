"""One question about the call, then the end."""

from ivr.dialogue import extractors
from ivr.dialogue.actions import Rate
from ivr.dialogue.flows.steps import Ask, Flow, Send
from ivr.dialogue.state import State


def _stars(state: State) -> int:
    return int(state.task.slots["rating"])


GOODBYE = Flow(
    "goodbye",
    "Goodbye",
    (
        Ask("rating", "digits", extractors.stars, extractors.stars_key, digits=1, noted=False),
        Send("rated", lambda s: Rate(_stars(s)), when=lambda s: _stars(s) > 0, told=False),
    ),
    after="hang up",
)

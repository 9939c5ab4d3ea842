"""The questions between flows: how can I help, anything else, and "is this about ...?" where an intent is doubtful."""

from dataclasses import replace

from ivr.dialogue import extractors
from ivr.dialogue.flows.steps import Ask, Flow
from ivr.dialogue.prompts import TOPICS
from ivr.dialogue.state import Raw, State, Task

_STARTS = "the flow that was asked for"


def _start_if_meant(state: State, agreed: Raw) -> State:
    doubted = state.task
    intent = str(doubted.given["intent"])
    below = state.tasks[:-1]
    return replace(state, tasks=(*below, Task(intent, doubted.drop("intent").given)) if agreed else below)


OPEN = Flow(
    "open",
    "The caller's wish",
    (Ask("open", "open", extractors.nothing, extractors.no_key, digits=1),),
    after=_STARTS,
)
ELSE = Flow(
    "else",
    "Anything else",
    (Ask("else", "open", extractors.nothing, extractors.no_key, digits=1),),
    after=_STARTS,
)
UNSURE = Flow(
    "unsure",
    "A doubtful wish",
    (
        Ask(
            "unsure",
            "yes-no",
            extractors.yes_no,
            extractors.yes_no_key,
            then=_start_if_meant,
            fields=lambda s: {"topic": TOPICS[str(s.task.given["intent"])]},
            noted=False,
        ),
    ),
)

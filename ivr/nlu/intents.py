"""What a caller may mean: the classifier's intents, and what the line does with each.

An intent of a flow's name starts the flow. An intent with a topic in `ivr.dialogue.prompts` that starts none brings a
person. The others answer a question or steer the conversation.
"""

from ivr.dialogue.flows.registry import SELF_SERVICE
from ivr.dialogue.prompts import TOPICS

INTENTS = (
    *SELF_SERVICE, "card_problem", "dispute", "human_agent", "yes", "no", "repeat",
    "cancel", "goodbye", "help", "dont_know", "smalltalk", "other_banking", "out_of_scope",
)  # fmt: skip

DANGEROUS = frozenset({"payment", "balance", "yes"})
"""Taking something else for one of these speaks of money, or moves it."""

TO_A_PERSON = frozenset({"human_agent", *TOPICS}) - frozenset(SELF_SERVICE)
"""The line brings a person for each of these, so that mistaking one for another costs the caller nothing."""

CONTROL = frozenset({"human_agent", "cancel", "repeat", "goodbye", "help", "dont_know"})
"""What steers the conversation rather than names a subject; it counts even beside an answer."""

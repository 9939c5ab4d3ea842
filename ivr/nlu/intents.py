"""The intents, what the line does with each, and how sure it has to be."""

LABELS = (
    "balance", "payment", "due_date", "transactions", "card_problem", "dispute", "human_agent", "yes", "no", "repeat",
    "cancel", "goodbye", "help", "dont_know", "smalltalk", "other_banking", "out_of_scope",
)  # fmt: skip

DANGEROUS = frozenset({"payment", "balance", "yes"})
"""Taking something else for one of these speaks of money, or moves it."""

TO_A_PERSON = frozenset({"card_problem", "dispute", "human_agent", "other_banking", "out_of_scope"})
"""The line brings a person for each of these, so that mistaking one for another costs the caller nothing."""

CONTROL = frozenset({"human_agent", "cancel", "repeat", "goodbye", "help", "dont_know"})
"""What steers the conversation rather than names a subject; it counts even beside an answer."""

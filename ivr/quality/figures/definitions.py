"""What each figure means, in the order of the page: one place for its words, its arithmetic and its calls. Pure.

`docs/figures.md` says the same: a test holds them together.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Final, Literal

from ivr.quality.figures.tally import Tally

Unit = Literal["share", "stars", "seconds", "number", "minutes", "money"]
Better = Literal["more", "less", ""]
Counts = Callable[[Tally], tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Definition:
    """A figure in words."""

    key: str
    name: str
    meaning: str
    unit: Unit


@dataclass(frozen=True, slots=True)
class Ratio(Definition):
    """A figure that is a part of something, and the filter of the list that shows the calls.

    `counts` gives the part and the whole; the figure is the one divided by the other, and unknown where the whole is
    nothing. `of` names the whole. `better` says whether more or less is good.
    """

    better: Better
    of: str
    counts: Counts
    filters: Mapping[str, str] = field(default_factory=dict)

    def value(self, tally: Tally) -> float | None:
        part, whole = self.counts(tally)
        return part / whole if whole else None

    def whole(self, tally: Tally) -> float:
        """Of how many the figure speaks."""
        return self.counts(tally)[1]


def _of_calls(part: Callable[[Tally], float]) -> Counts:
    return lambda tally: (part(tally), tally.calls)


RESOLVED: Final = Ratio(
    "resolved",
    "Resolved",
    "Calls in which the bot did what the caller wanted or an agent closed the matter, and after which the same number "
    "did not call about the same within seven days; of the calls whose seven days are over. Calls without a subject "
    "and from a withheld number are left out: nobody would know that they came again.",
    "share",
    "more",
    "calls",
    lambda tally: (tally.helped, tally.settled),
    {"flag": "called-again"},
)
REPEAT: Final = Ratio(
    "repeat",
    "Repeat contact",
    "Calls from a number that had called about the same within the seven days before; of the calls with a subject and "
    "a number. It is known at once, so that today can be held against yesterday.",
    "share",
    "less",
    "calls",
    lambda tally: (tally.repeats, tally.traceable),
    {"flag": "repeat"},
)
RATING: Final = Ratio(
    "rating",
    "Rating",
    "The mean of the stars, 1 to 5, that callers gave when they were asked.",
    "stars",
    "more",
    "ratings",
    lambda tally: (tally.stars, tally.rated),
)
RATED: Final = Ratio(
    "rated",
    "Rated",
    "Calls whose caller gave a rating; of all calls.",
    "share",
    "more",
    "calls",
    _of_calls(lambda tally: tally.rated),
)
SOON: Final = Ratio(
    "soon",
    "With a person in time",
    "Calls in which an agent talked with the caller within the seconds that the line aims at "
    "(`WARMLINE_SERVICE_SECONDS`), counted from the request for a person; of all calls that were to be handed over. "
    "Who gave up or was called back later was not served in time.",
    "share",
    "more",
    "calls",
    lambda tally: (tally.soon, tally.asked),
)
HANDED: Final = Ratio(
    "handed",
    "Hand-offs",
    "Calls that were to be handed over to a person, whether or not one came; of all calls. The reason is that of the "
    "first request in a call.",
    "share",
    "",
    "calls",
    _of_calls(lambda tally: tally.asked),
)
MISHEARD: Final = Ratio(
    "misheard",
    "Misheard",
    "Calls in which the bot misheard at least one turn of the caller: by the recording, a quarter or more of its words "
    "are others; of the calls that were compared with their recording.",
    "share",
    "less",
    "calls",
    lambda tally: (tally.misheard_calls, tally.compared),
    {"flag": "misheard"},
)
MISHEARD_TURNS: Final = Ratio(
    "misheard_turns",
    "Misheard turns",
    "Turns of the caller that were misheard, for each call that was compared.",
    "number",
    "less",
    "calls",
    lambda tally: (tally.misheard_turns, tally.compared),
    {"flag": "misheard"},
)
MISHEARD_WORDS: Final = Ratio(
    "misheard_words",
    "Misheard words",
    "Words that the bot exchanged, lost or invented; of the words that callers say to it in the recordings.",
    "share",
    "less",
    "words",
    lambda tally: (tally.words_misheard, tally.words_compared),
    {"flag": "misheard"},
)
FAILED: Final = Ratio(
    "failed",
    "Bot failures",
    "Calls in which the bot could not go on: it understood nothing, heard nothing, had a fault, or its line was lost; "
    "of all calls.",
    "share",
    "less",
    "calls",
    _of_calls(lambda tally: tally.failed),
    {"flag": "bot-failed"},
)
BAD: Final = Ratio(
    "bad",
    "Went badly",
    "Calls that a person had to take because the bot was not understood, heard nothing or had upset the caller, and "
    "calls rated with one or two stars; of all calls. The bot brake goes by the same calls.",
    "share",
    "less",
    "calls",
    _of_calls(lambda tally: tally.bad),
)
KEPT: Final = Ratio(
    "kept",
    "Promises kept",
    "Payments agreed, call-backs and texts that were done; of all that were promised in these calls. What is still "
    "under way is not kept yet.",
    "share",
    "more",
    "promises",
    lambda tally: (tally.kept, tally.promises),
    {"flag": "promise-broken"},
)
LENGTH: Final = Ratio(
    "length",
    "Length",
    "Minutes from the start of a call to its end, for each call.",
    "minutes",
    "",
    "calls",
    _of_calls(lambda tally: tally.seconds / 60),
)
RATIOS: Final[Sequence[Ratio]] = (
    RESOLVED, REPEAT, RATING, RATED, SOON, HANDED, MISHEARD, MISHEARD_TURNS, MISHEARD_WORDS, FAILED, BAD, KEPT, LENGTH,
)  # fmt: skip


WAIT: Final = Definition(
    "wait",
    "Time to a person",
    "Seconds from the request for a person until agent and caller talked together, of the calls in which they did: "
    "half of them waited no longer than the first figure, nine of ten no longer than the second.",
    "seconds",
)
VOLUME: Final = Definition("calls", "Calls", "Calls that began in the period and are over.", "number")
BOT_MINUTES: Final = Definition(
    "bot_minutes", "Minutes without a person", "Minutes of these calls in which no agent talked.", "minutes"
)
AGENT_MINUTES: Final = Definition(
    "agent_minutes",
    "Minutes with a person",
    "Minutes of these calls in which an agent talked; call-backs are not among them.",
    "minutes",
)
COST: Final = Definition(
    "cost",
    "Cost",
    "The minutes without a person and those with one, each times what the settings said that a minute costs "
    "(`WARMLINE_BOT_MINUTE_COST`, `WARMLINE_AGENT_MINUTE_COST`) when the call was over. Calls from before they were "
    "set are left out until `warmline quality facts --all` reads them anew.",
    "money",
)
OTHERS: Final[Sequence[Definition]] = (WAIT, VOLUME, BOT_MINUTES, AGENT_MINUTES, COST)


def percentile(values: Sequence[float], share: float) -> float | None:
    """The smallest of `values` that `share` of them (0 to 1) do not exceed: the nearest rank; None of none."""
    return sorted(values)[max(0, ceil(share * len(values)) - 1)] if values else None

"""When an agent had the caller wait, as a hand-off's times note it: by the attempt, and the number of the hold."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

HELD, UNHELD = "held-", "unheld-"  # before "<attempt>.<number>"


@dataclass(frozen=True, slots=True)
class Hold:
    """By the agent of this attempt. `ended` is None where they did not take the caller back."""

    attempt: int
    began: datetime
    ended: datetime | None


def holds_in(times: Mapping[str, str]) -> Iterator[Hold]:
    """Each hold in a hand-off's times, whose values are moments in ISO 8601."""
    for name, began in times.items():
        if name.startswith(HELD):
            which = name.removeprefix(HELD)
            ended = times.get(UNHELD + which)
            yield Hold(
                int(which.partition(".")[0]),
                datetime.fromisoformat(began),
                datetime.fromisoformat(ended) if ended else None,
            )

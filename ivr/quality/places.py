"""Where a call stands among all, by its start: the order of lists, and the key of the index of words."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def place_of(moment: datetime) -> int:
    """The place of a call that began at `moment`, unless another has it: microseconds since 1970."""
    return (moment - EPOCH) // MICROSECOND

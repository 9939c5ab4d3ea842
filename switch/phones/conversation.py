"""Who answers whatever they are asked: which reply of a script fits what the far side has just said."""

from collections.abc import Sequence

from switch.phones.recorded_lines import normalised
from switch.phones.script import Reply


class Conversation:
    """Chooses among `replies`, each as often as its `times` allow; the first of those that fit equally well."""

    def __init__(self, replies: Sequence[Reply]) -> None:
        self._replies = replies
        self._given = [0] * len(replies)

    def answer(self, heard: str) -> Reply | None:
        """The reply to what was asked last in `heard`: of all words that stand there, those nearest to its end."""
        words = f" {normalised(heard)} "
        ends = [_fits(reply, words) for reply in self._replies]
        fitting = [nth for nth in self._left() if ends[nth] >= 0]
        return self._give(max(fitting, key=lambda nth: (ends[nth], -nth))) if fitting else None

    def interruption(self, speaking: float) -> Reply | None:
        """What comes into the far side's speech after `speaking` seconds of it."""
        for nth in self._left():
            over = self._replies[nth].over
            if over is not None and speaking >= over:
                return self._give(nth)
        return None

    def _left(self) -> list[int]:
        return [nth for nth, reply in enumerate(self._replies) if reply.times is None or self._given[nth] < reply.times]

    def _give(self, nth: int) -> Reply:
        self._given[nth] += 1
        return self._replies[nth]


def _fits(reply: Reply, words: str) -> int:
    """Where what it answers ends in `words`; -1 where it is no answer to them."""
    if reply.over is not None or (reply.given and _end_of(reply.given, words) < 0):
        return -1
    return _end_of(reply.hears, words)


def _end_of(hears: Sequence[str], words: str) -> int:
    """Where the last of these words ends in `words`, which are normalised and stand between spaces; else -1."""
    ends = [words.rfind(one) + len(one) for hear in hears if (one := f" {normalised(hear)} ") in words]
    return max(ends, default=-1)

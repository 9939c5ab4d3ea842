"""What was said to a caller twice: questions that were answered, and results that nobody asked for again; pure."""

from collections.abc import Iterable, Mapping, Sequence

from bench.faults.sounds import Passage

ONCE = frozenset({"pin"})  # what is asked once in a call, however much is wanted


def said_twice(
    passages: Iterable[Passage], acts: Sequence[int], questions: Mapping[str, str], results: str
) -> list[str]:
    """The questions and results heard to their ends again without a reason, in order.

    `acts` are the frames in which the caller answered; `questions` what a sound asks, in whatever words; names of
    results begin with `results`. After a result, all may be asked anew but what is asked once; a result is told again
    only to who has asked for it."""
    asked, twice, told = set[str](), list[str](), -1
    for passage in passages:
        if not passage.whole:
            continue
        if passage.name.startswith(results):
            if told >= 0 and not any(told <= at <= passage.start for at in acts):
                twice.append(results)
            told, asked = passage.end, asked & ONCE
        elif question := questions.get(passage.name):
            if question in asked:
                twice.append(question)
            asked.add(question)
    return twice

"""How long a caller heard nothing, measured on what they heard; pure. Frames are 20 ms, times seconds."""

from collections.abc import Iterator, Sequence

from bench.faults.sounds import seconds

SHORT = 25  # frames: pauses between words are none


def silences(loud: Sequence[bool], begin: int = 0) -> Iterator[tuple[int, int]]:
    """Stretches (start, end) without sound of half a second or more that end after frame `begin`."""
    start = 0
    for at in range(len(loud) + 1):
        if at == len(loud) or loud[at]:
            if at - start >= SHORT and at > begin:
                yield start, at
            start = at + 1


def longest_silence(loud: Sequence[bool], begin: int = 0) -> float:
    """The longest of those that end after frame `begin`, as a whole; 0.0: there is none."""
    return seconds(max((end - start for start, end in silences(loud, begin)), default=0))


def heard_again(loud: Sequence[bool], fault: int, broken: int) -> float | None:
    """From the last sound before a stream broke, or from the fault where it was quiet then, to the next sound.

    None: nothing was heard any more."""
    again = next((at for at in range(broken, len(loud)) if loud[at]), None)
    last = next((at + 1 for at in range(min(broken, len(loud)) - 1, fault - 1, -1) if loud[at]), fault)
    return None if again is None else seconds(again - last)

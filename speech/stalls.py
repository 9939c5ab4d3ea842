"""When no sound comes any more, and what a session may then still wait for.

Frames come fifty times a second as long as a call lives, whoever is silent in it. So a stream without frames has a
fault, and whatever is measured in the sound of it stands still: it has to go by the clock instead. All in seconds.
"""

CATCHES_UP = 5
"""Times its own length by which a frame makes up for time without one: fewer than one in five is as bad as none."""
STALLED = 1.5
"""Without frames for this long, nothing more of what is being said is waited for."""
STALLED_NO_INPUT_TIMEOUT = 3.0
"""The longest that a caller of whom nothing comes is waited for, whatever was asked."""
STALLED_LATE_MARK = 1.0
"""The longest that a mark is waited for meanwhile."""
DEAD = 8.0
"""Without frames for this long the stream is given up: the stream that follows speaks before ten have passed."""


class StallWatch:
    """Counts seconds without frames, as far as the event loop was there to see them."""

    def __init__(self) -> None:
        self._still = 0.0

    def frame(self, seconds: float) -> None:
        """A frame of so many `seconds` came."""
        self._still = max(0.0, min(self._still, STALLED) - CATCHES_UP * seconds)

    def passed(self, seconds: float) -> None:
        """So many `seconds` passed in which the loop ran."""
        self._still += seconds

    @property
    def stalled(self) -> bool:
        return self._still >= STALLED

    @property
    def dead(self) -> bool:
        return self._still >= DEAD

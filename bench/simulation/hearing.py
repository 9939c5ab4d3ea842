"""What somebody on a telephone hears: sound, their own turn, or nothing; nothing for too long is written down."""

from collections.abc import Callable

LONGEST_SILENCE = 5.0  # seconds


class Hearing:
    """Of one leg, once it is answered: it is quiet until something sounds or the leg's own person is to act."""

    def __init__(self, time: Callable[[], float], too_quiet: Callable[[float, str], object]) -> None:
        self._time, self._too_quiet = time, too_quiet
        self._since: float | None = None
        self._after = ""

    def sound(self) -> None:
        """Something is heard, or is asked of them, from now on."""
        if self._since is not None:
            seconds = self._time() - self._since
            if seconds > LONGEST_SILENCE:
                self._too_quiet(seconds, self._after)
        self._since = None

    def quiet(self, after: str) -> None:
        """Nothing is heard from now on."""
        if self._since is None:
            self._since, self._after = self._time(), after

"""Keys pressed on the telephone, gathered into what was meant by them."""

from speech.events import Expectation

PAUSE = 2.0  # seconds: longer than between two keys of a number that is being read off a card
AT_ONCE = frozenset("0*")  # asking for a person, or to hear it again: complete in themselves


class Keys:
    """Gathers keys; `press` and `tick` give the digits once they are complete."""

    def __init__(self) -> None:
        self.expect = Expectation()
        self._pressed = ""
        self._last = 0.0

    @property
    def pending(self) -> bool:
        return bool(self._pressed)

    def press(self, key: str, now: float) -> str | None:
        """One more key: `0`-`9`, `*`, `#`. `#` ends the string and is not part of it."""
        if key == "#":
            return self.take()
        self._pressed += key
        self._last = now
        if self.expect.kind == "digits":
            return self.take() if len(self._pressed) == self.expect.digits else None
        return self.take() if self._pressed in AT_ONCE else None

    def tick(self, now: float) -> str | None:
        return self.take() if self._pressed and now - self._last >= PAUSE else None

    def take(self) -> str | None:
        """What was pressed so far, or None."""
        pressed, self._pressed = self._pressed, ""
        return pressed or None

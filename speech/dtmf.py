"""DTMF: keys pressed on the telephone, gathered into what was meant by them."""

from speech.events import Expectation

PAUSE = 2.0
"""Seconds without a key after which what was pressed is complete: longer than between two keys of a card's number."""
BOUNCE = 0.3
"""Seconds after the last key of a number in which the same key again is the same press."""
AT_ONCE = frozenset("0*")  # asking for a person, or to hear it again: complete in themselves


class DtmfCollector:
    """Gathers keys; `press` and `tick` give the digits once they are complete. `expect` is what was asked.

    Keys pressed `ahead`, while what was said before them is not answered yet, wait for the question that follows;
    only what is complete in itself, and the digits that were asked for, do not.
    """

    def __init__(self) -> None:
        self.expect = Expectation()
        self._pressed = ""
        self._last = 0.0
        self._closed = False  # by pound
        self._taken = ("", 0.0)  # the last key of a number that is complete, and when it was pressed

    @property
    def pending(self) -> bool:
        return bool(self._pressed)

    def stray(self, key: str, now: float) -> bool:
        """A pound key that ends nothing, or the last key of a number once more: it means nothing."""
        again = key == self._taken[0] and now - self._taken[1] < BOUNCE
        return not self._pressed and (key == "#" or again)

    def press(self, key: str, now: float, ahead: bool = False) -> str | None:
        """One more key: `0`-`9`, `*`, `#`. `#` ends the string and is not part of it."""
        self._last = now
        if key == "#":
            self._closed = bool(self._pressed)
        else:
            self._pressed += key
        asked = self.expect.kind == "digits" or self._pressed in AT_ONCE
        return self._complete() if asked or not ahead else None

    def tick(self, now: float, ahead: bool = False) -> str | None:
        """What is complete by now."""
        if not self._pressed or ahead:
            return None
        return self._complete() or (self.take() if now - self._last >= PAUSE else None)

    def take(self) -> str | None:
        """What was pressed so far, or None."""
        pressed, self._pressed, self._closed = self._pressed, "", False
        return pressed or None

    def _complete(self) -> str | None:
        if self._closed:
            return self.take()
        if self.expect.kind == "digits":
            if len(self._pressed) != self.expect.digits:
                return None
            self._taken = (self._pressed[-1], self._last)
            return self.take()
        return self.take() if self._pressed in AT_ONCE else None

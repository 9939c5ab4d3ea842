"""A tap on a stream: how both sides sound together, for whoever listens in."""

from collections.abc import Callable

from speech.audio import FRAME, RATE, SILENCE, Samples, encode

PIECE = 5 * FRAME  # samples: a tenth of a second
MOST = 2 * RATE  # samples of the bot's that wait to be played: playout is at most a second ahead


class Tap:
    """Gives the sound as it is heard on the line, a tenth of a second at a time: mu-law, 8 kHz, the caller's and the
    bot's samples in turn.

    While `wanted` says no, nothing is done and nothing kept. `private`: the caller may be saying or keying a secret,
    and is silent in what is given; it is so until somebody says otherwise.
    """

    def __init__(self, wanted: Callable[[], bool], give: Callable[[bytes], None]) -> None:
        self._wanted, self._give = wanted, give
        self.private = True
        self._unplayed = bytearray()
        self._piece = bytearray()

    def sent(self, sound: bytes) -> None:
        """Mu-law of the bot's, on its way: it is played by the clock of what the caller sends."""
        if self._wanted():
            self._unplayed += sound
            del self._unplayed[:-MOST]

    def cleared(self) -> None:
        """What the bot's side did not play yet is not played any more."""
        self._unplayed.clear()

    def came(self, samples: Samples) -> None:
        """The caller's next samples, and with them as many of the bot's."""
        if not self._wanted():
            self._unplayed.clear()
            self._piece.clear()
            return
        count = len(samples)
        both = bytearray(SILENCE[:1] * 2 * count)
        if not self.private:
            both[::2] = encode(samples)
        bot = self._unplayed[:count]
        both[1 : 2 * len(bot) : 2] = bot
        del self._unplayed[:count]
        self._piece += both
        if len(self._piece) >= 2 * PIECE:
            self._give(bytes(self._piece))
            self._piece.clear()


def deaf() -> Tap:
    """A tap on which nobody listens."""
    return Tap(lambda: False, lambda _: None)

"""Echo cancellation: the bot's own sound is taken out of what comes from a caller, so that it is nobody's words.

On a line without an echo the caller's sound passes untouched, and nothing but a search while somebody seems to
speak over the bot costs anything. Why so: docs/decisions, "The bot's own echo".
"""

from collections import deque

import numpy as np

from speech.audio import FRAME, RATE, Samples, to_float, to_int
from speech.echo_path import EXPLAINED, LOUDEST, MOST_PATHS, SHIFTS, SPAN, WINDOW, EchoPaths, Sound, find_delay
from speech.far_end import FarEnd, pushed

LOST = RATE  # samples: a longer gap in the time stamps is no lost sound
YOUNG = 25  # frames from all of which new paths are learned: half a second
SELDOM = 3  # later from every third, which costs a third
KEPT = 0.96  # of what was learned, each time: of 1.5 s
LEFT = (0.01, 0.25)  # power of an echo that stays where it was taken out: 20 to 6 dB fainter
SLOWLY = 0.1  # of a change in that, by frame
DOUBT = 4.0  # above that by this much it is a voice
FADING = 0.6  # of an echo's power that may still ring a frame later
UNDER = 0.3  # share of the sound that stays above which the path may have jumped
FAINT = 1e-9  # power that does not matter: -90 dBFS
HARDLY = 10**-6.6  # power of what is nobody's voice: -66 dBFS
UNEVEN = 1.5  # power of a line's noise against its quietest frame
QUIETEST = 75  # frames in the quietest of which there is but the line's noise
EVER = 1e-10  # power of no sound at all
BLOCK = 128  # samples at a time, in what is cleaned anew
_RAMP: Sound = np.linspace(1 / FRAME, 1, FRAME, dtype=np.float32)
_NOISE: Sound = np.random.default_rng(3).normal(0, 1, 64 * FRAME).astype(np.float32)


class EchoCanceller:
    """One caller's line. `sent` and `cleared` tell what the bot does; `cancel` is given all that comes, 8 kHz.

    Where there seems to be a voice in what `cancel` gave, `search` tells whether it was the bot's.
    """

    def __init__(self) -> None:
        self._far = FarEnd(SPAN)
        self._near: Sound = np.zeros(WINDOW, np.float32)
        self._rest: Sound = np.zeros(WINDOW, np.float32)  # what of it is no echo
        self._due: float | None = None
        self._noise = 0
        self._new(None)

    def _new(self, paths: EchoPaths | None) -> None:
        self._paths = paths
        self._shift = self._age = 0
        self._left, self._echo, self._gain = LEFT[1], 0.0, 1.0
        self._floor: deque[float] = deque(maxlen=QUIETEST)

    def sent(self, sound: bytes) -> None:
        """Mu-law that was sent to be played."""
        self._far.add(sound)

    def marking(self, name: str) -> None:
        """A mark was sent after it."""
        self._far.mark(name)

    def marked(self, name: str) -> None:
        """A mark came back: it was played so far."""
        self._far.marked(name)

    def cleared(self) -> None:
        """What was not played yet will not be."""
        self._far.clear()

    def cancel(self, samples: Samples, at: float) -> Samples:
        """The same sound without the bot's; `at` is when it began. The very same where no echo was found."""
        if not self._far.sounding:
            self._due = None
            return samples
        lost = 0 if self._due is None else round((at - self._due) * RATE)
        self._due = at + len(samples) / RATE
        if FRAME <= lost <= LOST:
            self._pass(np.zeros(lost, np.float32))
        pieces = [self._cleaned(samples[start : start + FRAME]) for start in range(0, len(samples), FRAME)]
        return pieces[0] if len(pieces) == 1 else np.concatenate([samples[:0], *pieces])

    def search(self) -> Samples | None:
        """Where the last sound [WINDOW] holds an echo that was not known: that sound, cleaned. For want of one None."""
        if not self._far.sounding or (lag := find_delay(self._rest, self._far.sound, self._known)) is None:
            return None
        far, near = self._far.sound, self._near
        paths, shift, before = self._paths, self._shift, _power(self._rest)
        if new := paths is None or not self._known(lag):
            known = [] if paths is None else [other + shift for other in paths.lags]
            paths, shift = EchoPaths([lag, *known][:MOST_PATHS]), 0
        paths.learn(far, near, 1 / before, shift=shift, kept=1.0)
        paths.fit()
        echo = paths.echo(far, WINDOW, shift)
        rest = near - echo
        if new:
            played = far[len(far) - lag - WINDOW :][:WINDOW]
            if _power(rest) > (1 - EXPLAINED) * before or echo @ echo > LOUDEST * (played @ played):
                return None
            self._new(paths)
            self._floor.append(_usual(near, rest))
        elif (left := _power(rest) / _power(echo)) > LEFT[1]:  # somebody speaks besides
            return None
        else:  # of what the paths do not explain, more is an echo than was thought
            self._left = max(self._left, left)
        pushed(self._rest, rest)
        blocks = zip(_blocks(rest), _blocks(echo), strict=True)
        return to_int(np.concatenate([self._gated(*block) for block in blocks]))

    def _known(self, lag: int) -> bool:
        return self._paths is not None and self._paths.covers(lag - self._shift)

    def _pass(self, near: Sound) -> None:
        self._far.play(len(near))
        pushed(self._near, near)
        pushed(self._rest, near)

    def _cleaned(self, samples: Samples) -> Samples:
        near = to_float(samples)
        self._pass(near)
        if self._paths is None:
            return samples
        echo = self._echo_in(near, self._paths)
        rest = near - echo
        left = _power(rest)
        if self._echo > FAINT:
            self._follow(self._paths, near, left)
        if left > _power(near):  # it did not come back this time
            rest = near
        self._rest[-len(rest) :] = rest
        self._floor.append(_power(rest))
        return to_int(self._gated(rest, echo))

    def _echo_in(self, near: Sound, paths: EchoPaths) -> Sound:
        """The echo that the paths predict; where they jumped by a frame or two, as they are now."""
        far, count = self._far.sound, len(near)
        best = paths.echo(far, count, self._shift)
        least, all_of_it = _power(near - best), _power(near)
        if least <= UNDER * all_of_it or all_of_it < FAINT:
            return best
        before = self._shift
        for shift in (before + by for by in SHIFTS if paths.reaches(before + by)):
            echo = paths.echo(far, count, shift)
            left = _power(near - echo)
            if left < min(UNDER * all_of_it, least / 2):
                best, least, self._shift = echo, left, shift
        return best

    def _follow(self, paths: EchoPaths, near: Sound, left: float) -> None:
        """The paths change slowly; where somebody speaks nothing is learned of them."""
        self._age += 1
        if self._age > YOUNG and self._age % SELDOM:
            return
        paths.learn(self._far.sound, near, 1 / left, shift=self._shift, kept=KEPT)
        paths.fit()

    def _gated(self, rest: Sound, echo: Sound) -> Sound:
        """What is left of the echo itself held back, with the line's noise in its place; a voice passes."""
        left, now = _power(rest), _power(echo)
        self._echo = max(now, FADING * self._echo)
        limit = DOUBT * self._left * self._echo + HARDLY
        if now == self._echo > FAINT and left < limit:
            self._left += SLOWLY * (min(max(left / now, LEFT[0]), LEFT[1]) - self._left)
        before, self._gain = self._gain, max(0.0, 1 - limit / left)
        if before == self._gain == 1.0:
            return rest
        gain = np.float32(before) + np.float32(self._gain - before) * _RAMP[-len(rest) :]
        self._noise = (self._noise + 1) % 64
        noise = np.float32((UNEVEN * min(self._floor)) ** 0.5) * _NOISE[self._noise * FRAME :][: len(rest)]
        return np.asarray(gain * rest + np.sqrt(1 - gain**2) * noise)


def _power(sound: Sound) -> float:
    return float(sound @ sound) / len(sound) + EVER


def _usual(near: Sound, rest: Sound) -> float:
    """The usual power of `rest` where there was anything."""
    powers = [_power(left) for came, left in zip(_blocks(near), _blocks(rest), strict=True) if came.any()]
    return float(np.median(powers))


def _blocks(sound: Sound) -> Sound:
    return sound.reshape(-1, BLOCK)

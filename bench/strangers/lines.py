"""What a telephone line does to a voice: `LINES` by name, each from int16 at 8 kHz to the same."""

from collections.abc import Callable

import numpy as np

from speech.audio import FRAME, Samples, normalise, to_float, to_int

Effect = Callable[[Samples, np.random.Generator], Samples]


def _clean(sound: Samples, _: np.random.Generator) -> Samples:
    return normalise(sound)


def _faint(sound: Samples, _: np.random.Generator) -> Samples:
    return normalise(sound, -38.0)


def _noisy(snr: float) -> Effect:
    def noisy(sound: Samples, dice: np.random.Generator) -> Samples:
        voice = to_float(normalise(sound))
        noise = np.cumsum(dice.standard_normal(len(voice)))  # brown: a street, a fan
        noise -= np.convolve(noise, np.ones(400) / 400, "same")
        power = np.sqrt(np.mean(voice**2)) * 10 ** (-snr / 20)
        return to_int((voice + noise * power / max(np.sqrt(np.mean(noise**2)), 1e-9)).astype(np.float32))

    return noisy


def _lossy(share: float) -> Effect:
    """Frames of 20 ms that did not arrive, each filled with the one before at half its level."""

    def lossy(sound: Samples, dice: np.random.Generator) -> Samples:
        kept = normalise(sound).copy()
        for start in range(FRAME, len(kept) - FRAME, FRAME):
            if dice.random() < share:
                kept[start : start + FRAME] = kept[start - FRAME : start] // 2
        return kept

    return lossy


def _clipped(sound: Samples, _: np.random.Generator) -> Samples:
    voice = to_float(normalise(sound))
    top = np.percentile(np.abs(voice), 97)
    return normalise(to_int(np.clip(voice, -top, top).astype(np.float32)))


def _narrow(sound: Samples, _: np.random.Generator) -> Samples:
    """An old handset: 400 to 2,600 Hz."""
    spectrum = np.fft.rfft(to_float(normalise(sound)))
    hertz = np.fft.rfftfreq(len(sound), 1 / 8000)
    spectrum[(hertz < 400) | (hertz > 2600)] *= 0.05
    return normalise(to_int(np.fft.irfft(spectrum, len(sound)).astype(np.float32)))


LINES: dict[str, Effect] = {
    "clean": _clean,
    "faint": _faint,
    "noise 20 dB": _noisy(20),
    "noise 12 dB": _noisy(12),
    "loss 3 %": _lossy(0.03),
    "clipped": _clipped,
    "narrow": _narrow,
}

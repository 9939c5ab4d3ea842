"""The picture of a recording: its loudness as outlines that a page draws without its sound."""

from collections.abc import Sequence

from ivr.recordings.peaks import PER_SECOND, thinned

POINTS = 900  # of each channel: more than a screen shows
LINE = 0.02  # half the thickness of silence


def outlines(peaks: Sequence[Sequence[int]] | None) -> list[str]:
    """By channel an SVG path: x in seconds of the recording, y from -1 to 1; empty where no peaks were kept."""
    return [_outline(channel) for channel in peaks or ()]


def _outline(channel: Sequence[int]) -> str:
    loud = thinned(channel, POINTS)
    width = len(channel) / PER_SECOND / max(1, len(loud))
    heights = [(number * width, max(LINE, (value / 255) ** 0.5)) for number, value in enumerate(loud)]
    above = " ".join(f"L{x:.2f} {-y:.2f}" for x, y in heights)
    below = " ".join(f"L{x:.2f} {y:.2f}" for x, y in reversed(heights))
    return f"M0 0 {above} {below} Z"

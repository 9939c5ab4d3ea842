"""Values day by day as a line to look at. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDE, HIGH, EDGE = 100.0, 30.0, 2.0  # of the picture, in its own units


@dataclass(frozen=True, slots=True)
class Trend:
    """`lines` are runs of points "x,y" without a gap, `dots` the points that stand alone. `top` is the picture's upper
    edge; its lower one is nothing."""

    lines: Sequence[str]
    dots: Sequence[tuple[float, float]]
    top: float


def trend(values: Sequence[float | None]) -> Trend | None:
    """The line through `values`, with a gap where one is unknown; None where fewer than two are known."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return None
    top = max(known) or 1.0
    runs: list[list[tuple[float, float]]] = [[]]
    for number, value in enumerate(values):
        if value is None:
            runs.append([])
            continue
        x = EDGE + (WIDE - 2 * EDGE) * number / (len(values) - 1)
        runs[-1].append((round(x, 2), round(HIGH - EDGE - (HIGH - 2 * EDGE) * value / top, 2)))
    lines = [" ".join(f"{x:g},{y:g}" for x, y in run) for run in runs if len(run) > 1]
    return Trend(lines, [run[0] for run in runs if len(run) == 1], top)

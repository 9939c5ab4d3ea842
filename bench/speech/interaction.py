"""The interaction figures of the τ-voice leaderboard, by its definitions (tau2-bench, interaction-metrics.md, 1.0).

Time goes in ticks of 0.2 s, in each of which the bot is heard or is not. It yields to a sound in the first tick without
it, counted from the tick in which the sound began; after the window it has not yielded. People who interrupt shall be
yielded to; a backchannel, a vocal tic and speech that is not for the bot shall not.
"""

from collections import defaultdict
from collections.abc import Sequence
from statistics import mean

TICK = 0.2  # seconds
WINDOWS = {"yield": 2.0, "backchannel": 1.0, "vocal tic": 1.0, "non-directed": 1.0}  # seconds
EPSILON = 1e-6  # times are sums of 20 ms


def signal_of(kind: str) -> str | None:
    """Which of their signals one of the bench's kinds is; None for what they have none for, as barks and horns."""
    if kind.startswith("interruption"):
        return "yield"
    if kind.startswith("backchannel") or kind == "hum":
        return "backchannel"
    if kind.startswith(("cough", "laugh", "grunt")):
        return "vocal tic"
    return "non-directed" if kind == "people nearby" else None


def yielded_after(played: Sequence[float], began: float, window: float) -> float | None:
    """Seconds from the tick in which a sound `began` to the first tick without the bot, None where that is not within
    the `window`. `played`: when each 20 ms of the bot's sound began to be heard, in seconds."""
    heard = {int((time + EPSILON) / TICK) for time in played}
    first = int((began + EPSILON) / TICK)
    ticks = range(first, first + round(window / TICK))
    return next(((tick - first) * TICK for tick in ticks if tick not in heard), None)


def panel(yields: Sequence[tuple[str, float | None]]) -> dict[str, float]:
    """Their panel, in percent and ms, from (signal, seconds until the bot yielded) of each sound."""
    by_signal: dict[str, list[float | None]] = defaultdict(list)
    for signal, after in yields:
        by_signal[signal].append(after)
    found: dict[str, float] = {}
    for signal, times in by_signal.items():
        stopped = [time for time in times if time is not None]
        if signal == "yield":
            found[f"tau-voice yield rate, % of {len(times)}"] = 100 * len(stopped) / len(times)
            found["tau-voice yield latency, mean ms"] = 1000 * mean(stopped) if stopped else 0.0
        else:
            right = 100 * (len(times) - len(stopped)) / len(times)
            found[f"tau-voice selectivity {signal}, % of {len(times)}"] = right
    return found

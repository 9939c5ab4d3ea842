"""What came of the calls, as figures and as a table: faults by outcomes, the worst kind first; pure."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from bench.tools.callers import percentile

Outcome = Literal["right", "person", "message", "lost", "spared"]
COLUMNS = ("fault", "calls", "right", "person", "message", "lost", "twice", "silence p50", "p95", "max",
           "again n", "again p50", "p95", "max")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Result:
    """One call. `spared`: it was over before the fault. Seconds of `silence` (the longest, from the fault on) and
    `again` (from the last sound before the bot's stream broke to the next; None: it did not)."""

    call: str
    seed: int
    wave: int
    kind: str
    store: str
    goal: str
    outcome: Outcome
    twice: tuple[str, ...]
    silence: float
    again: float | None
    moment: float  # seconds of the call at which the fault came
    during: str  # what was heard then
    told: str  # what the call was like, for a lost one
    file: str = ""


def row(kind: str, results: Sequence[Result]) -> list[Any]:
    """One line of the table."""
    silent = [one.silence for one in results]
    again = [one.again for one in results if one.again is not None]
    counts = [sum(one.outcome == outcome for one in results) for outcome in ("right", "person", "message", "lost")]
    return [
        kind, len(results), *counts, sum(bool(one.twice) for one in results),
        *_spread(silent), len(again), *_spread(again),
    ]  # fmt: skip


def table(results: Iterable[Result]) -> list[list[Any]]:
    """A row for each kind of fault, worst first, then one for all."""
    hit = [one for one in results if one.outcome != "spared"]
    kinds = {kind: [one for one in hit if one.kind == kind] for kind in dict.fromkeys(one.kind for one in hit)}
    rows = sorted((row(kind, ones) for kind, ones in kinds.items()), key=lambda one: (-one[5], -one[6], -one[9]))
    return [*rows, row("all", hit)]


def lines(rows: Sequence[Sequence[Any]]) -> list[str]:
    """The table in columns of text."""
    shown = [COLUMNS, *[[str(value) for value in one] for one in rows]]
    widths = [max(len(line[column]) for line in shown) for column in range(len(COLUMNS))]
    return ["  ".join(_cell(value, width, n) for n, (value, width) in enumerate(zip(one, widths, strict=True)))
            for one in shown]  # fmt: skip


def figures(results: Sequence[Result]) -> dict[str, float]:
    """Sums over all calls that a fault met, and how soon the bot or a person is heard again."""
    whole = row("all", [one for one in results if one.outcome != "spared"])
    found = dict(zip(("calls", "right", "person", "message", "lost", "twice"), whole[1:7], strict=True))
    found |= {f"silence_{name}_s": value for name, value in zip(("p50", "p95", "max"), whole[7:10], strict=True)}
    for kind in ("media-killed", "host-lost"):
        again = [one.again for one in results if one.kind == kind and one.again is not None]
        if again:
            found[f"again_{kind}_p95_s"] = percentile(again, 0.95)
    return found


def as_json(result: Result) -> dict[str, Any]:
    return asdict(result)


def from_json(data: dict[str, Any]) -> Result:
    """Raises TypeError for what is no result."""
    return Result(**{**data, "twice": tuple(data["twice"])})


def _spread(values: Sequence[float]) -> list[Any]:
    return [percentile(values, share) for share in (0.5, 0.95, 1.0)] if values else ["-", "-", "-"]


def _cell(value: str, width: int, column: int) -> str:
    return value.rjust(width) if column else value.ljust(width)

"""Everything that the page of figures and its export say of a period and of the one before."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from ivr.quality.figures.counting import Counted, count
from ivr.quality.figures.definitions import (
    AGENT_MINUTES,
    BOT_MINUTES,
    COST,
    RATIOS,
    VOLUME,
    WAIT,
    Definition,
    cost,
    percentile,
)
from ivr.quality.figures.periods import Period, PeriodName, before, period_of
from ivr.quality.figures.tally import Tally


@dataclass(frozen=True, slots=True)
class Aims:
    """What the settings say: seconds to a person that are in time, and what a minute costs in units of money."""

    service_seconds: float = 20.0
    bot_minute: float | None = None
    agent_minute: float | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """A period counted, and the one before."""

    name: PeriodName
    period: Period
    last_period: Period
    this: Counted
    last: Counted
    aims: Aims

    @property
    def intents(self) -> list[tuple[str | None, Tally, Tally]]:
        """By intent, the one with most calls first: the calls of the bot alone, and those with a person."""
        sides: dict[tuple[str | None, bool], list[Tally]] = defaultdict(list)
        for cell in self.this.cells:
            sides[cell.intent, cell.person].append(cell.tally)
        intents = {intent for intent, _ in sides}
        rows = [(intent, Tally.total(sides[intent, False]), Tally.total(sides[intent, True])) for intent in intents]
        return sorted(rows, key=lambda row: (-row[1].calls - row[2].calls, row[0] or ""))

    @property
    def days(self) -> list[tuple[date, Tally]]:
        """Day by day from the start of the period before to the end of this one; days without a call too."""
        tallies: dict[date, list[Tally]] = {day: [] for day in (*self.last_period.days, *self.period.days)}
        for cell in (*self.last.cells, *self.this.cells):
            tallies[cell.day].append(cell.tally)
        return [(day, Tally.total(some)) for day, some in sorted(tallies.items())]


@dataclass(frozen=True, slots=True)
class Line:
    """A figure now and before, each with of how many it speaks; None where it is not known."""

    definition: Definition
    label: str
    value: float | None
    of: int
    last_value: float | None
    last_of: int


def read_report(tx: Session, name: PeriodName, now: datetime, zone: ZoneInfo, aims: Aims) -> Report:
    """The period `name` that `now` is in, by the days of `zone`."""
    period = period_of(name, now, zone)
    last = before(name, period)
    counted = [count(tx, one, now, zone, aims.service_seconds) for one in (period, last)]
    return Report(name, period, last, counted[0], counted[1], aims)


def lines(report: Report) -> Iterator[Line]:
    """Every figure of all calls, in the order of the page; cost only where it is known."""
    this, last = report.this.tally, report.last.tally
    for ratio in RATIOS:
        yield Line(
            ratio, ratio.name, ratio.value(this), int(ratio.whole(this)), ratio.value(last), int(ratio.whole(last))
        )
        if ratio.key == "rated":
            yield from _waits(report)
    for definition, figure in _volume(report.aims):
        yield Line(definition, definition.name, figure(this), this.calls, figure(last), last.calls)


def _waits(report: Report) -> Iterator[Line]:
    now, then = report.this.waits, report.last.waits
    for share, half in ((0.5, "half"), (0.9, "nine of ten")):
        label = f"{WAIT.name}, {half}"
        yield Line(WAIT, label, percentile(now, share), len(now), percentile(then, share), len(then))


def _volume(aims: Aims) -> Iterable[tuple[Definition, Callable[[Tally], float | None]]]:
    found: list[tuple[Definition, Callable[[Tally], float | None]]] = [
        (VOLUME, lambda tally: tally.calls),
        (BOT_MINUTES, lambda tally: (tally.seconds - tally.agent_s) / 60),
        (AGENT_MINUTES, lambda tally: tally.agent_s / 60),
        (COST, lambda tally: cost(tally, aims.bot_minute, aims.agent_minute)),
    ]
    return found if aims.bot_minute is not None and aims.agent_minute is not None else found[:-1]

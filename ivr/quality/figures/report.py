"""Everything that the page of figures and its export say of a period and of the one before."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.quality.figures.counting import Counted, count, count_by_agent
from ivr.quality.figures.definitions import (
    AGENT_MINUTES,
    BOT_MINUTES,
    COST,
    RATIOS,
    VOLUME,
    WAIT,
    Definition,
    percentile,
)
from ivr.quality.figures.periods import Period, PeriodName, before, period_of
from ivr.quality.figures.tally import Tally
from ivr.store.models import Agent


@dataclass(frozen=True, slots=True)
class Person:
    """An agent, and the calls in which they talked."""

    agent_id: int
    name: str
    tally: Tally


@dataclass(frozen=True, slots=True)
class Report:
    """A period counted, and the one before; who speaks with a person within `service_seconds` does so in time."""

    name: PeriodName
    period: Period
    last_period: Period
    this: Counted
    last: Counted
    service_seconds: float
    people: Sequence[Person] = ()  # by name

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
    def weeks(self) -> list[tuple[date, Tally]]:
        """The same by the Mondays on which weeks begin."""
        tallies: dict[date, list[Tally]] = defaultdict(list)
        for day, tally in self.days:
            tallies[day - timedelta(days=day.weekday())].append(tally)
        return [(monday, Tally.total(some)) for monday, some in sorted(tallies.items())]

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


def read_report(tx: Session, name: PeriodName, now: datetime, zone: ZoneInfo, service_seconds: float) -> Report:
    """The period `name` that `now` is in, by the days of `zone`."""
    period = period_of(name, now, zone)
    last = before(name, period)
    counted = [count(tx, one, now, zone, service_seconds) for one in (period, last)]
    return Report(
        name, period, last, counted[0], counted[1], service_seconds, _people(tx, period, now, service_seconds)
    )


def _people(tx: Session, period: Period, now: datetime, service_seconds: float) -> list[Person]:
    tallies = count_by_agent(tx, period, now, service_seconds)
    named = select(Agent.id, Agent.name).where(Agent.id.in_(tallies)).order_by(Agent.name, Agent.id)
    return [Person(agent_id, name, tallies[agent_id]) for agent_id, name in tx.execute(named)]


def lines(report: Report) -> Iterator[Line]:
    """Every figure of all calls, in the order of the page; cost only where it is known."""
    this, last = report.this.tally, report.last.tally
    for ratio in RATIOS:
        yield Line(
            ratio, ratio.name, ratio.value(this), int(ratio.whole(this)), ratio.value(last), int(ratio.whole(last))
        )
        if ratio.key == "rated":
            yield from _waits(report)
    for definition, figure in _VOLUME:
        yield Line(definition, definition.name, figure(this), this.calls, figure(last), last.calls)
    if this.priced or last.priced:
        yield Line(COST, COST.name, _cost(this), this.priced, _cost(last), last.priced)


def _waits(report: Report) -> Iterator[Line]:
    now, then = report.this.waits, report.last.waits
    for share, half in ((0.5, "half"), (0.9, "nine of ten")):
        label = f"{WAIT.name}, {half}"
        yield Line(WAIT, label, percentile(now, share), len(now), percentile(then, share), len(then))


def _cost(tally: Tally) -> float | None:
    return tally.cost if tally.priced else None


_VOLUME: Sequence[tuple[Definition, Callable[[Tally], float]]] = (
    (VOLUME, lambda tally: tally.calls),
    (BOT_MINUTES, lambda tally: (tally.seconds - tally.agent_s) / 60),
    (AGENT_MINUTES, lambda tally: tally.agent_s / 60),
)

"""The page of figures, read from SQL and put into words."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from ivr.desk.bot_brake import FLOOR, Verdict, verdicts
from ivr.quality.figures.definitions import (
    BAD,
    KEPT,
    MISHEARD,
    MISHEARD_WORDS,
    RATING,
    RATIOS,
    REPEAT,
    RESOLVED,
    SOON,
    Ratio,
    Unit,
)
from ivr.quality.figures.periods import Period, PeriodName
from ivr.quality.figures.report import Line, Report, lines, read_report
from ivr.quality.figures.tally import Tally
from ivr.quality.figures.trends import Trend, trend

TRENDS: Final = (RESOLVED, REPEAT, RATING, SOON, MISHEARD, MISHEARD_WORDS, BAD)
BY_INTENT: Final = (RESOLVED, REPEAT, RATING, MISHEARD, MISHEARD_WORDS, BAD, KEPT)
BY_AGENT: Final = (RESOLVED, RATING, SOON, MISHEARD, MISHEARD_WORDS, BAD, KEPT)
FIXED: Final = "\N{NO-BREAK SPACE}"
MICROSECOND: Final = timedelta(microseconds=1)


@dataclass(frozen=True)
class Screen:
    """All that the page shows. `brakes`: by intent, how near the bot brake is, and `floor` where it comes on."""

    report: Report
    lines: Sequence[Line]
    trends: Sequence[tuple[Ratio, Trend]]
    days: Sequence[tuple[date, Tally]]
    brakes: Mapping[str, Verdict]
    floor: float


def read_figures(tx: Session, name: PeriodName, now: datetime, zone: ZoneInfo, service_seconds: float) -> Screen:
    """The figures of the period `name` that `now` is in."""
    report = read_report(tx, name, now, zone, service_seconds)
    days = report.days
    drawn = [(ratio, trend([ratio.value(tally) for _, tally in days])) for ratio in TRENDS]
    return Screen(
        report, list(lines(report)), [(ratio, one) for ratio, one in drawn if one], days, verdicts(tx, FLOOR), FLOOR
    )


def calls_of(period: Period, filters: Mapping[str, str | float], **more: str | None) -> dict[str, str | float]:
    """The query of the list that shows the calls of a figure; days are whole there."""
    days = {"from": period.start.date().isoformat(), "to": (period.end - MICROSECOND).date().isoformat()}
    return {**days, **filters, **{key: value for key, value in more.items() if value is not None}}


def figure(value: float | None, unit: Unit) -> str:
    """A figure for the eye."""
    if value is None:
        return "–"
    return {
        "share": f"{value * 100:.1f}{FIXED}%",
        "stars": f"{value:.2f}",
        "seconds": f"{value:.0f}{FIXED}s",
        "money": f"{value:,.2f}",
        "minutes": f"{value:,.1f}{FIXED}min",
        "number": f"{value:,.0f}" if value == round(value) else f"{value:,.2f}",
    }[unit]


def change(line: Line) -> str:
    """Whether it went up or down, and whether that is good, where one can say so."""
    if line.value is None or line.last_value is None or line.value == line.last_value:
        return ""
    rose = line.value > line.last_value
    better = line.definition.better if isinstance(line.definition, Ratio) else ""
    judged = "" if not better else ", better" if rose == (better == "more") else ", worse"
    return ("up" if rose else "down") + judged


HEAD: Final = ("figure", "intent", "who", "unit", "value", "of", "value_before", "of_before", "definition")


def as_table(report: Report) -> str:
    """The figures as CSV: of all calls, then by intent and by whether a person came, then
    by agent. What is not known is empty."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEAD)
    for line in lines(report):
        values = (line.value, line.of, line.last_value, line.last_of)
        writer.writerow([_name(line), "", "", line.definition.unit, *map(_number, values), line.definition.meaning])
    writer.writerows(_by_intent(report))
    writer.writerows(_by_agent(report))
    return out.getvalue()


def _by_agent(report: Report) -> Iterator[list[str]]:
    for person in report.people:
        for ratio in BY_AGENT:
            values = (_number(ratio.value(person.tally)), _number(ratio.whole(person.tally)), "", "")
            yield [ratio.key, "", person.name, ratio.unit, *values, ratio.meaning]


def _by_intent(report: Report) -> Iterator[list[str]]:
    for intent, *sides in report.intents:
        for who, tally in zip(("bot", "person"), sides, strict=True):
            for ratio in RATIOS:
                values = (_number(ratio.value(tally)), _number(ratio.whole(tally)), "", "")
                yield [ratio.key, intent or "", who, ratio.unit, *values, ratio.meaning]


def _name(line: Line) -> str:
    return line.definition.key + {"half": "_p50", "nine of ten": "_p90"}.get(line.label.rpartition(", ")[2], "")


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)

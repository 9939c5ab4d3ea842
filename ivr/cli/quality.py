"""`quality`: what is kept for reviewers of calls."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from ivr.cli.agents import BY
from ivr.cli.common import MISSING, fail, json_option, load_settings, open_database, report, show
from ivr.clock import SystemClock
from ivr.quality import facts_store
from ivr.quality.search.exporting import FORMATS, NoParquetError, rows, written
from ivr.quality.search.filters import Filters
from ivr.store.models import Audit


@click.group()
def quality() -> None:
    """Facts, search and exports of calls for their reviewers."""


@quality.command("facts")
@click.option("--all", "anew", is_flag=True, help="Of every call, not only of those that have none yet.")
@json_option
def facts(anew: bool, as_json: bool) -> None:
    """Read the facts of finished calls from their rows. It can be stopped, and goes on where it was."""
    settings = load_settings()
    sessions, prices = open_database(settings), settings.prices
    done = facts_store.keep_all(sessions, prices, anew=anew, tell=lambda count: report(f"{count:,} calls"))
    if as_json:
        show({"calls": done})
    else:
        report(f"Done: {done:,} calls.")


@quality.command("export")
@click.option("--from", "since", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The first day.")
@click.option("--to", "until", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The last day.")
@click.option("--format", "format_", type=click.Choice(FORMATS), default="csv", show_default=True)
@click.option("--out", type=click.Path(dir_okay=False, writable=True, path_type=Path), required=True)
def export(since: datetime, until: datetime, format_: str, out: Path) -> None:
    """Write the calls of some days to the file OUT: docs/exports.md says what is in it."""
    settings = load_settings()
    sessions, zone, now = open_database(settings), ZoneInfo(settings.time_zone), SystemClock().now()
    first, last = (datetime.combine(day, time(), zone).astimezone(UTC) for day in (since, until + timedelta(days=1)))
    try:
        pieces = written(format_, rows(sessions, Filters(since=first, until=last)))  # type: ignore[arg-type]
    except NoParquetError as error:
        fail(str(error), MISSING)
    with sessions.begin() as tx:
        detail = {"format": format_, "from": f"{since:%Y-%m-%d}", "to": f"{until:%Y-%m-%d}"}
        tx.add(Audit(at=now, actor=BY, action="export", subject="calls", detail=detail))
    size = 0
    with out.open("wb") as file:
        for piece in pieces:
            size += file.write(piece)
    report(f"{out}: {size:,} bytes.")

"""`hold`: calls that are kept for a court or an authority, whatever rule would forget them."""

import getpass

import click

from ivr.cli.common import WRONG, fail, json_option, load_settings, open_database, report, show
from ivr.clock import SystemClock
from ivr.recordings import holds


@click.group()
def hold() -> None:
    """Keep calls that retention and erasure would forget."""


@hold.command("add")
@click.argument("call")
@click.option("--reason", required=True, help="The authority's reference; nothing about the caller.")
def add(call: str, reason: str) -> None:
    """Hold CALL, a call's sid, until the hold is removed."""
    try:
        with open_database(load_settings()).begin() as tx:
            holds.hold(tx, call, reason, _me(), SystemClock().now())
    except holds.NoSuchCallError as error:
        fail(f"{error}.", WRONG)
    report(f"{call} is held.")


@hold.command("remove")
@click.argument("call")
def remove(call: str) -> None:
    """End every hold on CALL: the next purge may forget it."""
    with open_database(load_settings()).begin() as tx:
        count = holds.lift(tx, call, _me(), SystemClock().now())
    if not count:
        fail(f"{call} is not held; `warmline hold list` shows which calls are.", WRONG)
    report(f"{call} is not held any more.")


@hold.command("list")
@json_option
def list_holds(as_json: bool) -> None:
    """Every call that is held, why, since when and by whom."""
    with open_database(load_settings())() as tx:
        rows = [
            {"call": row.call_sid, "reason": row.reason, "by": row.by, "at": row.at.isoformat()}
            for row in holds.standing(tx)
        ]
    if as_json:
        show(rows)
    elif not rows:
        click.echo("No call is held.")
    for row in () if as_json else rows:
        click.echo(f"{row['call']}  {row['at']}  {row['by']}  {row['reason']}")


def _me() -> str:
    return f"shell:{getpass.getuser()}"

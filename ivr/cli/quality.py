"""`quality`: what is kept for reviewers of calls."""

import click

from ivr.cli.common import json_option, load_settings, open_database, report, show
from ivr.quality import facts_store


@click.group()
def quality() -> None:
    """Facts, search and exports of calls for their reviewers."""


@quality.command("facts")
@click.option("--all", "anew", is_flag=True, help="Of every call, not only of those that have none yet.")
@json_option
def facts(anew: bool, as_json: bool) -> None:
    """Read the facts of finished calls from their rows. It can be stopped, and goes on where it was."""
    sessions = open_database(load_settings())
    done = facts_store.keep_all(sessions, anew=anew, tell=lambda count: report(f"{count:,} calls"))
    if as_json:
        show({"calls": done})
    else:
        report(f"Done: {done:,} calls.")

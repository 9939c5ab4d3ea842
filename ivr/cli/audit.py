"""`audit`: who did, read and heard what, and whether the record of it is whole."""

import re
from datetime import timedelta

import click
from sqlalchemy import select

from ivr.cli.agents import BY
from ivr.cli.common import WRONG, fail, json_option, load_settings, open_database, report, show
from ivr.clock import SystemClock
from ivr.store import audit as chain
from ivr.store.models import Audit


@click.group()
def audit() -> None:
    """Who did, read and heard what."""


@audit.command("list")
@click.option("--days", type=click.IntRange(min=1), default=30, show_default=True, help="How far back.")
@click.option("--actor", help="Only what this e-mail address did.")
@click.option("--action", help="Only this, as in read-call.")
@click.option("--subject", help="Only what was done to this, as in call:CA123.")
@click.option("--limit", type=click.IntRange(min=1), default=100, show_default=True, help="The newest so many.")
@json_option
def list_audit(
    days: int, actor: str | None, action: str | None, subject: str | None, limit: int, as_json: bool
) -> None:
    """What was done, the newest first."""
    wanted = select(Audit).where(Audit.at >= SystemClock().now() - timedelta(days=days))
    for column, value in ((Audit.actor, actor), (Audit.action, action), (Audit.subject, subject)):
        if value is not None:
            wanted = wanted.where(column == value)
    with open_database(load_settings())() as tx:
        rows = tx.scalars(wanted.order_by(Audit.at.desc(), Audit.id.desc()).limit(limit)).all()
    if as_json:
        show(
            [
                {"place": r.place, "at": r.at.isoformat(), "actor": r.actor, "action": r.action, "subject": r.subject,
                 "detail": r.detail, "hash": r.hash}
                for r in rows
            ]
        )  # fmt: skip
        return
    for r in rows:
        more = " ".join(f"{key}={value}" for key, value in r.detail.items())
        click.echo(
            f"{r.place or 'outside':>7}  {r.at:%Y-%m-%d %H:%M:%S}  {r.actor}  {r.action}  {r.subject}  {more}".rstrip()
        )


@audit.command("verify")
@click.option("--expect", metavar="PLACE:HASH", help="An earlier end of the chain, as it was noted elsewhere.")
@click.option("--adopt", is_flag=True, help="First take in rows that an older version wrote outside of the chain.")
@json_option
def verify(expect: str | None, adopt: bool, as_json: bool) -> None:
    """Check that no row was changed, taken out or cut off the end. Exit 1 names the first that was."""
    expected = _noted(expect)
    sessions = open_database(load_settings())
    if adopt:
        with sessions.begin() as tx:
            report(f"{chain.adopt(tx)} rows were taken in.")
    with sessions() as tx:
        found = chain.verify(tx, expected)
    if as_json:
        show({"rows": found.rows, "first": found.first, "last": found.last, "hash": found.hash,
              "outside": found.outside, "broken": found.broken})  # fmt: skip
    if found.broken:
        fail(f"The audit is not whole: {found.broken}.", WRONG)
    if not as_json:
        report(f"The audit is whole: {found.rows} rows. Note its end elsewhere, for a later --expect:")
        click.echo(f"{found.last}:{found.hash}")
        if found.outside:
            report(f"{found.outside} rows of an older version stand outside of the chain; --adopt takes them in.")


@audit.command("cut")
@click.option("--days", type=click.IntRange(min=30), required=True, help="Keep what is younger than this.")
@click.confirmation_option(prompt="Older rows are deleted for good. Go on?")
@json_option
def cut(days: int, as_json: bool) -> None:
    """Delete the rows that are older than DAYS; the rest still verifies."""
    now = SystemClock().now()
    gone = chain.cut(open_database(load_settings()), now - timedelta(days=days), now, BY)
    if as_json:
        show({"rows": gone})
    else:
        report(f"Deleted {gone} rows.")


def _noted(expect: str | None) -> tuple[int, str] | None:
    if expect is None:
        return None
    parts = re.fullmatch(r"([0-9]{1,12}):([0-9a-f]{64})", expect)
    if parts is None:
        raise click.UsageError(f"--expect {expect!r} is not PLACE:HASH as `warmline audit verify` prints it")
    return int(parts[1]), parts[2]

"""`accounts`: those of the SQL ledger."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.calls.pin_guard import PinGuard
from ivr.cli import csv_files
from ivr.cli.common import WRONG, fail, json_option, load_settings, open_database, report, show
from ivr.clock import SystemClock, today
from ivr.dialogue import currencies
from ivr.ledger import accounts_import
from ivr.ledger.port import LedgerError
from ivr.ledger.sample import load_sample
from ivr.ledger.sql import SqlLedger
from ivr.store.models import Account

PAGE = 500  # accounts that are read at a time


@click.group()
def accounts() -> None:
    """Accounts of the SQL ledger."""


@accounts.command("list")
@json_option
def list_accounts(as_json: bool) -> None:
    """Every account, without names or PINs."""
    with open_database(load_settings())() as tx:
        rows: list[dict[str, Any]] = [
            {"account": a.id, "balance": a.balance, "currency": a.currency, "locked": a.locked_at is not None}
            for a in _every_account(tx)
        ]
    if as_json:
        show(rows)
    elif not rows:
        click.echo("No account yet: `warmline accounts sample` adds the sample bank.")
    else:
        for row in rows:
            amount = f"{currencies.major(row['balance'], row['currency']):,f} {row['currency']}"
            click.echo(f"{row['account']}  {amount}{'  locked' if row['locked'] else ''}")


def _every_account(tx: Session) -> Iterator[Account]:
    """In the order of their ids, a page at a time."""
    page = tx.scalars(select(Account).order_by(Account.id).limit(PAGE)).all()
    while page:
        yield from page
        page = tx.scalars(select(Account).where(Account.id > page[-1].id).order_by(Account.id).limit(PAGE)).all()


@accounts.command("import")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option("--template", is_flag=True, help="Print a file to begin with.")
@json_option
def import_accounts(file: Path | None, dry_run: bool, template: bool, as_json: bool) -> None:
    """Add and change the accounts of FILE, a CSV file, by their numbers: all of them, or none.

    An empty cell leaves what is there. PINs are kept as hashes alone: destroy a file that has them.
    """
    if template:
        click.echo(csv_files.template(accounts_import.COLUMNS, accounts_import.EXAMPLE), nl=False)
        return
    csv_files.run_import(
        file, accounts_import.COLUMNS, accounts_import.NEEDED, "number", open_database(load_settings()),
        accounts_import.import_account, dry_run, as_json,
    )  # fmt: skip


@accounts.command("sample")
def sample() -> None:
    """Add the sample bank's accounts that are not there yet."""
    settings = load_settings()
    count = load_sample(open_database(settings), today(SystemClock(), settings.zone))
    report(f"Added {count} sample account{'' if count == 1 else 's'}.")


@accounts.command("unlock")
@click.argument("account")
def unlock(account: str) -> None:
    """Let ACCOUNT try its PIN again."""
    sessions, clock = open_database(load_settings()), SystemClock()
    try:
        PinGuard(sessions, clock, SqlLedger(sessions, clock)).lift(account)
    except LedgerError:
        fail(f"There is no account {account!r}; `warmline accounts list` shows which there are.", WRONG)
    report(f"{account} is unlocked.")

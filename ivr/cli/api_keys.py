"""`api-keys`: keys for machines that read."""

from typing import Any

import click

from ivr.cli.agents import BY
from ivr.cli.common import WRONG, fail, json_option, load_settings, open_database, report, show
from ivr.clock import SystemClock
from ivr.people import api_keys as keys
from ivr.people.api_keys import SCOPES, ApiKeyRefusedError


@click.group("api-keys")
def api_keys() -> None:
    """Keys with which machines read figures and exports."""


@api_keys.command("add")
@click.argument("name")
@click.option("--scope", type=click.Choice(SCOPES), required=True, help="What it opens, and nothing else.")
@click.option("--days", type=click.IntRange(1, 1830), default=365, show_default=True, help="How long it works.")
@json_option
def add(name: str, scope: str, days: int, as_json: bool) -> None:
    """Make a key and print it, this once."""
    try:
        with open_database(load_settings()).begin() as tx:
            key = keys.make_key(tx, name, scope, days, BY, SystemClock().now())
    except ApiKeyRefusedError as refused:
        fail(str(refused), WRONG)
    if as_json:
        show({"name": name, "scope": scope, "key": key, "days": days})
    else:
        click.echo(key)
        report("Send it as `Authorization: Bearer ...`. It is not shown again.")


@api_keys.command("list")
@json_option
def list_keys(as_json: bool) -> None:
    """Every key, without the key itself."""
    now = SystemClock().now()
    with open_database(load_settings())() as tx:
        rows: list[dict[str, Any]] = [
            {
                "name": row.name, "scope": row.scope, "by": row.by, "expires": row.expires_at.isoformat(),
                "used": row.used_at.isoformat() if row.used_at else None,
                "state": "revoked" if row.revoked_at else "expired" if row.expires_at <= now else "good",
            }
            for row in keys.all_keys(tx)
        ]  # fmt: skip
    if as_json:
        show(rows)
        return
    for row in rows:
        click.echo(f"{row['name']}  {row['scope']}  {row['state']}  until {row['expires'][:10]}  used {row['used']}")


@api_keys.command("revoke")
@click.argument("name")
def revoke(name: str) -> None:
    """Let NAME open nothing any more."""
    try:
        with open_database(load_settings()).begin() as tx:
            keys.revoke(tx, name, BY, SystemClock().now())
    except ApiKeyRefusedError as refused:
        fail(f"{refused}; `warmline api-keys list` shows which there are.", WRONG)
    report(f"{name} opens nothing any more.")

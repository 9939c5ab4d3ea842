"""`jobs`: promised work that is open or was given up, and what an operator may do about it."""

from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.cli.common import MISUSED, WRONG, fail, json_option, load_settings, open_database, report, show
from ivr.clock import SystemClock
from ivr.store import outbox
from ivr.store.models import Outbox

SHOWN = 200
HIDDEN = ("body", "number", "to", "phone")  # what was written or dialled is nobody's to read here
NO_SUCH_JOB = "There is no open or given-up job {}; `warmline jobs` lists those that there are."


@click.group(invoke_without_command=True)
@click.option("--topic", help="Only those of this topic, such as recording.fetch.")
@click.option("--given-up", "given_up", is_flag=True, help="Only those that nobody tries any more.")
@json_option
@click.pass_context
def jobs(context: click.Context, topic: str | None, given_up: bool, as_json: bool) -> None:
    """Promised work: what is open, what was given up; show it, begin it anew, drop it.

    Without a subcommand: the list, given-up jobs first, then the longest waiting.
    """
    if context.invoked_subcommand is not None:
        return
    with open_database(load_settings())() as tx:
        rows = [_line(row) for row in _unfinished(tx, topic, given_up)]
    if as_json:
        show(rows)
    elif not rows:
        click.echo("No job is open." if not given_up else "No job was given up.")
    else:
        for row in rows:
            state = f"{row['state']} {row['due_at'] if row['state'] != 'given up' else row['given_up_at']}"
            click.echo(f"{row['id']}  {row['topic']}  {state}  {row['tries']} tries  {row['error'] or ''}".rstrip())


@jobs.command("show")
@click.argument("job", type=int)
@json_option
def show_job(job: int, as_json: bool) -> None:
    """Everything about one job but words and numbers of people."""
    with open_database(load_settings())() as tx:
        row = tx.get(Outbox, job)
        if row is None:
            fail(NO_SUCH_JOB.format(job), WRONG)
        told = {**_line(row), "payload": _payload(row.payload)}
    if as_json:
        show(told)
    else:
        for name, value in told.items():
            click.echo(f"{name}: {value}")


@jobs.command("retry")
@click.argument("job", type=int, required=False)
@click.option("--all", "everything", is_flag=True, help="Every job that was given up.")
@click.option("--topic", help="With --all: only those of this topic.")
@json_option
def retry(job: int | None, everything: bool, topic: str | None, as_json: bool) -> None:
    """Begin JOB anew, now; or with --all what was given up."""
    if (job is None) is not everything or (topic and not everything):
        fail("Name one job, or --all with or without --topic.", MISUSED)
    with open_database(load_settings()).begin() as tx:
        wanted = [row.id for row in _unfinished(tx, topic, given_up=True, limit=None)] if everything else [job or 0]
        begun = [row_id for row_id in wanted if outbox.retry(tx, row_id, SystemClock().now())]
    if not everything and not begun:
        fail(NO_SUCH_JOB.format(job), WRONG)
    if as_json:
        show({"retried": begun})
    else:
        report(f"{len(begun)} job{'' if len(begun) == 1 else 's'} will be tried again now.")


@jobs.command("drop")
@click.argument("job", type=int)
@json_option
def drop(job: int, as_json: bool) -> None:
    """Never do JOB: it is closed as it stands, and says so."""
    with open_database(load_settings()).begin() as tx:
        dropped = outbox.drop(tx, job, SystemClock().now())
    if not dropped:
        fail(NO_SUCH_JOB.format(job), WRONG)
    if as_json:
        show({"dropped": job})
    else:
        report(f"Job {job} is dropped.")


def _unfinished(tx: Session, topic: str | None, given_up: bool, limit: int | None = SHOWN) -> list[Outbox]:
    found = select(Outbox).where(Outbox.done_at.is_(None))
    if given_up:
        found = found.where(Outbox.given_up_at.is_not(None))
    if topic:
        found = found.where(Outbox.topic == topic)
    return list(tx.scalars(found.order_by(Outbox.given_up_at.is_(None), Outbox.due_at).limit(limit)))


def _line(row: Outbox) -> dict[str, Any]:
    state = "done" if row.done_at else "given up" if row.given_up_at else "running" if row.taken_until else "waiting"
    return {
        "id": row.id,
        "topic": row.topic,
        "state": state,
        "due_at": row.due_at.isoformat(),
        "since": row.since.isoformat() if row.since else None,
        "given_up_at": row.given_up_at.isoformat() if row.given_up_at else None,
        "tries": row.tries,
        "error": row.error,
    }


def _payload(payload: dict[str, Any]) -> dict[str, Any]:
    return {name: "(not shown)" if name in HIDDEN else value for name, value in payload.items()}

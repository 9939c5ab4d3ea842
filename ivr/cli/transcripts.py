"""`transcripts`: how far recordings are written down, and whether their sound is proved to hold no secret."""

from typing import Any

import click
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ivr.cli.common import json_option, load_settings, open_database, report, show
from ivr.clock import SystemClock
from ivr.recordings.copies import WITHHELD
from ivr.store import outbox
from ivr.store.models import Recording
from ivr.store.topics import RECORDING_REDACT

BATCH = 200


@click.command()
@click.option("--redact", is_flag=True, help="Promise a copy without secrets of each recording that has none yet.")
@json_option
def transcripts(redact: bool, as_json: bool) -> None:
    """Recordings that are being written down, the longest wait first, and what became of the copies that people hear.

    With --redact: those that were kept before there were copies get one, too; until then nobody hears them.
    """
    sessions = open_database(load_settings())
    promised = 0
    while redact:
        with sessions.begin() as tx:
            some = _promise(tx, promised_after=promised)
        if not some:
            break
        promised = some
        report(f"Promised up to recording {promised}.")
    with sessions() as tx:
        told = _state(tx)
    if as_json:
        show(told)
        return
    for one in told["waiting"]:
        click.echo(f"recording {one['recording']}: {one['pieces']} of {one['of'] or '?'} pieces, since {one['since']}")
    for state, count in told["copies"].items():
        click.echo(f"{state}: {count}")


def _promise(tx: Session, promised_after: int) -> int:
    """Promises copies of the next recordings after that id; the last one's id, 0 where there is none."""
    lacking = select(Recording.id).where(
        Recording.state == "transcribed", Recording.redaction.is_(None), Recording.id > promised_after
    )
    found = tx.scalars(lacking.order_by(Recording.id).limit(BATCH)).all()
    for recording in found:
        outbox.put(tx, RECORDING_REDACT, {"recording": recording}, SystemClock().now())
    return found[-1] if found else 0


def _state(tx: Session) -> dict[str, Any]:
    kept = select(Recording).where(Recording.state == "kept").order_by(Recording.id)
    copies = select(Recording.redaction, func.count()).where(Recording.state == "transcribed")
    counts = {state or "none yet": count for state, count in tx.execute(copies.group_by(Recording.redaction))}
    return {
        "waiting": [
            {"recording": r.id, "pieces": r.pieces, "of": r.pieces_total, "since": r.created_at.isoformat()}
            for r in tx.scalars(kept)
        ],
        "copies": dict(sorted(counts.items())),
        "withheld": counts.get(WITHHELD, 0),
    }

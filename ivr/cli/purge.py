"""`purge`: old calls, calls by the policy, or one person, with a proof."""

from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
from redis import RedisError
from sqlalchemy import make_url

from ivr.carrier.chosen import make_carrier
from ivr.carrier.port import CarrierError
from ivr.cli.common import MISSING, MISUSED, WRONG, fail, json_option, load_settings, open_database, report, show
from ivr.clock import SystemClock
from ivr.dialling.phone_numbers import e164
from ivr.recordings.erasure import Eraser, Proof, proof_of
from ivr.recordings.places.port import PlaceError
from ivr.recordings.retention import purge_by_policy, purge_older
from ivr.recordings.storage import RecordingFiles
from ivr.secret_keys import persistent_key
from ivr.settings import Settings
from ivr.store.engine import Sessions
from ivr.store.redis_client import connect

WARNING = "Recordings, words and numbers of those calls are deleted for good. Go on?"


@click.command()
@click.option("--days", type=click.IntRange(min=0), help="Keep what is younger than this.")
@click.option("--policy", is_flag=True, help="Forget what WARMLINE_RETENTION says is due, as the daily job does.")
@click.option("--caller", help="Forget the person who calls from this number, however young their calls.")
@click.option("--account", help="Forget the person who has this account; may be given with --caller.")
@click.option(
    "--proof", metavar="ID", help="Show the proof of an erasure again; with --caller or --account: is it theirs?"
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def purge(
    days: int | None, policy: bool, caller: str | None, account: str | None, proof: str | None, yes: bool, as_json: bool
) -> None:
    """Delete what is personal in calls that are older than DAYS, or all of one person.

    Figures, outcomes, the audit, the ledger's books and calls under `warmline hold` stay. It may be stopped and begun
    again, and holds up no call. One person's erasure ends with a search for them in everything that is kept, and with
    exit 1 when something is left.
    """
    person = bool(caller or account)
    if proof is None and sum([days is not None, policy, person]) != 1:
        fail("Say which calls: --days DAYS, --policy, or --caller NUMBER and --account ID.", MISUSED)
    settings = load_settings()
    sessions, number = open_database(settings), (e164(caller) or caller) if caller else None
    if proof is not None:
        _show_again(settings, sessions, proof, number, account, as_json)
        return
    if not yes:
        click.confirm(WARNING, abort=True)
    try:
        if person:
            _show_proof(_eraser(settings, sessions).erase(number, account, "system"), as_json)
        else:
            _show_count(_purge(settings, sessions, days), as_json)
    except (CarrierError, PlaceError, RedisError) as error:
        fail(f"It is not finished, and can be run again: {error}.", MISSING)


def _purge(settings: Settings, sessions: Sessions, days: int | None) -> dict[str, int]:
    clock, files = SystemClock(), RecordingFiles(settings.recordings)
    if days is not None:
        return purge_older(sessions, clock.now() - timedelta(days=days), clock, files)
    if not settings.retention_policy.days:
        fail("WARMLINE_RETENTION is not set: set it, as in all=90, outcome:message=30.", MISUSED)
    return purge_by_policy(sessions, settings.retention_policy, clock, files)


def _eraser(settings: Settings, sessions: Sessions) -> Eraser:
    url = make_url(settings.database)
    database = Path(url.database or "") if url.get_backend_name() == "sqlite" else None
    return Eraser(
        sessions, SystemClock(), RecordingFiles(settings.recordings), connect(settings.redis, 10.0),
        make_carrier(settings.twilio, settings.dials.policy), settings.data_dir.absolute(), database,
        persistent_key(settings.data_dir, "erasure"),
    )  # fmt: skip


def _show_again(
    settings: Settings, sessions: Sessions, proof_id: str, number: str | None, account: str | None, as_json: bool
) -> None:
    with sessions() as tx:
        found = proof_of(tx, proof_id)
    if found is None:
        fail(f"There is no proof {proof_id!r}; `warmline audit` lists those that there are, as erasure:ID.", WRONG)
    if (number or account) and _eraser(settings, sessions).who(number, account) != found.who:
        fail("This proof is of somebody else, or of another number or account of theirs.", WRONG)
    _show_proof(found, as_json)


def _show_count(gone: dict[str, int], as_json: bool) -> None:
    if as_json:
        show(gone)
    else:
        report(f"Deleted {gone['recordings']} recordings and what was personal in {gone['calls']} calls.")


def _show_proof(proof: Proof, as_json: bool) -> None:
    if as_json:
        show(_document(proof))
    else:
        report(f"Proof {proof.id} of {proof.at}")
        report(
            f"Deleted {proof.recordings} recordings, {proof.texts} texts and what was personal in {proof.calls} calls."
        )
        for place in proof.searched:
            report(f"Searched: {place}")
        for sid in proof.kept:
            report(f"Kept: call {sid}, which is held, goes on, or owes a call-back.")
        for trace in proof.found:
            report(f"FOUND in {trace['where']}: {trace['what']}")
        report("Nothing was found." if proof.complete else "Something is left.")
    if not proof.complete:
        raise SystemExit(WRONG)


def _document(proof: Proof) -> dict[str, Any]:
    return {**asdict(proof), "complete": proof.complete}

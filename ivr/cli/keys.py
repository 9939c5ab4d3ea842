"""`keys`: with which the recordings are encrypted, and how they get another one."""

from dataclasses import asdict

import click

from ivr.cli.common import MISUSED, WRONG, fail, json_option, load_settings, open_database, report, show
from ivr.clock import SystemClock
from ivr.recordings.keys import KeyMadeElsewhereError
from ivr.recordings.places.port import PlaceError
from ivr.recordings.rotation import KeyUse, key_uses, seal_all_anew
from ivr.recordings.sealing import key_id
from ivr.recordings.storage import RecordingStorage
from ivr.store import outbox
from ivr.store.engine import Sessions
from ivr.store.models import Audit
from ivr.store.topics import RECORDING_KEYS

EVERY = 100  # recordings between two lines of progress


@click.group()
def keys() -> None:
    """The keys of the recordings, by ids that tell nothing of them."""


@keys.command("list")
@json_option
def list_keys(as_json: bool) -> None:
    """Every key, and how many recordings need it; those of the current key are done with a rotation."""
    settings = load_settings()
    with open_database(settings)() as tx:
        uses = key_uses(tx, settings.keyring)
    if as_json:
        show([asdict(use) for use in uses])
        return
    for use in uses:
        click.echo(f"{use.id or '(not known)':16}  {_kind(use):8}  {use.recordings} recordings")


def _kind(use: KeyUse) -> str:
    return "current" if use.current else "former" if use.here or not use.id else "MISSING"


@keys.command("rotate")
@click.option("--here", is_flag=True, help="Encrypt anew in this process, and show how far it is; else a worker does.")
@json_option
def rotate(here: bool, as_json: bool) -> None:
    """Make a new key and encrypt every recording with it.

    One that is under way is gone on with. It may be stopped at any time and holds up no call; `keys list` shows how
    far it is. A former key is forgotten an hour after the last recording has left it.
    """
    settings, clock = load_settings(), SystemClock()
    sessions, storage = open_database(settings), RecordingStorage(settings.recordings, settings.keyring)
    with sessions() as tx:
        under_way = sum(use.recordings for use in key_uses(tx, storage.keys) if not use.current)
    if not under_way:
        try:
            storage.keys.make_next()
        except KeyMadeElsewhereError as error:
            fail(f"No new key can be made here: {error}.", MISUSED)
    current = key_id(storage.keys.current()).hex()
    with sessions.begin() as tx:
        outbox.put(tx, RECORDING_KEYS, {}, clock.now())
        tx.add(
            Audit(at=clock.now(), actor="system", action="keys-rotate", subject="recordings", detail={"key": current})
        )
    unreadable = _seal_here(storage, sessions) if here else []
    with sessions() as tx:
        left = sum(use.recordings for use in key_uses(tx, storage.keys) if not use.current)
    if as_json:
        show({"key": current, "made": not under_way, "left": left, "unreadable": unreadable})
    else:
        report(f"{'The key is now' if not under_way else 'Going on with'} {current}; {left} recordings to go.")
        for sid in unreadable:
            report(f"{sid} cannot be read, and keeps its key.")
    if unreadable:
        raise SystemExit(WRONG)


def _seal_here(storage: RecordingStorage, sessions: Sessions) -> list[str]:
    def tell(done: int) -> None:
        if done and done % EVERY == 0:
            report(f"{done} recordings encrypted anew.")

    try:
        return seal_all_anew(sessions, storage, progress=tell).unreadable
    except PlaceError as error:
        fail(str(error), WRONG)

"""`backup` and `restore`: the whole line as a folder, and back from it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import click

from ivr.cli.common import WRONG, fail, json_option, load_settings, report, show, usable_database
from ivr.clock import SystemClock
from ivr.local.backup import BackupError, back_up
from ivr.local.backup import restore as put_back
from ivr.recordings.places.port import PlaceError
from ivr.store.snapshot import SnapshotError


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--without-keys", is_flag=True, help="Leave the keys out: keep them elsewhere, or nothing can be opened.")
@click.option("--without-recordings", is_flag=True, help="Leave the recordings out: their store has copies of its own.")
@json_option
def backup(folder: Path, without_keys: bool, without_recordings: bool, as_json: bool) -> None:
    """Copy database, keys and recordings into the new FOLDER, while calls go on.

    Whoever has the folder has the keys too: keep it as you keep them. Redis holds nothing that must be kept.
    PostgreSQL needs pg_dump, of the server's version or later.
    """
    with _told():
        about = back_up(
            load_settings(),
            folder,
            SystemClock().now(),
            report,
            keys=not without_keys,
            recordings=not without_recordings,
        )
    if as_json:
        show(asdict(about))
    else:
        report(f"{len(about.files)} files are in {folder}.")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@json_option
def restore(folder: Path, as_json: bool) -> None:
    """Put the backup in FOLDER back: into an empty database, and a data folder without other keys.

    Stop the line first. What had been promised to people long before, and may have been done after the backup, waits
    for you: see `warmline jobs --given-up`.
    """
    with _told():
        left = put_back(load_settings(), folder, SystemClock().now(), report)
    if as_json:
        show({"restored": str(folder), "left_to_you": left})
        return
    report("Everything is back. `warmline doctor` says whether the line can start.")
    if left:
        report(f"{left} texts or call-backs may have been done since: `warmline jobs --given-up` shows them.")


@contextmanager
def _told() -> Iterator[None]:
    with usable_database():
        try:
            yield
        except (BackupError, SnapshotError, PlaceError) as error:
            fail(str(error), WRONG)

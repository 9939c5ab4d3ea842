"""A line as a folder: its database, keys and recordings, taken while calls go on, and put back on another machine."""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import select

from ivr.local.shared_parts import adopt
from ivr.recordings.places.chosen import make_place
from ivr.recordings.places.port import NoSuchFileError
from ivr.recordings.storage import OURS
from ivr.settings import Settings
from ivr.store.engine import database_url, make_engine, make_sessions
from ivr.store.migrate import upgrade
from ivr.store.models import Outbox
from ivr.store.snapshot import is_empty, put_back, take_snapshot
from ivr.store.topics import CALLBACK_TRY, TEXT_SEND

FORM = 1  # of the folder; what is older can be read, what is newer not
ABOUT, DATABASE, KEYS, MEANING, RECORDINGS = "backup.json", "database", "keys", "meaning", "recordings"
PART = ".part"
REACH_PEOPLE = (TEXT_SEND, CALLBACK_TRY)
STALE = timedelta(minutes=10)  # after which what reached people may have been done since the backup
Say = Callable[[str], None]


class BackupError(RuntimeError):
    """Nothing was made or changed; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class About:
    """What `backup.json` tells: `files` are names within the folder, each with its SHA-256 in hex."""

    form: int
    made_at: str
    warmline: str
    database: str
    files: dict[str, str]


def back_up(settings: Settings, folder: Path, now: datetime, say: Say, *, keys: bool, recordings: bool) -> About:
    """Make `folder`, whole or not at all. Raises BackupError, SnapshotError, PlaceError, OSError.

    The database comes first: a recording that is named in it is copied after it, and one that retention deletes
    meanwhile was to go anyhow.
    """
    if folder.exists():
        raise BackupError(f"{folder} is there already: name a new folder for each backup.")
    part = folder.with_name(folder.name + PART)
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True, mode=0o700)
    say("The database ...")
    take_snapshot(settings.database, part / DATABASE)
    for name in (*[KEYS] * keys, MEANING):
        if (settings.data_dir / name).is_dir():
            shutil.copytree(settings.data_dir / name, part / name)
    if recordings:
        _copy_recordings(settings, part / RECORDINGS, say)
    files = {name: _digest(part / name) for name in _names(part)}
    kind = database_url(settings.database).get_backend_name()
    about = About(FORM, now.isoformat(timespec="seconds"), version("warmline"), kind, files)
    (part / ABOUT).write_text(json.dumps(asdict(about), indent=1))
    part.rename(folder)
    return about


def restore(settings: Settings, folder: Path, now: datetime, say: Say) -> int:
    """Put a backup back where nothing is yet. Raises BackupError, SnapshotError, PlaceError, OSError.

    The database comes last: where anything fails before, the restore may be begun again. Returns how many promises
    to people are left to an operator, because they may have been kept since.
    """
    about = read_about(folder)
    kind = database_url(settings.database).get_backend_name()
    if about.database != kind:
        raise BackupError(
            f"The backup is of {about.database}, and DATABASE_URL names {kind}: set it to an empty {about.database}."
        )
    if not is_empty(settings.database):
        raise BackupError("The database holds tables already: a restore fills an empty one. See DATABASE_URL.")
    say("Checking the files ...")
    _check(folder, about)
    _put_keys(folder / KEYS, settings.data_dir / KEYS)
    if (folder / MEANING).is_dir():  # what was learnt from corrections
        shutil.copytree(folder / MEANING, settings.data_dir / MEANING, dirs_exist_ok=True)
    _put_recordings(folder / RECORDINGS, settings, say)
    say("The database ...")
    put_back(settings.database, folder / DATABASE)
    upgrade(settings.database)
    adopt(settings, make_sessions(make_engine(settings.database)), now)
    return _leave_to_operator(settings, now)


def read_about(folder: Path) -> About:
    """What the backup in `folder` says of itself. Raises BackupError."""
    try:
        about = About(**json.loads((folder / ABOUT).read_text()))
    except (OSError, ValueError, TypeError) as error:
        raise BackupError(f"{folder} is no finished backup: {ABOUT} cannot be read.") from error
    if about.form > FORM:
        raise BackupError(
            f"{folder} was made by Warmline {about.warmline}: restore it with that version or a later one."
        )
    return about


def _copy_recordings(settings: Settings, target: Path, say: Say) -> None:
    place = make_place(settings.recordings)
    target.mkdir(mode=0o700)
    for many, (name, _) in enumerate(((name, at) for name, at in place.files() if OURS.fullmatch(name)), 1):
        try:
            (target / name).write_bytes(place.read(name).data)
        except NoSuchFileError:
            continue  # deleted since it was listed
        if many % 100 == 0:
            say(f"{many} recordings ...")


def _put_recordings(source: Path, settings: Settings, say: Say) -> None:
    place = make_place(settings.recordings)
    for many, path in enumerate(sorted(source.iterdir()) if source.is_dir() else (), 1):
        place.put(path.name, [path.read_bytes()])
        if many % 100 == 0:
            say(f"{many} recordings ...")


def _put_keys(source: Path, target: Path) -> None:
    """Keys that are there already and differ are never lost: whatever they closed could not be opened again."""
    for path in sorted(source.iterdir()) if source.is_dir() else ():
        there = target / path.name
        if there.exists() and there.read_bytes() != path.read_bytes():
            raise BackupError(f"{there} is another key than the backup's: move it away first, or restore elsewhere.")
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
        target.chmod(0o700)


def _check(folder: Path, about: About) -> None:
    for name, digest in about.files.items():
        if not (folder / name).is_file() or _digest(folder / name) != digest:
            raise BackupError(f"{folder / name} is missing or damaged: it is not what was backed up.")


def _leave_to_operator(settings: Settings, now: datetime) -> int:
    with make_sessions(make_engine(settings.database)).begin() as tx:
        unfinished = select(Outbox).where(Outbox.done_at.is_(None), Outbox.given_up_at.is_(None))
        rows = tx.scalars(unfinished.where(Outbox.topic.in_(REACH_PEOPLE), Outbox.due_at <= now - STALE)).all()
        for row in rows:
            row.given_up_at, row.error = now, "restored from a backup: it may have been done since"
        return len(rows)


def _names(folder: Path) -> Iterator[str]:
    yield from sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

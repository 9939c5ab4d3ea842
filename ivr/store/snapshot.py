"""The whole database as one file, taken while the line runs, and put back into an empty one."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL, inspect

from ivr.store.engine import database_url, make_engine


class SnapshotError(RuntimeError):
    """The database was not copied; the message says why and what to do."""


def take_snapshot(url: str, path: Path) -> None:
    """Write the database as it stands at one moment to `path`: an SQLite file, or an archive of pg_dump's.

    Raises BadDatabaseUrlError, SnapshotError. Nobody who writes waits longer than for a page of the file.
    """
    address = database_url(url)
    if address.get_backend_name() == "sqlite":
        _copy_sqlite(Path(str(address.database)), path)
    else:
        _run("pg_dump", address, "--format=custom", "--no-owner", "--no-privileges", f"--file={path}")


def put_back(url: str, path: Path) -> None:
    """Fill the empty database with a snapshot of the same kind. Raises BadDatabaseUrlError, SnapshotError."""
    address = database_url(url)
    if not is_empty(url):
        raise SnapshotError(
            "The database holds tables already: name an empty one in DATABASE_URL or WARMLINE_DATA_DIR."
        )
    if address.get_backend_name() == "sqlite":
        target = Path(str(address.database))
        target.parent.mkdir(parents=True, exist_ok=True)
        _copy_sqlite(path, target)
    else:
        _run(
            "pg_restore", address, "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error", str(path)
        )


def is_empty(url: str) -> bool:
    """Whether the database has no table; an SQLite file that is not there is empty."""
    address = database_url(url)
    if address.get_backend_name() == "sqlite" and not Path(str(address.database)).exists():
        return True
    engine = make_engine(url)
    try:
        return not inspect(engine).get_table_names()
    finally:
        engine.dispose()


def _copy_sqlite(source: Path, target: Path) -> None:
    if not source.exists():
        raise SnapshotError(f"There is no database at {source}: see DATABASE_URL and WARMLINE_DATA_DIR.")
    try:
        with closing(sqlite3.connect(source, timeout=30)) as old, closing(sqlite3.connect(target)) as new:
            old.backup(new)
            new.execute("pragma journal_mode = delete")  # one file, without a log beside it
    except sqlite3.Error as error:
        raise SnapshotError(f"The database was not copied from {source} to {target}: {error}.") from error


def _run(tool: str, address: URL, *options: str) -> None:
    if shutil.which(tool) is None:
        raise SnapshotError(f"{tool} is not installed. It comes with PostgreSQL's client (Debian: postgresql-client).")
    plain = address.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    secret = {"PGPASSWORD": address.password} if address.password else {}  # where no list of processes shows it
    done = subprocess.run(  # noqa: S603 - a fixed tool, and an address that the operator set
        [tool, f"--dbname={plain}", *options], env={**os.environ, **secret}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SnapshotError(f"{tool} failed: {done.stderr.strip() or done.returncode}")

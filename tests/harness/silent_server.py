"""A server that accepts and says nothing: what a stopped process or a cut network looks like from here."""

import contextlib
import os
import signal
import socket
import threading
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def silent_server(path: Path) -> Iterator[str]:
    """Its address as a Redis URL, a Unix socket at `path`."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen(64)
        taken: list[socket.socket] = []
        threading.Thread(target=_accept, args=(server, taken), daemon=True).start()
        yield f"unix://{path}"
        server.shutdown(socket.SHUT_RDWR)
        for connection in taken:
            connection.close()


def _accept(server: socket.socket, taken: list[socket.socket]) -> None:
    with contextlib.suppress(OSError):
        while True:
            taken.append(server.accept()[0])


@contextlib.contextmanager
def stopped(pid: int) -> Iterator[None]:
    """The process stands still meanwhile, its sockets open."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)

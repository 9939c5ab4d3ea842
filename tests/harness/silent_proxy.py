"""A way to a server that can fall silent or be cut, as networks do."""

import contextlib
import socket
import threading
from collections.abc import Iterator


class SilentProxy:
    """Carries bytes between a TCP port of this machine and `upstream`: (host, port), or the path of a Unix socket.

    `silence()`: connections are accepted and nothing is carried any more, until `carry()` lets all that waited go on.
    `cut()`: what stands is closed, and what comes is closed at once, until `carry()`.
    """

    def __init__(self, upstream: tuple[str, int] | str) -> None:
        self._upstream, self._carries, self._refuses = upstream, threading.Event(), False
        self._sockets: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._carries.set()
        self._start(self._accept)

    def silence(self) -> None:
        self._carries.clear()

    def cut(self) -> None:
        self._refuses = True
        self._close_all()

    def carry(self) -> None:
        self._refuses = False
        self._carries.set()

    def close(self) -> None:
        self.carry()
        self._listener.close()
        self._close_all()

    def _close_all(self) -> None:
        for one in tuple(self._sockets):
            _end(one)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # closed: the test is over
            while True:
                client, _ = self._listener.accept()
                self._sockets.add(client)
                self._start(self._join, client)

    def _join(self, client: socket.socket) -> None:
        self._carries.wait()
        if self._refuses:
            _end(client)
            return
        family = socket.AF_UNIX if isinstance(self._upstream, str) else socket.AF_INET
        server = socket.socket(family)
        server.connect(self._upstream)
        self._sockets.add(server)
        self._start(self._pump, client, server)
        self._pump(server, client)

    def _pump(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                self._carries.wait()
                target.sendall(data)
        _end(source)
        _end(target)

    def _start(self, work: object, *parts: object) -> None:
        threading.Thread(target=work, args=parts, daemon=True).start()  # type: ignore[arg-type]


def _end(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()


@contextlib.contextmanager
def silent_proxy(upstream: tuple[str, int] | str) -> Iterator[SilentProxy]:
    """A SilentProxy to `upstream` for the time of a test."""
    proxy = SilentProxy(upstream)
    try:
        yield proxy
    finally:
        proxy.close()

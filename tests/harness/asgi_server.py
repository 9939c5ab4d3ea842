"""An ASGI app behind a real socket, and a client that keeps many connections open with no thread for each."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import uvicorn


@contextlib.contextmanager
def served(app: Any) -> Iterator[str]:
    """Its address, "http://127.0.0.1:<port>"."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", 0))
        listener.listen(1024)
        config = uvicorn.Config(
            app, log_level="warning", access_log=False, ws="none", timeout_graceful_shutdown=1, proxy_headers=False
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.005)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join(10)


class Wire:
    """One connection with one request on it; what comes back is read piece by piece."""

    def __init__(self, address: str, request: str, timeout: float = 10.0) -> None:
        host, _, port = address.removeprefix("http://").partition(":")
        self._socket = socket.create_connection((host, int(port)), timeout=timeout)
        self._socket.sendall(request.replace("\n", "\r\n").encode())
        self.read = b""

    def until(self, text: str) -> str:
        """All that came up to `text`, and on from there; fails after the timeout or when the other side closes."""
        while text.encode() not in self.read:
            piece = self._socket.recv(65536)
            assert piece, f"closed after {self.read!r}"
            self.read += piece
        before, _, self.read = self.read.partition(text.encode())
        return (before + text.encode()).decode()

    def closed(self) -> bool:
        """Waits for the other side to end it."""
        while self._socket.recv(65536):
            pass
        return True

    def close(self) -> None:
        self._socket.close()


def get(address: str, path: str, cookie: str = "") -> Wire:
    return Wire(address, f"GET {path} HTTP/1.1\nHost: line\nCookie: {cookie}\nSec-Fetch-Mode: cors\n\n")

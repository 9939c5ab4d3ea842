"""A carrier over HTTP that has recordings: it serves each until it is deleted, and keeps what was asked of it."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import PurePosixPath
from typing import Any


class FakeRecordingServer:
    """`asked`: ("GET" or "DELETE", the recording's sid, the answer's status), in order."""

    def __init__(self, sounds: Mapping[str, bytes]) -> None:
        self._sounds, self._lock = dict(sounds), threading.Lock()
        self.asked: list[tuple[str, str, int]] = []

    def answer(self, method: str, sid: str) -> tuple[int, bytes]:
        with self._lock:
            sound = self._sounds.pop(sid, None) if method == "DELETE" else self._sounds.get(sid)
            status = 404 if sound is None else 204 if method == "DELETE" else 200
            self.asked.append((method, sid, status))
        return status, (sound or b"{}") if method == "GET" else b"{}" if status == 404 else b""

    @contextmanager
    def running(self) -> Iterator[str]:
        """Its address."""
        fake = self

        class FakeHandler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, body = fake.answer(self.command, PurePosixPath(self.path.partition("?")[0]).stem)
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_DELETE(self) -> None:
                self.do_GET()

            def log_message(self, *_: Any) -> None:
                """Says nothing."""

        server = FakeServer(("127.0.0.1", 0), FakeHandler)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        server.server_close()
        thread.join(10)


class FakeServer(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Who asked was killed before the answer."""

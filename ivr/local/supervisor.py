"""Everything on one machine: embedded Redis, web, media, worker and switch as child processes, ended together."""

import errno
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from ivr.local.redis_server import EmbeddedRedis, die_with_parent
from ivr.settings import Settings

PARTS = ("switch", "web", "media", "worker")


class SupervisorError(RuntimeError):
    """A part did not start or has stopped; the message says which, why, and what to do."""


class Supervisor:
    """Starts every part under `settings`, waits until each answers, and stops them in reverse order.

    `say` receives one line of plain words per step; only `parts` are started. Children inherit the settings as
    environment variables.
    """

    def __init__(self, settings: Settings, say: Callable[[str], None], parts: Sequence[str] = PARTS) -> None:
        self.settings = settings
        self.say = say
        self._parts = parts
        self.logs = settings.data_dir.absolute() / "logs"
        self._redis = EmbeddedRedis(settings.data_dir / "redis") if not settings.redis_url else None
        self._children: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        try:
            self._check_ports()
            self.logs.mkdir(parents=True, exist_ok=True)
            if self._redis:
                self._redis.__enter__()
                self.say("Redis is running (embedded).")
            for part in self._parts:
                self._start(part)
            for part, address in self._health().items():
                if part in self._parts:
                    self._await(part, address)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def pid(self, part: str) -> int:
        """The process of `part`; raises KeyError when it is not one of ours."""
        return self._children[part].pid

    @property
    def redis_pid(self) -> int:
        """The process of the embedded Redis; raises KeyError when it is not ours."""
        if self._redis is None or self._redis.pid is None:
            raise KeyError("redis")
        return self._redis.pid

    def check(self) -> None:
        """Raises SupervisorError when a part has stopped by itself."""
        for part, child in self._children.items():
            if child.poll() is not None:
                raise SupervisorError(f"The {part} process stopped (exit {child.returncode}).\n{self._tail(part)}")

    def stop(self) -> None:
        """Ends every part that was started; gives each ten seconds more than its callers may be handed over in."""
        running = [child for child in reversed(self._children.values()) if child.poll() is None]
        for child in running:
            child.send_signal(signal.SIGTERM)
        for child in running:
            try:
                child.wait(timeout=10 + self.settings.drain_seconds)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        self._children.clear()
        if self._redis:
            self._redis.__exit__(None, None, None)

    def _start(self, part: str) -> None:
        command = [sys.executable, "-m", "ivr", *(["serve", part] if part in ("web", "media") else [part])]
        with (self.logs / f"{part}.log").open("wb") as log:
            self._children[part] = subprocess.Popen(  # noqa: S603
                command, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, env=environment(self.settings),
                start_new_session=True, preexec_fn=die_with_parent,
            )  # fmt: skip

    def _health(self) -> dict[str, str]:
        s = self.settings
        return {
            "switch": f"http://{reached_at(s.host)}:{s.switch_port}/health",
            "web": f"http://{reached_at(s.host)}:{s.port}/health",
            "media": f"http://{reached_at(s.host)}:{s.media_port}/health",
        }

    def _await(self, part: str, address: str, seconds: float = 60.0) -> None:
        deadline = time.monotonic() + seconds
        while True:
            self.check()
            try:
                if httpx.get(address, timeout=2).status_code == 200:
                    break
            except httpx.HTTPError:
                pass
            if time.monotonic() > deadline:
                raise SupervisorError(f"The {part} process did not answer within {seconds:.0f} s.\n{self._tail(part)}")
            time.sleep(0.1)
        self.say(f"The {part} process is running.")

    def _check_ports(self) -> None:
        s = self.settings
        ports = {"WARMLINE_PORT": s.port, "WARMLINE_MEDIA_PORT": s.media_port, "WARMLINE_SWITCH_PORT": s.switch_port}
        for name, port in ports.items():
            if trouble := port_trouble(s.host, port, name):
                raise SupervisorError(trouble)

    def _tail(self, part: str, lines: int = 12) -> str:
        path = self.logs / f"{part}.log"
        last = path.read_text(errors="replace").splitlines()[-lines:] if path.exists() else []
        return "\n".join([f"Its log, {path}, ends with:", *(f"  {line}" for line in last)])


def port_trouble(host: str, port: int, name: str) -> str:
    """Why nothing can listen there, and what to do about it; empty when something can. `name` is the port's setting."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[
            0
        ]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return f"Port {port} on {host} is taken by another program: stop it, or set {name} to a free port."
        if error.errno == errno.EACCES:
            return f"Port {port} may not be used by this user: set {name} to one above 1023."
        return f"WARMLINE_HOST={host} is no address of this machine ({error.strerror}): set one, as in 127.0.0.1 or ::."
    return ""


def reached_at(host: str) -> str:
    """`host`, which a process listens on, as it stands in an address under which this machine reaches it."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)  # noqa: S104
    return f"[{host}]" if ":" in host else host


def environment(settings: Settings) -> dict[str, str]:
    """The present environment with every setting written out, for a child process."""
    values = {}
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        if value is None:  # not set, and unset it stays
            continue
        values[str(field.validation_alias)] = (
            value.get_secret_value() if hasattr(value, "get_secret_value") else str(value)
        )
    values["WARMLINE_DATA_DIR"] = str(Path(settings.data_dir).absolute())
    return {**os.environ, **values, "OPENBLAS_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"}

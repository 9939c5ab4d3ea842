"""A line of two hosts with real processes, the switch that rings it, and a front between them."""

import asyncio
import base64
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr
from redis import Redis
from rq import Worker

from bench.faults.callers import AGENT, BALANCE, LINE, MESSAGE, MUSIC, NOTICE, Agent, agents_voice
from bench.faults.front import Front
from bench.faults.hosts import Host
from bench.faults.kinds import Store
from bench.faults.sounds import KnownSounds
from bench.tools.line import bench_account, free_ports
from bench.tools.postgres import PostgresServer, running_server
from ivr.cli.switch import config
from ivr.clock import SystemClock, today
from ivr.desk.agents import set_presence
from ivr.dialogue.prompts import PROMPTS
from ivr.dialogue.verbalize import money
from ivr.local.demo import demo_settings
from ivr.local.redis_server import EmbeddedRedis
from ivr.local.setup import fixed_prompts, prepare
from ivr.people import roster
from ivr.secret_keys import persistent_key
from ivr.settings import Settings
from ivr.store.engine import Sessions, make_engine, make_sessions
from speech.audio import encode
from speech.tts import TextToSpeech, sentences
from speech.voices import make_other_voices, make_voice
from switch.media.audio import wav_to_mulaw
from switch.server import Switch
from switch.trace import TraceRow
from workers.run import PROCESSES

Tell = Callable[[str], None]
KEPT = ("prompts", "audio", "models")
PIN = "2749"
CUSTOMERS = 24  # who call in turn; few enough that what they are told is rendered before
AGENTS = 10
STARTED = 180.0  # seconds that all processes may take to start on a busy machine
WISH = "What's my current balance, please?"


@dataclass
class World:
    """What runs, and what faults can be done to. `customers` are telephone numbers with the sounds of their balance."""

    settings: Settings
    sessions: Sessions
    hosts: tuple[Host, Host]
    web: Front
    media: Front
    switch: Switch
    redis: EmbeddedRedis
    postgres: PostgresServer | None
    known: KnownSounds
    wish: bytes
    broken: dict[str, Callable[[], None]] = field(default_factory=dict)  # told when a call's stream is lost
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def whole(self) -> None:
        """Waits until every process runs and is ready. Raises TimeoutError."""
        async with asyncio.timeout(STARTED):
            while not all(host.ready for host in self.hosts):
                await asyncio.sleep(0.1)

    async def staffed(self) -> None:
        """Waits until every queue of every worker takes jobs, as Redis has it. Raises TimeoutError."""
        async with asyncio.timeout(STARTED):
            with Redis.from_url(self.redis.url) as connection:
                while Worker.count(connection=connection) < len(PROCESSES) * len(self.hosts):
                    await asyncio.sleep(0.1)

    def note(self, row: TraceRow) -> None:
        """What the switch has seen: of streams that are lost, those that a caller hears."""
        if row.kind == "stream" and row.data.get("two_way") and row.data["call"] in self.broken:
            self.broken[row.data["call"]]()

    def customer(self, number: int) -> str:
        return f"+155502{number % CUSTOMERS:05d}"


@asynccontextmanager
async def running_world(settings: Settings, store: Store, tell: Tell, code: Path | None = None) -> AsyncIterator[World]:
    """Two hosts behind a front, on free ports, over a fresh `store`. Raises MissingModelError, TimeoutError.

    `code`: the first host runs what lies there instead of this release."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="faults-")))
        postgres = stack.enter_context(running_server()) if store == "postgres" else None
        redis = stack.enter_context(EmbeddedRedis(folder / "redis"))
        settings = _line(settings, folder, postgres.url if postgres else f"sqlite:///{folder / 'line.db'}", redis.url)
        prepare(settings, tell)
        known, wish, say = line_sounds(settings)
        engine = make_engine(settings.database)
        stack.callback(engine.dispose)
        sessions = make_sessions(engine)
        furnish(settings, sessions)
        hosts = (_host("a", settings, folder, code), _host("b", settings, folder))
        web = await stack.enter_async_context(Front(settings.port, [host.web for host in hosts]))
        media = await stack.enter_async_context(Front(settings.media_port, [host.media for host in hosts]))
        switch = Switch(config(settings), say)
        await switch.start()
        stack.push_async_callback(switch.stop)
        world = World(settings, sessions, hosts, web, media, switch, redis, postgres, known, wish)
        switch.add_observer(world.note)
        for host in hosts:
            stack.push_async_callback(host.stop)
            host.start()
            world.tasks.append(asyncio.create_task(host.keep_up()))
        stack.callback(lambda: [task.cancel() for task in world.tasks])
        await world.whole()
        await world.staffed()
        tell(f"Two hosts are running over {store}.")
        yield world


def staff(switch: Switch, picks_up: Iterator[float]) -> None:
    """Agents at their phones: each call is answered as soon as the next of `picks_up` says (seconds)."""
    voice, later = agents_voice(), asyncio.get_running_loop().call_later
    for number in range(AGENTS):
        switch.register(f"client:bench{number}", lambda: Agent(voice, next(picks_up), later))


def _line(settings: Settings, folder: Path, database: str, redis: str) -> Settings:
    web, media, switch = free_ports(3)
    own = {
        "port": web, "media_port": media, "switch_port": switch, "redis_url": redis, "database_url": database,
        "recordings_url": f"file://{folder / 'recordings'}", "data_dir": settings.data_dir.absolute() / "bench",
        "wrap_up_seconds": 0, "dials_per_day": 1_000_000, "dials_per_number": 1_000_000, "dials_per_person": 1_000_000,
    }  # fmt: skip
    settings = demo_settings(settings.model_copy(update=own))
    keys = {
        name: SecretStr(_base64(settings.data_dir, name)) for name in ("secret_key", "recordings_key")
    }  # hosts share them
    return settings.model_copy(update=keys)


def _base64(folder: Path, name: str) -> str:
    return base64.b64encode(persistent_key(folder, f"faults-{name}")).decode()


def _host(name: str, settings: Settings, folder: Path, code: Path | None = None) -> Host:
    own = folder / name
    own.mkdir()
    for kept in KEPT:
        (settings.data_dir / kept).mkdir(exist_ok=True)
        (own / kept).symlink_to(settings.data_dir / kept)
    web, media = free_ports(2)
    return Host(name, settings.model_copy(update={"data_dir": own, "port": web, "media_port": media}), code)


def furnish(settings: Settings, sessions: Sessions) -> None:
    now, day = SystemClock().now(), today(SystemClock(), settings.zone)
    for number in range(CUSTOMERS):
        account, rows = bench_account(number, PIN, day)
        with sessions.begin() as tx:
            tx.add(account)
            tx.flush()
            tx.add_all(rows)
    with sessions.begin() as tx:
        for number in range(AGENTS):
            agent = roster.add(
                tx, email=f"bench{number}@bank.test", name=f"Agent {number}", phone=f"client:bench{number}", now=now
            )
            set_presence(tx, agent, "available", now)


def line_sounds(settings: Settings) -> tuple[KnownSounds, bytes, Callable[[str], bytes]]:
    """Every sound that a caller may hear, rendered before; the wish of one who speaks; the carrier's own voice."""
    voice, others = make_voice(settings.voice), make_other_voices()
    speaker = TextToSpeech(voice, settings.data_dir / "prompts", others)
    told = list(_balances(settings))
    speaker.prepare(told)
    known = KnownSounds({AGENT: agents_voice()})
    for text in fixed_prompts(settings.company, "en"):
        known.add(text, encode(speaker.synthesise(text)))
    for text in told:
        for sentence in sentences(text):
            known.add(f"{BALANCE} {sentence}", encode(speaker.synthesise(sentence)))
    for name, file in ((NOTICE, "notice.wav"), (MUSIC, "music.wav"), (MESSAGE, "message-en.wav")):
        known.add(name, wav_to_mulaw((settings.data_dir / "audio" / file).read_bytes()))

    def say(text: str) -> bytes:
        sound = encode(speaker.synthesise(text))
        known.add(f"{LINE} {text}", sound)
        return sound

    return known, encode(voice.speak(WISH)), say


def _balances(settings: Settings) -> Iterator[str]:
    for number in range(CUSTOMERS):
        account, _ = bench_account(number, PIN, today(SystemClock(), settings.zone))
        for wording in PROMPTS["en"]["balance.tell"]:
            yield wording.format(balance=money(account.balance))

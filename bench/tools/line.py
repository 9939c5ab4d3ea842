"""The line for a bench: web and media processes of its own, a fresh database, and an account for every call."""

import contextlib
import random
import socket
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from ivr.clock import SystemClock, today
from ivr.dialogue.verbalize import number
from ivr.local.demo import demo_settings
from ivr.local.setup import prepare
from ivr.local.supervisor import Supervisor
from ivr.secret_hashes import PIN_HASHER
from ivr.settings import Settings
from ivr.store.engine import Sessions, make_engine, make_sessions
from ivr.store.models import Account, Entry

Tell = Callable[[str], None]
SHOPS = ("Corner Grocery", "City Transit", "Blue Door Books", "Lakeside Dental", "Harbor Hardware", "Green Bakery")


@dataclass(frozen=True)
class Line:
    """A running line and its database."""

    settings: Settings
    sessions: Sessions
    house: Supervisor

    def open_account(self, index: int, pin: str) -> str:
        """An account that calls from the number returned; the PIN is as dear to check as a customer's."""
        account, rows = bench_account(index, pin, today(SystemClock(), self.settings.zone))
        with self.sessions.begin() as tx:
            tx.add(account)
            tx.flush()
            tx.add_all(rows)
        return str(account.phone)


def bench_account(index: int, pin: str, day: date) -> tuple[Account, list[Entry]]:
    """Account number `index` with its history, the same each time, with figures of its own.

    What a caller alone is told must be rendered for them: figures that two share would be spoken from memory.
    """
    chance = random.Random(index)
    balance = chance.randrange(120_000, 380_000)
    account = Account(
        id=f"bench-{index}", holder=f"Customer {index}", number=f"71{index:06d}", phone=f"+155502{index:05d}",
        pin_hash=PIN_HASHER.hash(pin), balance=balance, due=chance.randrange(10_000, balance),
        minimum=chance.randrange(2_500, 10_000), due_on=day + timedelta(chance.randrange(5, 26)),
        funds=[{"name": f"checking {number(index)}", "available": 380_000}],
    )  # fmt: skip
    days = sorted(chance.sample(range(1, 28), 3))
    rows = [(chance.choice(SHOPS), chance.randrange(500, 20_000), day - timedelta(ago)) for ago in days]
    return account, [Entry(account_id=account.id, on=on, text=text, amount=amount) for text, amount, on in rows]


@contextlib.contextmanager
def running_line(settings: Settings, tell: Tell, parts: Sequence[str] = ("web", "media")) -> Iterator[Line]:
    """`parts` of a line on free ports, with its own model and voice. Raises SupervisorError, MissingModelError."""
    web, media, switch = free_ports(3)
    with tempfile.TemporaryDirectory() as folder:
        own = {
            "port": web, "media_port": media, "switch_port": switch, "redis_url": "", "recordings_url": "",
            "data_dir": settings.data_dir / "bench", "database_url": f"sqlite:///{Path(folder) / 'bench.db'}",
        }  # fmt: skip
        settings = demo_settings(settings.model_copy(update=own))
        prepare(settings, tell)
        engine = make_engine(settings.database)
        with Supervisor(settings, tell, parts) as house:
            yield Line(settings, make_sessions(engine), house)
        engine.dispose()


def free_ports(count: int) -> list[int]:
    """Ports nobody listens on now."""
    with contextlib.ExitStack() as open_ones:
        probes = [open_ones.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]

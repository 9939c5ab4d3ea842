"""The line for a bench: web and media processes of its own, a fresh database, and an account for every call."""

import contextlib
import socket
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from ivr.clock import SystemClock, today
from ivr.demo import house_settings
from ivr.house import House
from ivr.ledger.pins import PIN_HASHER
from ivr.preparing import prepare
from ivr.settings import Settings
from ivr.store import Sessions, make_engine, make_sessions
from ivr.store.models import Account, Entry

Tell = Callable[[str], None]
HISTORY = ((1, "Corner Grocery", 4218), (4, "City Transit", 2750), (9, "Blue Door Books", 3199))


@dataclass(frozen=True)
class Line:
    """A running line and its database."""

    settings: Settings
    sessions: Sessions
    house: House

    def open_account(self, index: int, pin: str) -> str:
        """An account that calls from the number returned; the PIN is as dear to check as a customer's."""
        number, day = f"+155502{index:05d}", today(SystemClock(), self.settings.zone)
        account = Account(
            id=f"bench-{index}", holder=f"Customer {index}", number=f"71{index:06d}", phone=number,
            pin_hash=PIN_HASHER.hash(pin), balance=245017, due=245017, minimum=3500,
            due_on=day + timedelta(20), funds=[{"name": "checking", "available": 380000}],
        )  # fmt: skip
        rows = [Entry(account_id=account.id, on=day - timedelta(ago), text=t, amount=a) for ago, t, a in HISTORY]
        with self.sessions.begin() as tx:
            tx.add(account)
            tx.flush()
            tx.add_all(rows)
        return number


@contextlib.contextmanager
def running_line(settings: Settings, tell: Tell, parts: Sequence[str] = ("web", "media")) -> Iterator[Line]:
    """`parts` of a house on free ports, with the settings' model and voice. Raises HouseError, MissingWeights."""
    web, media, switch = free_ports(3)
    with tempfile.TemporaryDirectory() as folder:
        own = {
            "port": web, "media_port": media, "switch_port": switch, "redis_url": "", "recordings_url": "",
            "data_dir": settings.data_dir / "bench", "database_url": f"sqlite:///{Path(folder) / 'bench.db'}",
        }  # fmt: skip
        settings = house_settings(settings.model_copy(update=own))
        prepare(settings, tell)
        engine = make_engine(settings.database)
        with House(settings, tell, parts) as house:
            yield Line(settings, make_sessions(engine), house)
        engine.dispose()


def free_ports(count: int) -> list[int]:
    """Ports nobody listens on now."""
    with contextlib.ExitStack() as open_ones:
        probes = [open_ones.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]

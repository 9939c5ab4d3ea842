"""PgBouncer that lends each transaction another of the server's connections: calls go on, and each keeps its limits."""

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine, func, select, text

from ivr.dialogue.events import Keyed
from ivr.ledger.sample import load_sample
from ivr.store.audit import verify
from ivr.store.engine import BadDatabaseUrlError, database_url, make_engine, make_sessions
from ivr.store.migrate import upgrade
from ivr.store.models import Audit, Call
from ivr.store.postgres import LIMITS
from speech.events import UserTurn
from tests.fakes.fake_clock import FakeClock
from tests.harness.call_line import LINE, MORGAN
from tests.harness.far_line import make_calls
from tests.harness.postgres import Postgres

pytestmark = [pytest.mark.integration, pytest.mark.slow]

CONFIG = """
[databases]
* = host={server} user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 2
logfile = {folder}/log
pidfile = {folder}/pid
"""


@pytest.fixture(scope="module")
def bouncer(postgres_server: Postgres) -> Iterator[int]:
    """The port of a PgBouncer with two connections of the server for everybody."""
    program = shutil.which("pgbouncer", path="/usr/sbin:/usr/bin:/usr/local/bin")
    if program is None:
        pytest.skip("pgbouncer is not installed (Debian: pgbouncer)")
    folder = Path(tempfile.mkdtemp(prefix="warmline-pgbouncer-"))  # not in pytest's folder: it is another user's
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    config = folder / "pgbouncer.ini"
    config.write_text(CONFIG.format(server=Path(postgres_server.socket).parent, port=port, folder=folder))
    owner = Path(postgres_server.socket).owner()  # it does not run as root
    for path in (folder, config):
        shutil.chown(path, owner)
    process = subprocess.Popen([program, "--quiet", str(config)], user=owner)
    try:
        _await(port)
        yield port
    finally:
        process.terminate()
        process.wait(10)
        shutil.rmtree(folder)


def _await(port: int) -> None:
    deadline = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            assert time.monotonic() < deadline, "pgbouncer did not start"
            time.sleep(0.05)


@pytest.fixture
def pooled(bouncer: int, postgres: str) -> str:
    return f"postgres://postgres@127.0.0.1:{bouncer}{urlsplit(postgres).path}?pooler=transaction"


def limit(engine: Engine) -> str:
    with engine.begin() as connection:
        return str(connection.execute(text("SHOW statement_timeout")).scalar_one())


def test_each_transaction_has_its_own_limits_and_leaves_none_behind(pooled: str) -> None:
    hasty, patient = make_engine(pooled), make_engine(pooled, patient=True)
    for _ in range(3):
        assert limit(hasty) == f"{LIMITS['statement_timeout']}ms"
        assert limit(patient) == "0"
    with hasty.begin() as connection:
        connection.execute(text("SET LOCAL statement_timeout = 1234"))
    assert limit(patient) == "0"


def test_a_line_goes_on_with_fewer_connections_than_it_asks_from(pooled: str, clock: FakeClock) -> None:
    upgrade(pooled)
    sessions = make_sessions(make_engine(pooled))
    load_sample(sessions, clock.now().date(), PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    calls, _ = make_calls(sessions, clock)

    def one_call(number: int) -> None:
        sid = f"CA{number:032d}"
        connected = calls.dialogue.connect(sid, calls.answer(sid, MORGAN, LINE).token)
        calls.dialogue.apply(sid, calls.dialogue.opening(connected), "s1.0", None, connected)
        for key in range(1, 5):
            calls.dialogue.apply(sid, Keyed("1"), f"s1.{key}", UserTurn.of_keys("1", 1.0), connected)
        with sessions.begin() as tx:
            tx.add(Audit(at=clock.now(), actor="system", action="tried", subject=sid, detail={}))
        calls.ended(sid, "completed")

    with ThreadPoolExecutor(12) as threads:
        list(threads.map(one_call, range(60)))
    with sessions() as tx:
        assert tx.scalar(select(func.count()).select_from(Call).where(Call.ended_at.is_not(None))) == 60
        assert verify(tx).broken is None


def test_the_word_for_the_pooler_is_ours_and_no_other_is_known() -> None:
    assert "pooler" not in str(database_url("postgresql://u@h/n?pooler=transaction"))
    with pytest.raises(BadDatabaseUrlError, match="pooler=transaction"):
        database_url("postgresql://u@h/n?pooler=statement")

"""A line that has been called for a year, on SQLite and on PostgreSQL."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from bench.quality.grown import fill
from bench.tools.line import Tell
from bench.tools.postgres import running_postgres
from ivr.settings import Settings
from ivr.store.engine import Sessions, make_engine, make_sessions
from ivr.store.migrate import upgrade


def grown_lines(settings: Settings, calls: int, tell: Tell) -> Iterator[tuple[str, Sessions]]:
    """Named sqlite and postgresql, the sessions of a database of that many calls, which is gone afterwards."""
    folder = settings.data_dir.absolute() / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        file = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=folder))) / "warmline.db"
        urls = {"sqlite": f"sqlite:///{file}"}
        try:
            urls["postgresql"] = stack.enter_context(running_postgres())
        except ImportError:
            tell("PostgreSQL is left out: it comes with the tools for tests.")
        for name, url in urls.items():
            tell(f"{name}: writing {calls:,} calls")
            sessions = _grown(url, calls, tell)
            try:
                yield name, sessions
            finally:
                sessions.engine.dispose()


def _grown(url: str, calls: int, tell: Tell) -> Sessions:
    upgrade(url)
    engine = make_engine(url, patient=True)
    fill(engine, calls, tell)
    engine.dispose()
    return make_sessions(make_engine(url))

"""`status`: one screen of what is well now and what is not, for whoever is woken at night."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime

import click
import httpx
from redis import RedisError
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from ivr.cli.common import WRONG, json_option, load_settings, show
from ivr.clock import SystemClock
from ivr.desk.agents import at_the_desk
from ivr.desk.bot_brake import standing
from ivr.local.supervisor import reached_at
from ivr.metrics.process import workers
from ivr.payments.doubts import in_doubt
from ivr.recordings.copies import withheld
from ivr.settings import Settings
from ivr.store import outbox
from ivr.store.engine import BadDatabaseUrlError, make_engine, make_sessions
from ivr.store.migrate import pending
from ivr.store.models import Call, Handoff, Recording
from ivr.store.redis_client import connect
from ivr.store.states import HANDOFF_IN_LINE
from ivr.store.topics import QUEUES

SILENT = 2.0  # seconds after which a process does not answer
OVERDUE = 60.0  # seconds after which promised work is late
LONG_WAIT = 300.0  # seconds after which a caller has waited too long
FULL = 0.1  # share of the disk that must be free


@dataclass(frozen=True, slots=True)
class Part:
    """One line of the screen; `mend` says what to do, and is empty when all is well."""

    name: str
    words: str
    mend: str = ""


@click.command()
@json_option
def status(as_json: bool) -> None:
    """What is well now and what is not: processes, Redis, database, calls, desk, promised work, disk.

    Asks the processes of this machine. `warmline doctor` says whether the installation is right. Exit code 1 when
    anything is not well.
    """
    settings = load_settings()
    parts = [*_processes(settings), *_redis(settings), *_database(settings), _disk(settings)]
    ok = not any(part.mend for part in parts)
    if as_json:
        show({"ok": ok, "parts": [asdict(part) for part in parts]})
    else:
        width = max(len(part.name) for part in parts)
        for part in parts:
            click.echo(f"{'LOOK' if part.mend else 'ok  '} {part.name:<{width}}  {part.words}")
            if part.mend:
                click.echo(f"     {'':<{width}}  {part.mend}")
    if not ok:
        raise SystemExit(WRONG)


def _processes(settings: Settings) -> Iterator[Part]:
    host = reached_at(settings.host)
    for name, port in (("web", settings.port), ("media", settings.media_port)):
        yield _process(name, f"http://{host}:{port}/readyz")


def _process(name: str, address: str) -> Part:
    try:
        answer = httpx.get(address, timeout=SILENT)
        away = answer.json()["away"]
    except (httpx.HTTPError, ValueError, KeyError):
        return Part(name, f"no answer from {address}", f"Start `warmline serve {name}`, or read its log.")
    if away:
        return Part(name, f"answers, without {', '.join(away)}", "It takes no new call until that is there again.")
    return Part(name, "answers")


def _redis(settings: Settings) -> Iterator[Part]:
    try:
        with connect(settings.redis, SILENT) as connection:
            connection.ping()
            counts = workers(connection)
    except (RedisError, ValueError) as error:
        mend = "Calls go on; promised work waits. Start Redis, or set REDIS_URL to where it is."
        yield Part("redis", f"no answer ({type(error).__name__})", mend)
        return
    yield Part("redis", "answers")
    words = ", ".join(f"{queue} {many}" for queue, many in counts.items())
    lacking = [queue for queue in QUEUES if not counts[queue]]
    mend = f"Nobody works off {', '.join(lacking)}. Start `warmline worker`, or read its log." if lacking else ""
    yield Part("workers", words, mend)


def _database(settings: Settings) -> Iterator[Part]:
    try:
        engine = make_engine(settings.database)
        lacks = pending(engine)
        with make_sessions(engine)() as tx:
            kind = engine.dialect.name
            mend = "It lacks a migration: any process of this version makes it as it starts." if lacks else ""
            yield Part("database", f"answers ({kind})", mend)
            if not lacks:
                now = SystemClock().now()
                for look in LOOKS:
                    yield look(tx, now)
    except (SQLAlchemyError, BadDatabaseUrlError, OSError) as error:
        reason = str(error).splitlines()[0]
        yield Part(
            "database", f"no answer: {reason}", "Callers are led to the desk's phones. Start it; see DATABASE_URL."
        )


def _calls(tx: Session, _now: datetime) -> Part:
    live = tx.scalar(select(func.count()).where(Call.ended_at.is_(None))) or 0
    last = tx.scalar(select(func.max(Call.started_at)))
    return Part(
        "calls", f"{_count(live, 'call')} now; the last began {last:%Y-%m-%d %H:%M} UTC" if last else "no call yet"
    )


def _desk(tx: Session, now: datetime) -> Part:
    waiting, since = tx.execute(
        select(func.count(), func.min(Handoff.requested_at)).where(Handoff.state.in_(HANDOFF_IN_LINE))
    ).one()
    there = at_the_desk(tx)
    free = sum(agent.presence == "available" for agent in there)
    words = f"{_count(waiting, 'caller')} in line, {_count(len(there), 'agent')} there, {free} free"
    if since is None or (now - since).total_seconds() < LONG_WAIT:
        return Part("desk", words)
    minutes = int((now - since).total_seconds() // 60)
    return Part("desk", f"{words}; the longest waits {minutes} min", "Ask for more agents; the board shows who waits.")


def _brake(tx: Session, _now: datetime) -> Part:
    found = [brake.intent for brake in standing(tx)]
    words = f"held back: {', '.join(found)}" if found else "settles what it may"
    return Part("bot", words, "Too many of its calls went badly: those go to agents. See the figures." if found else "")


def _work(tx: Session, now: datetime) -> Part:
    (due, late), given_up = outbox.backlog(tx, now), outbox.given_up(tx)
    words = f"{_count(due, 'job')} due, {given_up} given up"
    if given_up:
        return Part(
            "work", words, "`warmline jobs --given-up` shows them; `warmline jobs retry --all` begins them anew."
        )
    if late > OVERDUE:
        return Part(
            "work", f"{words}; the oldest is {int(late)} s late", "`warmline jobs` shows them; are workers there?"
        )
    return Part("work", words)


def _money(tx: Session, _now: datetime) -> Part:
    many = in_doubt(tx)
    mend = "They may have been made or not: ask the ledger before anybody pays again." if many else ""
    return Part("payments", f"{many} in doubt", mend)


def _sound(tx: Session, _now: datetime) -> Part:
    hidden = withheld(tx)
    written = (
        tx.scalar(select(func.count()).select_from(Recording).where(Recording.state.in_(("announced", "kept")))) or 0
    )
    mend = "A secret was still heard in them: nobody hears them. See `warmline doctor`." if hidden else ""
    return Part("recordings", f"{written} being written down, {hidden} withheld", mend)


def _disk(settings: Settings) -> Part:
    try:
        total, _, free = shutil.disk_usage(settings.data_dir)
    except OSError as error:
        return Part("disk", f"{settings.data_dir} cannot be read: {error.strerror}", "See WARMLINE_DATA_DIR.")
    words = f"{free / 2**30:.1f} GiB of {total / 2**30:.1f} free at {settings.data_dir}"
    return Part("disk", words, "" if free > FULL * total else "Make room: with a full disk no call is written down.")


def _count(many: int, one: str) -> str:
    return f"{many} {one}{'' if many == 1 else 's'}"


LOOKS: tuple[Callable[[Session, datetime], Part], ...] = (_calls, _desk, _brake, _work, _money, _sound)

"""The line's processes in a simulated world: web, media and worker, each with parts of its own over one database."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from redis import RedisError
from sqlalchemy.exc import SQLAlchemyError
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder, run_wsgi_app

from app import create_webhooks, make_worker_context
from bench.simulation.callers import Caller
from bench.simulation.leg import Leg
from bench.simulation.parts import PUBLIC, TOKEN, PlayedParts
from bench.simulation.played_session import PlayedSession
from bench.simulation.queues import PlayedQueues
from bench.simulation.virtual_time import VirtualFuture
from ivr.channels.conversation import Conversation, Threads
from ivr.channels.moved_calls import MovedCalls
from ivr.handoff.reconciliation import reconcile
from ivr.logs import about_call
from workers.jobs import do_promised
from workers.relay import Relay

DUE = "SELECT 1 FROM outbox WHERE done_at IS NULL AND given_up_at IS NULL AND due_at <= ? LIMIT 1"
POLL, AWAY = 0.2, 0.5  # seconds between two looks of the relay
RECONCILE, SWEEP = 30.0, 60.0
QUEUES = ("handoff", "outside", "outside")  # what is heavy, sound, is not done here
SIGN = RequestValidator(TOKEN)


class NoDocumentError(Exception):
    """The line answered with something else."""


class WebHost:
    """Answers webhooks."""

    def __init__(self, parts: PlayedParts) -> None:
        self.process, self.parts = parts.process, parts
        self._app = create_webhooks(parts)

    def close(self) -> None:
        return

    def ask(self, url: str, form: dict[str, str], spare: bool) -> VirtualFuture[str]:
        return self.process.start(lambda: self._ask(url, form), spare=spare)

    def _ask(self, url: str, form: dict[str, str]) -> str:
        parts = urlsplit(url)
        signed = Headers({"X-Twilio-Signature": SIGN.compute_signature(url, form)})
        environ = EnvironBuilder(
            parts.path, PUBLIC, query_string=parts.query, method="POST", data=form, headers=signed
        ).get_environ()
        body, status, _ = run_wsgi_app(self._app, environ, buffered=True)
        if not status.startswith("2"):
            raise NoDocumentError(f"{parts.path}: {status}")
        return b"".join(body).decode()


class MediaHost:
    """Talks with callers on their sockets."""

    def __init__(self, parts: PlayedParts, said: set[tuple[str, str]]) -> None:
        self.process, self._service, self._said = parts.process, parts.dialogue, said
        self._pool = parts.pool(8, "sql")
        self._tasks: set[asyncio.Task[None]] = set()
        self._moved = MovedCalls(self._not_talking)
        self._keep(self._moved.run())
        self.process.on_death.append(self._die)

    def close(self) -> None:
        self._die()

    def open(self, leg: Leg, caller: Caller, token: str, closed: VirtualFuture[str]) -> None:
        task = self._keep(self._talk(leg, caller, token, closed))
        closed.add_done_callback(lambda _: task.cancel())
        self.process.on_death.append(lambda: closed.give("lost"))

    def _keep(self, work: object) -> "asyncio.Task[None]":
        task: asyncio.Task[None] = self.process.time.create_task(work)  # type: ignore[arg-type]
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _not_talking(self, sids: object) -> list[str]:
        work = self._service.not_talking
        return await asyncio.get_running_loop().run_in_executor(self._pool, work, sids)  # type: ignore[arg-type]

    async def _talk(self, leg: Leg, caller: Caller, token: str, closed: VirtualFuture[str]) -> None:
        """As `ivr.channels.media_app` does, without the socket."""
        try:
            about_call(leg.sid)
            await asyncio.sleep(0.15)
            loop = asyncio.get_running_loop()
            connected = await loop.run_in_executor(self._pool, self._service.connect, leg.sid, token)
            session = PlayedSession(leg, caller, self._said)
            async with asyncio.TaskGroup() as tasks:
                threads = Threads(self._pool, self._pool)
                conversation = Conversation(self._service, leg.sid, connected, session, threads, tasks)
                with self._moved.watched(leg.sid, conversation):
                    await session.run(conversation.handle, await conversation.opening())
                conversation.close()
            closed.give("closed")
        except asyncio.CancelledError:
            closed.give("lost")
            raise
        except BaseException as error:
            leg.note(f"their stream ends: {type(error).__name__}")
            closed.give("refused")

    def _die(self) -> None:
        for task in list(self._tasks):
            task.cancel()


class WorkerHost:
    """The relay, the jobs and what is done now and then."""

    def __init__(self, parts: PlayedParts, queues: PlayedQueues, told: Callable[[str], object]) -> None:
        self.process, self._queues, self._told = parts.process, queues, told
        self._context = make_worker_context(parts)
        self._file = sqlite3.connect(parts.engine.url.database or "", isolation_level=None)
        self._relay = Relay(parts.sessions, parts.clock, queues)
        self.process.on_death.append(self.close)
        self.process.start(self._relays, 0.1)
        for queue in QUEUES:
            self.process.start(lambda queue=queue: self._works(queue), 0.1)  # type: ignore[misc]
        self.process.start(lambda: self._now_and_then(RECONCILE, self._reconcile), 1.0)
        self.process.start(lambda: self._now_and_then(SWEEP, self._sweep), SWEEP)

    def close(self) -> None:
        self._file.close()

    def _relays(self) -> None:
        """As `workers.run` does; where nothing is due, a look at the file itself costs a hundredth of a tick."""
        while True:
            try:
                wait = 0.0 if self._is_due() and self._relay.tick() else POLL
            except (RedisError, SQLAlchemyError):
                wait = AWAY
            self.process.time.rest(wait)

    def _is_due(self) -> bool:
        now = f"{self._context.clock.now():%Y-%m-%d %H:%M:%S.%f}"
        return self._file.execute(DUE, (now,)).fetchone() is not None

    def _works(self, queue: str) -> None:
        while True:
            row = self._queues.take(queue)
            try:
                do_promised(self._context, row, self._renewed)
            except SQLAlchemyError:
                self._told(f"job {row} could not be done")

    @contextmanager
    def _renewed(self, renew: Callable[[], None], every: float) -> Iterator[None]:
        going = [True]

        def keep() -> None:
            while going:
                self.process.time.rest(every)
                if going:
                    renew()

        self.process.start(keep)
        try:
            yield
        finally:
            going.clear()

    def _now_and_then(self, every: float, work: Callable[[], None]) -> None:
        while True:
            try:
                work()
            except SQLAlchemyError:
                self._told("nothing was kept in order")
            self.process.time.rest(every)

    def _reconcile(self) -> None:
        reconcile(self._context.handoffs, self._context.carrier)

    def _sweep(self) -> None:
        if self._context.sweeper is not None:
            self._context.sweeper.sweep()

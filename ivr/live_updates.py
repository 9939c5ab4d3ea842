"""Live news for open pages: Redis pub/sub says that something changed; SQL says what."""

import json
import logging
import threading
import time
from collections.abc import Callable
from queue import Empty, Full, Queue
from typing import Protocol

from redis import Redis, RedisError

log = logging.getLogger(__name__)
PREFIX = "warmline:live:"  # before a topic: "desk", "agent:<id>" or "call:<sid>"
CAPACITY = 1000  # news that wait to be sent
PAUSE = 1.0  # seconds after a failure in which Redis is not asked


class Publisher(Protocol):
    """Whoever tells open pages that something has changed."""

    def publish(self, topic: str, kind: str, ref: str = "") -> None: ...


class LiveUpdates:
    """Publishes news, for whoever has a page open. Lost news is harmless: pages read SQL again on each heartbeat.

    A thread of its own speaks with Redis: whoever publishes is on a caller's way and waits for nothing. While Redis is
    away or silent, and when more than `capacity` news wait, they are dropped; after a failure it is left alone for
    `pause` seconds.
    """

    def __init__(
        self, redis: Redis, capacity: int = CAPACITY, pause: float = PAUSE, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._redis, self._pause, self._now = redis, pause, now
        self._waiting: Queue[tuple[str, str]] = Queue(capacity)
        self._shut_until = 0.0
        self._starting = threading.Lock()
        self._sender: threading.Thread | None = None

    def publish(self, topic: str, kind: str, ref: str = "") -> None:
        """`kind` says what has changed, `ref` names it. Never blocks and never fails."""
        if self._now() < self._shut_until:
            return
        try:
            self._waiting.put_nowait((PREFIX + topic, json.dumps({"kind": kind, "ref": ref})))
        except Full:
            self._shut_until = self._now() + self._pause
            log.warning("live news are dropped for a moment: %d wait already", self._waiting.maxsize)
        self._begin()

    def settle(self, seconds: float = PAUSE) -> bool:
        """Wait until all that was published is sent or dropped; whether it is. For processes about to end."""
        done = self._waiting.all_tasks_done
        with done:
            return done.wait_for(lambda: self._waiting.unfinished_tasks == 0, seconds)

    def _begin(self) -> None:
        if self._sender is not None and self._sender.is_alive():
            return
        with self._starting:  # a forked process has none of its parent's threads: it begins its own
            if self._sender is None or not self._sender.is_alive():
                self._sender = threading.Thread(target=self._send_all, daemon=True, name="live-news")
                self._sender.start()

    def _send_all(self) -> None:
        while True:
            channel, body = self._waiting.get()
            try:
                self._redis.publish(channel, body)
            except RedisError as error:
                self._shut_until = self._now() + self._pause
                log.warning("live news not sent: Redis is away (%s)", type(error).__name__)
                self._drop()
            finally:
                self._waiting.task_done()

    def _drop(self) -> None:
        while True:
            try:
                self._waiting.get_nowait()
            except Empty:
                return
            self._waiting.task_done()

"""Live news for open pages: Redis pub/sub says that something changed; SQL says what."""

import json
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass

from redis import Redis, RedisError

log = logging.getLogger(__name__)
PREFIX = "warmline:live:"


@dataclass(frozen=True, slots=True)
class News:
    """`topic` is "desk", "agent:<id>" or "call:<sid>"; `kind` says what changed; `ref` names it."""

    topic: str
    kind: str
    ref: str


class Live:
    """Publishes and follows news. Lost news is harmless: pages read SQL again on each heartbeat."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def publish(self, topic: str, kind: str, ref: str = "") -> None:
        try:
            self._redis.publish(PREFIX + topic, json.dumps({"kind": kind, "ref": ref}))
        except RedisError:
            log.warning("live news not sent: Redis is away (topic kind %s)", kind)

    def follow(self, *topics: str, heartbeat: float = 10.0) -> Iterator[News | None]:
        """News of `topics` as it comes; None every `heartbeat` seconds, and when Redis comes and goes."""
        while True:
            try:
                with self._redis.pubsub(ignore_subscribe_messages=True) as channel:  # type: ignore[no-untyped-call]
                    channel.subscribe(*(PREFIX + topic for topic in topics))
                    yield None  # what changed before we listened is in SQL
                    while True:
                        message = channel.get_message(timeout=heartbeat)
                        yield None if message is None else _news(message)
            except RedisError:
                yield None
                time.sleep(1.0)


def _news(message: dict[str, bytes]) -> News:
    body = json.loads(message["data"])
    return News(message["channel"].decode().removeprefix(PREFIX), body["kind"], body["ref"])

"""Clients of Redis that give up soon: a server that accepts and is silent must be as harmless as one that refuses."""

from typing import Any

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

TIMEOUT = 1.0  # seconds


def connect(url: str, timeout: float = TIMEOUT) -> Redis:
    """A command fails with RedisError within about `timeout` seconds, and is not tried again."""
    return Redis.from_url(url, **hasty(timeout))


def hasty(timeout: float) -> dict[str, Any]:
    """The options of such a client, for those who make their own."""
    return {"socket_timeout": timeout, "socket_connect_timeout": timeout, "retry": Retry(NoBackoff(), 0)}

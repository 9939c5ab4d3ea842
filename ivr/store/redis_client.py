"""Clients of Redis that give up soon: a server that accepts and is silent must be as harmless as one that refuses."""

from typing import Any

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

PATIENCE = 1.0  # seconds


def connect(url: str, patience: float = PATIENCE) -> Redis:
    """A command fails with RedisError within about `patience` seconds, and is not tried again."""
    return Redis.from_url(url, **hasty(patience))


def hasty(patience: float) -> dict[str, Any]:
    """The options of such a client, for those who make their own."""
    return {"socket_timeout": patience, "socket_connect_timeout": patience, "retry": Retry(NoBackoff(), 0)}

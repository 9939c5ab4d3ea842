"""A Redis that is published to, or away."""

from dataclasses import dataclass, field

from redis import RedisError


@dataclass
class FakeRedis:
    """Remembers what was published; fails while it is away."""

    away: bool = False
    asked: int = 0
    published: list[str] = field(default_factory=list)

    def publish(self, channel: str, _body: str) -> None:
        self.asked += 1
        if self.away:
            raise RedisError
        self.published.append(channel.rpartition(":")[2])

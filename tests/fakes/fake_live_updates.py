"""Live news that goes nowhere: it is remembered."""

from dataclasses import dataclass, field


@dataclass
class FakeLiveUpdates:
    """Remembers what was published: topic, kind and what it is about."""

    news: list[tuple[str, str, str]] = field(default_factory=list)

    def publish(self, topic: str, kind: str, ref: str = "") -> None:
        self.news.append((topic, kind, ref))

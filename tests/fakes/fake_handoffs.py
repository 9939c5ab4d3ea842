"""The hand-offs as the line tells them what became of a caller."""

from dataclasses import dataclass, field


@dataclass
class FakeHandoffs:
    """Remembers what the line told the hand-offs."""

    told: list[tuple[str, ...]] = field(default_factory=list)
    go_on: str | None = None

    def caller_gone(self, call_sid: str) -> None:
        self.told.append(("gone", call_sid))

    def message_left(self, call_sid: str, recording_sid: str | None) -> str | None:
        if recording_sid is not None:
            self.told.append(("message", call_sid, recording_sid))
        return self.go_on

    def resumed(self, call_sid: str, to: str) -> None:
        pass

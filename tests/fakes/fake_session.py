"""A session that only notes what it is told."""

from collections.abc import Sequence

from speech.events import Command


class FakeSession:
    """A session that only notes what it is told."""

    def __init__(self) -> None:
        self.told: list[Command] = []

    def tell(self, commands: Sequence[Command]) -> None:
        self.told.extend(commands)

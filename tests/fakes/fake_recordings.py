"""Kept recordings, in the clear and in memory."""

from dataclasses import dataclass

from ivr.recordings.storage import Kept


@dataclass(frozen=True)
class FakeSound:
    """Sound in the clear."""

    data: bytes

    @property
    def length(self) -> int:
        return len(self.data)

    def read(self, start: int, stop: int) -> bytes:
        return self.data[start:stop]


class FakeRecordings:
    """Sound in the clear, by the recording's path."""

    def __init__(self) -> None:
        self.sounds: dict[str | None, bytes] = {}

    def open(self, recording: Kept) -> FakeSound:
        return FakeSound(self.sounds[recording.path])

    def read(self, recording: Kept) -> bytes:
        return self.sounds[recording.path]

"""Kept recordings, in the clear and in memory."""

from ivr.store.models import Recording


class FakeRecordings:
    """Sound in the clear, by the recording's path."""

    def __init__(self) -> None:
        self.sounds: dict[str | None, bytes] = {}

    def read(self, recording: Recording) -> bytes:
        return self.sounds[recording.path]

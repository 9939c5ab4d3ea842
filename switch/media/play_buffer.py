"""The sound an application has sent and the person has not heard yet, with the marks in it."""

from collections import deque

from switch.media.audio import FRAME, SILENCE


class PlayBuffer:
    """First in, first out, in real time. `frame` and `clear` return the names of marks that are due."""

    def __init__(self) -> None:
        self._audio = bytearray()
        self._sent = 0
        self._played = 0
        self._marks: deque[tuple[int, str]] = deque()

    def add(self, audio: bytes) -> None:
        self._audio += audio
        self._sent += len(audio)

    def mark(self, name: str) -> list[str]:
        """Remember a mark; due at once when nothing is waiting to be played."""
        self._marks.append((self._sent, name))
        return self._due()

    def clear(self) -> list[str]:
        """Forget the sound; pending marks are due at once."""
        self._audio.clear()
        self._played = self._sent
        return self._due()

    def frame(self) -> tuple[bytes, list[str]]:
        if not self._audio:
            return SILENCE, []
        piece = bytes(self._audio[:FRAME])
        del self._audio[:FRAME]
        self._played += len(piece)
        return piece.ljust(FRAME, b"\xff"), self._due()

    def _due(self) -> list[str]:
        names = []
        while self._marks and self._marks[0][0] <= self._played:
            names.append(self._marks.popleft()[1])
        return names

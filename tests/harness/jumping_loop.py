"""An event loop that waits for nothing: its clock jumps to the next timer."""

import asyncio
import selectors
from typing import Any


class Jumping(asyncio.SelectorEventLoop):
    """A loop whose time jumps to the next timer instead of waiting for it."""

    def __init__(self) -> None:
        super().__init__(_Hasty(self))
        self.now = 0.0

    def time(self) -> float:
        return self.now


class _Hasty(selectors.DefaultSelector):
    def __init__(self, loop: Jumping) -> None:
        super().__init__()
        self.loop = loop

    def select(self, timeout: float | None = None) -> Any:
        self.loop.now += max(timeout or 0.0, 0.0)
        return super().select(0)

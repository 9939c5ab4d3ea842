"""The end of a media process that costs no call: no new callers, and those who talk go on elsewhere at a pause."""

import asyncio
import contextlib
import logging
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType

log = logging.getLogger(__name__)

Leave = Callable[[], None]


class Drain:
    """Used from one event loop. Once `begun`, every caller is asked to `leave`; `seconds` is how long that may take."""

    def __init__(self, seconds: float) -> None:
        self.begun = False
        self._seconds = seconds
        self._talking: set[Leave] = set()
        self._empty = asyncio.Event()
        self._ending: asyncio.Task[None] | None = None

    @contextlib.contextmanager
    def talking(self, leave: Leave) -> Iterator[None]:
        """A caller is being talked with; `leave` is called at most once, from the loop."""
        self._talking.add(leave)
        if self.begun:  # let in a moment before
            self._empty.clear()
            leave()
        try:
            yield
        finally:
            self._talking.discard(leave)
            if not self._talking:
                self._empty.set()

    def begin(self, end: Callable[[], None]) -> None:
        """Let nobody in any more; `end` the process once nobody is left, or the time is up."""
        if self.begun:
            return
        self.begun = True
        log.info("draining: %d callers go on elsewhere", len(self._talking))
        (self._empty.clear if self._talking else self._empty.set)()
        for leave in list(self._talking):
            leave()
        self._ending = asyncio.create_task(self._end(end))

    async def _end(self, end: Callable[[], None]) -> None:
        try:
            async with asyncio.timeout(self._seconds):
                await self._empty.wait()
        except TimeoutError:
            log.warning(
                "drained no further after %s seconds: %d callers are cut over", self._seconds, len(self._talking)
            )
        end()

    @contextlib.contextmanager
    def on_signals(self) -> Iterator[None]:
        """SIGTERM and SIGINT begin it, ahead of the server's own handler; a second one ends at once."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        loop = asyncio.get_running_loop()
        earlier = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

        def on_signal(number: int, frame: FrameType | None) -> None:
            handler = earlier[signal.Signals(number)]
            end = (lambda: handler(number, frame)) if callable(handler) else (lambda: None)
            if self.begun:
                end()
            else:
                loop.call_soon_threadsafe(self.begin, end)

        for number in earlier:
            signal.signal(number, on_signal)
        try:
            yield
        finally:
            for number, handler in earlier.items():
                signal.signal(number, handler)

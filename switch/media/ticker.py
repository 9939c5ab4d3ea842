"""The clock of all sound: every 20 ms, without drift."""

import asyncio
import logging
from collections.abc import Callable

from switch.exchange import Exchange

log = logging.getLogger(__name__)

PERIOD = 0.02


class Ticker:
    """Drives all live legs. A late tick is made up for at once, so that sound never lags behind the clock."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    async def run(self) -> None:
        clock = asyncio.get_running_loop().time
        due = clock()
        while True:
            due += PERIOD
            await asyncio.sleep(max(due - clock(), 0))
            self.tick()

    def tick(self) -> None:
        """First everyone speaks, then conferences are mixed, then everyone hears."""
        legs = tuple(self._exchange.live.values())
        for leg in legs:
            self._guarded(leg.sid, leg.take_frame)
        for conference in tuple(self._exchange.conferences.values()):
            if conference.participants:
                conference.tick()
        for leg in legs:
            if leg.sid in self._exchange.live:
                self._guarded(leg.sid, leg.tick)

    def _guarded(self, sid: str, step: Callable[[], None]) -> None:
        """A phone that fails ends its own leg, not the sound of all others."""
        try:
            step()
        except Exception:
            log.exception("the sound of a leg failed")
            self._exchange.trace.problem(0, "internal: the sound of the leg failed", call=sid)
            self._exchange.legs[sid].finish("failed")

"""Listens along on a one-way stream of both tracks, for the live transcript of a call that an agent holds."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from speech.events import UserTurn
from speech.inference_queue import Priority
from speech.media_streams import Media, Start, Stop, parse
from speech.recognition import Recognition
from speech.stt import SpeechToText
from speech.vad import Vad

log = logging.getLogger(__name__)

DEAD = 10.0  # seconds without a frame after which a stream is given up: they come as long as the call lives


@dataclass(frozen=True, slots=True)
class TrackTurn:
    """What was said on a track, "inbound" or "outbound"."""

    track: str
    turn: UserTurn


class Monitor:
    """One forked stream, after its start message. `run` it once. Callers who talk to the bot are transcribed first."""

    def __init__(
        self,
        start: Start,
        stt: SpeechToText,
        vad: Callable[[], Vad],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.start = start
        self._turns: asyncio.Queue[TrackTurn | None] = asyncio.Queue()
        self._recognitions = {
            track: Recognition(stt, vad(), self._on(track), clock=clock, priority=Priority.MONITOR)
            for track in start.tracks or ("inbound", "outbound")
        }

    async def run(self, receive: AsyncIterator[str], handle: Callable[[TrackTurn], Awaitable[None]]) -> None:
        """Until the stream stops or is lost; the last words are transcribed and handled before this returns."""
        reader = asyncio.create_task(self._read(receive))
        try:
            while (turn := await self._turns.get()) is not None:
                await handle(turn)
        finally:
            reader.cancel()
            await asyncio.gather(reader, return_exceptions=True)

    async def _read(self, receive: AsyncIterator[str]) -> None:
        try:
            while True:
                async with asyncio.timeout(DEAD):
                    message = parse(await anext(receive))
                match message:
                    case Media(track=track, at=at, samples=samples) if track in self._recognitions:
                        self._recognitions[track].push(samples, at)
                    case Stop():
                        break
                    case _:
                        pass
        except StopAsyncIteration:
            pass
        except TimeoutError:
            log.warning("no sound has come for %s seconds: a monitored stream is given up", DEAD)
        except Exception as error:  # a socket may be lost in many ways, and none of them is a fault here
            log.warning("a monitored stream failed: %s", type(error).__name__)
        for recognition in self._recognitions.values():
            await recognition.finish()
        self._turns.put_nowait(None)

    def _on(self, track: str) -> Callable[[UserTurn | None], None]:
        def report(turn: UserTurn | None) -> None:
            if turn is not None:
                self._turns.put_nowait(TrackTurn(track, turn))

        return report

"""What a session sends: sound, marks and clears as messages, in order; the echo canceller is told of each."""

import asyncio
from collections.abc import Awaitable, Callable

from speech.echo import EchoCanceller
from speech.media_streams import clear_message, mark_message, media_message
from speech.tap import Tap

Send = Callable[[str], Awaitable[None]]


class Outgoing:
    """The way to the carrier. `sound`, `mark` and `clear` queue a message at once; `send_all` sends them."""

    def __init__(self, stream_sid: str, echo_canceller: EchoCanceller, tap: Tap) -> None:
        self._stream_sid, self._echo_canceller, self._tap = stream_sid, echo_canceller, tap
        self._messages: asyncio.Queue[str] = asyncio.Queue()

    async def send_all(self, send: Send) -> None:
        """Until it is cancelled, or `send` raises."""
        while True:
            await send(await self._messages.get())

    def sound(self, sound: bytes) -> None:
        """Mu-law, 8 kHz, of any length."""
        self._echo_canceller.sent(sound)
        self._tap.sent(sound)
        self._messages.put_nowait(media_message(self._stream_sid, sound))

    def mark(self, name: str) -> None:
        """The carrier sends it back when it has played what was sent before."""
        self._echo_canceller.marking(name)
        self._messages.put_nowait(mark_message(self._stream_sid, name))

    def clear(self) -> None:
        """The carrier drops what it did not play yet."""
        self._echo_canceller.cleared()
        self._tap.cleared()
        while not self._messages.empty():  # sound that did not leave us yet would be played after the clear
            self._messages.get_nowait()
        self._messages.put_nowait(clear_message(self._stream_sid))

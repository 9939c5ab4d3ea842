"""What the switch and those around it ask of each other: phones of a leg, a leg of its phone, and both of speech."""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from speech.audio import Samples

TextToSpeech = Callable[[str], bytes]
"""Speaks a text as 8 kHz mu-law; called in a thread."""

SpeechToText = Callable[[Samples], Awaitable[str]]
"""The words in int16 samples at 8 kHz; called on the event loop, while the call goes on."""


class Line(Protocol):
    """A leg as its phone sees it. Every method may be called at any time; late ones are ignored."""

    sid: str
    from_: str
    to: str

    def answer(self) -> None:
        """Pick up a ringing phone."""

    def decline(self, reason: str = "busy") -> None:
        """Refuse a ringing phone: `busy` or `no-answer`."""

    def press(self, digit: str) -> None:
        """Press one key: 0-9, `*` or `#` (out of band, not audible)."""

    def hang_up(self) -> None: ...


class Phone(Protocol):
    """A caller, an agent's browser, or a script. Called on the switch's event loop; must not block."""

    def ring(self, line: Line) -> None:
        """The phone rings (someone calls it), or, for a caller, the far side is being dialled."""

    def connected(self) -> None:
        """The call is answered: from now on `say` and `hear` are called every 20 ms."""

    def say(self) -> bytes:
        """The next 20 ms that the person says: 160 bytes mu-law, 8 kHz; silence is 0xFF."""

    def hear(self, frame: bytes) -> None:
        """The next 20 ms that the person hears: 160 bytes mu-law, 8 kHz."""

    def text(self, body: str) -> None:
        """A text message arrives during the call."""

    def ended(self, status: str) -> None:
        """The leg is over; `status` is the carrier's final one (completed, busy, no-answer, failed, canceled)."""


PhoneSource = Callable[[], Phone] | Phone
"""Who answers at an address: one phone, or a function that makes one for each call."""


class SwitchPort(Protocol):
    """What phones ask of a switch."""

    async def place(self, phone: Phone, from_: str, to: str | None = None) -> Any:
        """Call `to`, or the switch's own number, from `from_` with this phone."""

    def register(self, address: str, phone: PhoneSource) -> None:
        """Let a phone answer at a number or client address."""

    def unregister(self, address: str) -> None:
        """Nobody answers there any more."""

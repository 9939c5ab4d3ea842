"""One call on a browser's phone: microphone frames in, the line's frames and news out."""

from collections import deque
from collections.abc import Callable
from typing import Any

from switch.media.audio import FRAME, SILENCE, frames
from switch.phones.call_record import CallRecord, Heard
from switch.phones.recognition import Recognition
from switch.phones.script import KEYS
from switch.phones.segmenter import FRAME_SECONDS
from switch.ports import Line, SpeechToText

Send = Callable[[dict[str, Any] | bytes], None]
_MOST_WAITING = 10  # 200 ms: more than the network's usual jitter, less than a delay one notices


class RefusedError(ValueError):
    """The page asked for something that cannot be done now; the message is shown to its reader."""


class BusyPhone:
    """Declines: its holder is in another call."""

    def ring(self, line: Line) -> None:
        line.decline("busy")

    def connected(self) -> None: ...

    def say(self) -> bytes:
        return SILENCE

    def hear(self, frame: bytes) -> None: ...

    def text(self, body: str) -> None: ...

    def ended(self, status: str) -> None: ...


class Handset:
    """The phone of one call. `send` gives the page a dict as JSON, or 160 bytes of mu-law."""

    def __init__(self, send: Send, stt: SpeechToText | None, calling: bool) -> None:
        self._send, self._calling = send, calling
        self._line: Line | None = None
        self._spoken: deque[bytes] = deque()
        self._microphone: deque[bytes] = deque(maxlen=_MOST_WAITING)
        self._recognitions: dict[str, Recognition] = {}
        if stt is not None:
            self._recognitions = {
                side: Recognition(stt, CallRecord(), self._reporter(side)) for side in ("line", "you")
            }
        self._shown: dict[str, Any] = {}
        self._frames = 0  # said so far: the call's clock
        self.over = False

    # --- what the switch calls ---

    def ring(self, line: Line) -> None:
        self._line = line
        self._state("dialling" if self._calling else "ringing")

    def connected(self) -> None:
        self._microphone.clear()
        self._state("connected")

    def say(self) -> bytes:
        typed = bool(self._spoken)
        waiting = self._spoken or self._microphone
        frame = waiting.popleft() if waiting else SILENCE
        self._frames += 1
        self._overhear("you", SILENCE if typed else frame)  # typed words are shown already
        return frame

    def hear(self, frame: bytes) -> None:
        self._send(frame)
        self._overhear("line", frame)

    def text(self, body: str) -> None:
        self._push_transcript("text", body, self._now)

    def ended(self, status: str) -> None:
        self.over = True
        for recognition in self._recognitions.values():
            recognition.close()
        self._state("ended", status)

    # --- what the page asks ---

    def microphone(self, frame: bytes) -> None:
        """20 ms from the microphone; anything of another length is not sound and is left out."""
        if len(frame) == FRAME:
            self._microphone.append(frame)

    def show_typed(self, text: str) -> None:
        """Show on the page, at once, what its reader types to be said."""
        self._push_transcript("you", text, self._now)

    def speak(self, sound: bytes) -> None:
        """Say mu-law of any length, before what the microphone gives."""
        self._spoken.extend(frames(sound))

    def obey(self, order: dict[str, Any]) -> None:
        """`answer`, `decline`, `hang_up`, or `key` with one key."""
        line = self._line
        if line is None:
            return
        match order:
            case {"type": "answer"}:
                line.answer()
            case {"type": "decline"}:
                line.decline("busy")
            case {"type": "hang_up"}:
                line.hang_up()
            case {"type": "key", "key": str(key)} if key in KEYS:
                line.press(key)
            case _:
                raise RefusedError(f"{order.get('type')!r} is not something this phone can do")

    def move(self, send: Send) -> None:
        """Another page has this phone from now on; it is told how the call stands."""
        self._send = send
        self._microphone.clear()
        self._send(self._shown)

    def leave(self) -> None:
        """The page was closed, and does not come back."""
        if self._line is not None and not self.over:
            self._line.hang_up()

    @property
    def _now(self) -> float:
        return self._frames * FRAME_SECONDS

    def _push_transcript(self, speaker: str, text: str, at: float) -> None:
        """Show a line of the conversation, begun `at` seconds of the call, on the page."""
        self._send({"type": "transcript", "speaker": speaker, "text": text, "at": round(at, 2)})

    def _overhear(self, side: str, frame: bytes) -> None:
        if side in self._recognitions:
            self._recognitions[side].feed(frame)

    def _reporter(self, side: str) -> Callable[[Heard], None]:
        def report(heard: Heard) -> None:
            if heard.text:
                self._push_transcript(side, heard.text, heard.start)

        return report

    def _state(self, state: str, status: str = "") -> None:
        line = self._line
        message = {"type": "state", "state": state, "status": status}
        self._shown = message | ({"from": line.from_, "to": line.to} if line is not None else {})
        self._send(self._shown)

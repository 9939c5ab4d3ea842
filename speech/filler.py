"""A filler: no dead air, but a few words where an answer takes long, and none where it is ready."""

from speech.events import Interrupted, Speak, Spoken

ID = "filler"  # of its Speak; nothing of it is reported, since it is no part of the conversation
AFTER = 1.0  # seconds after the caller's last sound: longer than people leave each other without a sign


class Filler:
    """Says `text` once for each wait; an empty text is never said."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._said_for: float | None = None

    def due(self, since: float | None, now: float) -> Speak | None:
        """What to say now to a caller who has waited `since` then (None: nobody waits)."""
        if not self._text or since is None or since == self._said_for or now - since < AFTER:
            return None
        self._said_for = since
        return Speak(ID, self._text, interruptible=False)  # it is over before it could be cut off


def is_filler(event: Spoken | Interrupted) -> bool:
    return event.id == ID

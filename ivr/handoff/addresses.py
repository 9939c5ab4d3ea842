"""The public addresses and names of a hand-off's documents and its conference."""

from dataclasses import dataclass

from ivr.store.models import Handoff


@dataclass(frozen=True, slots=True)
class Parking:
    """What the caller's waiting document needs."""

    handoff_id: int
    conference: str
    wait_url: str
    status_url: str
    left_url: str


class Addresses:
    """All below the one public URL that the carrier signs, but `listen`, which is the media socket's."""

    def __init__(self, public_url: str, media_url: str) -> None:
        self._base = public_url.rstrip("/")
        self.listen = f"{media_url.rstrip('/')}/listen"

    @property
    def resume(self) -> str:
        return f"{self._base}/voice/resume"

    @property
    def music(self) -> str:
        return f"{self._base}/voice/audio/music.wav"

    def recording(self, call_sid: str) -> str:
        """Where what is recorded on another leg of a call is announced."""
        return f"{self._base}/voice/recording/{call_sid}"

    def of(self, handoff_id: int, name: str) -> str:
        return f"{self._base}/handoff/{handoff_id}/{name}"

    def leg(self, handoff_id: int, attempt_number: int, name: str) -> str:
        return f"{self._base}/handoff/{handoff_id}/{attempt_number}/{name}"

    def parking(self, handoff: Handoff, round_: int) -> Parking:
        return Parking(
            handoff.id,
            conference_name(handoff, round_),
            self.of(handoff.id, "wait"),
            self.of(handoff.id, "conference"),
            self.of(handoff.id, "caller-left"),
        )


def conference_name(handoff: Handoff, round_: int) -> str:
    """Never used twice, so that late callbacks of an earlier conference cannot be taken for this one's."""
    return f"xfer-{handoff.call_sid}-{handoff.id}-{round_}"

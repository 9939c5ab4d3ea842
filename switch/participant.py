"""One who takes part in a conference: how, and what they hear while they wait or are held."""

import asyncio
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass

from switch.document import flag, number
from switch.leg import Leg
from switch.media.audio import SILENCE
from switch.media.sources import Slot
from switch.sids import now


@dataclass
class ParticipantSettings:
    """How one participant takes part; `wait_url` None means the carrier's own music, empty means silence."""

    label: str = ""
    muted: bool = False
    hold: bool = False
    coach: str = ""
    starts: bool = True
    ends: bool = False
    beep: str = "true"
    wait_url: str | None = None
    wait_method: str = "POST"
    limit: int = 250

    @classmethod
    def of(cls, noun: ET.Element) -> "ParticipantSettings":
        return cls(
            label=noun.get("participantLabel", ""),
            muted=flag(noun.get("muted")),
            coach=noun.get("coach", ""),
            starts=flag(noun.get("startConferenceOnEnter"), default=True),
            ends=flag(noun.get("endConferenceOnExit")),
            beep=noun.get("beep", "true"),
            wait_url=noun.get("waitUrl"),
            wait_method=noun.get("waitMethod", "POST"),
            limit=int(number(noun.get("maxParticipants"), 250)),
        )


class Participant:
    """A leg in a conference. `wait` plays while it waits or is held; `left` is called once when it has left."""

    def __init__(self, leg: Leg, settings: ParticipantSettings, left: Callable[[], None]) -> None:
        self.leg = leg
        self.settings = settings
        self.joined = now()
        self.wait = Slot()
        self.announcement = Slot()
        self.heard = SILENCE
        self.left = left
        self.music: asyncio.Task[None] | None = None

    def stop_waiting(self) -> None:
        """No more music or waiting document."""
        if self.music is not None:
            self.music.cancel()
            self.music = None
        self.wait.source = None

    @property
    def talks(self) -> bool:
        return not (self.settings.muted or self.settings.hold)

    def frame(self) -> bytes:
        return self.heard

    def params(self) -> dict[str, str]:
        settings = self.settings
        return {
            "CallSid": self.leg.sid,
            "Muted": _word(settings.muted),
            "Hold": _word(settings.hold),
            "Coaching": _word(bool(settings.coach)),
            "EndConferenceOnExit": _word(settings.ends),
            "StartConferenceOnEnter": _word(settings.starts),
            "ParticipantLabel": settings.label,
        }


def _word(value: bool) -> str:
    return "true" if value else "false"

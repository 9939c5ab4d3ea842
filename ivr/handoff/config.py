"""What the settings say of hand-offs, and the times that no setting changes."""

from dataclasses import dataclass, field

from ivr.desk.opening_hours import OpeningHours
from ivr.desk.ringing import RingTimes

# seconds
RING_MARGIN = 15.0  # the carrier rings on for 5 s, and the whisper takes its time
JOIN_SECONDS = 15.0  # from an agent's yes until their leg is in the conference
REACH_SECONDS = 60.0  # from dialling a call-back's caller until they are there
AGAIN_SECONDS = 20.0  # from an agent's no until they are offered the same caller again, with nobody else there
GOODBYE_SECONDS = 20.0  # a leg that has not ended after its goodbye is ended


@dataclass(frozen=True, slots=True)
class HandoffConfig:
    """One line's hand-offs; times in seconds.

    `number` is the line's own, in E.164. The carrier finds our documents below `public_url`, our media sockets below
    `media_url`. A caller hears music for `handoff_seconds`, and from then on also their place in the queue and that a
    call-back may be had; after `queue_seconds` they are asked for a message. An agent has `wrap_up_seconds` after a
    call. Outside of `hours` no agent is looked for.
    """

    number: str
    public_url: str
    media_url: str = ""
    company: str = ""
    rings: RingTimes = field(default_factory=RingTimes)
    handoff_seconds: float = 60.0
    queue_seconds: float = 1800.0
    wrap_up_seconds: float = 30.0
    hours: OpeningHours = field(default_factory=OpeningHours)

"""What a hand-off wants done: plain data. The names in JSON of those for the carrier stand in `effect_json`."""

from dataclasses import dataclass, field

from ivr.handoff.events import Target, Timed


@dataclass(frozen=True, slots=True)
class FindAgent:
    """Ask the desk; it answers with Offered, never to one of `exclude`, or Nobody.

    `wanted` goes before all, if they are free to talk."""

    exclude: tuple[int, ...]
    wanted: int = 0


@dataclass(frozen=True, slots=True)
class Ring:
    attempt_number: int
    agent: int


@dataclass(frozen=True, slots=True)
class StartTimer:
    """Send Expired when the time for `what` is over."""

    attempt_number: int
    what: Timed


@dataclass(frozen=True, slots=True)
class StartDeadline:
    """Send Deadline when the wait is over; the first one is counted anew."""

    last: bool = False


@dataclass(frozen=True, slots=True)
class MoveAgent:
    """Take the agent's leg out of its whisper and into the conference."""

    attempt_number: int
    sid: str


@dataclass(frozen=True, slots=True)
class Unhold:
    """End the caller's music, unless they were put on hold anew."""


@dataclass(frozen=True, slots=True)
class EndLeg:
    sid: str


@dataclass(frozen=True, slots=True)
class MoveCaller:
    """Have the caller run another document; at `resume` the call's stage says which.

    `number`: which of the caller's moves it is; only the last one counts. 0 where nobody counted."""

    to: Target = "resume"
    number: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class DialCaller:
    """Call the caller back, into the conference where the agent waits."""

    dial: int


@dataclass(frozen=True, slots=True)
class EndCaller:
    """See to it that the caller's leg does not outlive its goodbye."""


@dataclass(frozen=True, slots=True)
class EndConference:
    conference: str


CarrierEffect = Ring | MoveAgent | Unhold | EndLeg | MoveCaller | DialCaller | EndCaller | EndConference
Effect = FindAgent | StartTimer | StartDeadline | CarrierEffect

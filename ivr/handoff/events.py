"""What may happen to a hand-off, as plain data; any order, repeated or late, is legal.

`attempt_number` counts the attempts to reach an agent, from 1; `sid` is the carrier's id of a leg.
"""

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["accepted", "declined", "no-answer", "busy", "failed", "machine-answered", "too-late", "caller-left"]

Timed = Literal["accept", "answer", "join", "reach", "again"]
Target = Literal["resume", "room", "queue", "offers", "parting"]


@dataclass(frozen=True, slots=True)
class Briefed:
    """The brief is written."""


@dataclass(frozen=True, slots=True)
class CallerJoined:
    conference: str


@dataclass(frozen=True, slots=True)
class CallerWaits:
    """The caller's queue document was fetched: they wait where their keys are heard."""


@dataclass(frozen=True, slots=True)
class CallerFetched:
    """The caller's leg has fetched the document that it was sent to: the move is done."""

    to: Target


@dataclass(frozen=True, slots=True)
class CallerOut:
    """The caller is out of the conference and still on the line."""


@dataclass(frozen=True, slots=True)
class CallerStays:
    """Asked whether all is said, as their agent's leg was over, the caller did not hang up."""


@dataclass(frozen=True, slots=True)
class CallerGone:
    """The caller's call is over."""


@dataclass(frozen=True, slots=True)
class Offered:
    """Answer to FindAgent. `idle_since` (ISO time) gives the agent their place back if nothing comes of it."""

    agent: int
    idle_since: str = ""


@dataclass(frozen=True, slots=True)
class Nobody:
    """Answer to FindAgent: none is free. `on_shift`: one who has not had this offer may yet become free."""

    on_shift: bool


@dataclass(frozen=True, slots=True)
class AgentFree:
    """Somebody became available."""


@dataclass(frozen=True, slots=True)
class AskAgain:
    """A round of asking is over: those who had the offer and did not take it may have it again."""


@dataclass(frozen=True, slots=True)
class LegKnown:
    attempt_number: int
    sid: str


@dataclass(frozen=True, slots=True)
class Answered:
    attempt_number: int
    sid: str


@dataclass(frozen=True, slots=True)
class Accepted:
    agent: int
    by: Literal["key", "click"] = "click"


@dataclass(frozen=True, slots=True)
class Declined:
    agent: int


@dataclass(frozen=True, slots=True)
class RingFailed:
    """The carrier did not say that it rings this leg; it may do so all the same."""

    attempt_number: int


@dataclass(frozen=True, slots=True)
class LegEnded:
    """The leg is over. `how` is the reason when it had not been accepted."""

    attempt_number: int
    how: Literal["no-answer", "busy", "failed"]


@dataclass(frozen=True, slots=True)
class PersonAnswered:
    """A key was pressed on this leg: no machine has it."""

    attempt_number: int


@dataclass(frozen=True, slots=True)
class MachineAnswered:
    attempt_number: int


@dataclass(frozen=True, slots=True)
class AgentFetched:
    """The leg has fetched its way into the conference."""

    attempt_number: int


@dataclass(frozen=True, slots=True)
class AgentJoined:
    attempt_number: int


@dataclass(frozen=True, slots=True)
class AgentLeft:
    """The agent's leg is over; `dropped`: their line failed. Else they hung up or lost their line, and nobody can
    tell."""

    attempt_number: int
    dropped: bool = False


@dataclass(frozen=True, slots=True)
class AgentEnds:
    """The agent ended the conversation on their page."""

    agent: int


@dataclass(frozen=True, slots=True)
class Expired:
    """The attempt has had its time: to be accepted, to be answered where it was accepted before it rang, to be joined,
    or to reach the caller of a call-back.

    `again`: the pause after a decline or a failure is over, and the agent may be offered the caller once more.
    """

    attempt_number: int
    what: Timed


@dataclass(frozen=True, slots=True)
class Deadline:
    """The caller has waited as long as anybody waits for a first answer; `last`: for an answer at all."""

    last: bool = False


@dataclass(frozen=True, slots=True)
class MessageChosen:
    """The caller would rather leave a message, or chose nothing."""


@dataclass(frozen=True, slots=True)
class MessageLeft:
    """The recording of a message is over; not `said`: there was nothing in it."""

    said: bool = True


@dataclass(frozen=True, slots=True)
class CallBackBooked:
    """The caller will be called back, and hangs up."""


@dataclass(frozen=True, slots=True)
class Switched:
    """The carrier has muted the agent or put the caller on hold, or taken it back; None: left as it was."""

    agent: int
    muted: bool | None = None
    held: bool | None = None


@dataclass(frozen=True, slots=True)
class TransferTo:
    """Agent `by`, whose caller is on hold, asks for a second: a colleague, or (`to` 0) the number `phone`."""

    by: int
    to: int
    phone: str = ""
    note: str = ""
    idle_since: str = ""


@dataclass(frozen=True, slots=True)
class Together:
    """The call's agent brings the caller back to the two of them."""

    agent: int


@dataclass(frozen=True, slots=True)
class Alone:
    """The call's agent goes back to the caller without the second."""

    agent: int


@dataclass(frozen=True, slots=True)
class TakenOver:
    """A supervisor who is in the conference on leg `sid` is the call's agent from now on."""

    agent: int
    sid: str


# --- of a call-back, whose caller is dialled once an agent is there ---


@dataclass(frozen=True, slots=True)
class DialKnown:
    dial: int
    sid: str


@dataclass(frozen=True, slots=True)
class CallerNotReached:
    """The caller was not reached, or is not reached any more; `how` as the carrier tells it."""

    dial: int
    how: Literal["no-answer", "busy", "failed", "hung-up"]


Event = (
    Briefed | CallerJoined | CallerWaits | CallerFetched | CallerOut | CallerStays | CallerGone | Offered | Nobody
    | AgentFree | AskAgain | LegKnown | Answered | Accepted | Declined | RingFailed | LegEnded | MachineAnswered
    | PersonAnswered | AgentFetched | AgentJoined | AgentLeft | AgentEnds | Expired | Deadline | MessageChosen
    | MessageLeft | CallBackBooked | Switched | TransferTo | Together | Alone | TakenOver | DialKnown | CallerNotReached
)  # fmt: skip

"""What may happen to a hand-off, and what a hand-off wants done: plain data. `k` numbers the offers from 1."""

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["accepted", "declined", "no-answer", "busy", "failed", "machine-answered", "too-late", "caller-left"]

Timed = Literal["accept", "join", "reach"]
Target = Literal["resume", "room", "queue", "offers", "parting"]


# --- events: any order, repeated or late, is legal ---


@dataclass(frozen=True, slots=True)
class Briefed:
    """The brief is written."""


@dataclass(frozen=True, slots=True)
class CallerJoined:
    conference: str


@dataclass(frozen=True, slots=True)
class CallerWaits:
    """The caller's queue document was fetched: he waits where his keys are heard."""


@dataclass(frozen=True, slots=True)
class CallerFetched:
    """The caller's leg has fetched the document that he was sent to: the move is done."""

    to: Target


@dataclass(frozen=True, slots=True)
class CallerOut:
    """The caller is out of the conference and still on the line."""


@dataclass(frozen=True, slots=True)
class CallerStays:
    """Asked whether all is said, as his agent's leg was over, he did not hang up."""


@dataclass(frozen=True, slots=True)
class CallerGone:
    """The caller's call is over."""


@dataclass(frozen=True, slots=True)
class Offered:
    """Answer to FindAgent. `idle_since` (ISO time) gives the agent his place back if nothing comes of it."""

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
    k: int
    sid: str


@dataclass(frozen=True, slots=True)
class Answered:
    k: int
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
    """The carrier did not say that it rings the k-th leg; it may do so all the same."""

    k: int


@dataclass(frozen=True, slots=True)
class LegEnded:
    """The k-th leg is over. `how` is the reason when it had not been accepted."""

    k: int
    how: Literal["no-answer", "busy", "failed"]


@dataclass(frozen=True, slots=True)
class PersonAnswered:
    """A key was pressed on the k-th leg: no machine has it."""

    k: int


@dataclass(frozen=True, slots=True)
class MachineAnswered:
    k: int


@dataclass(frozen=True, slots=True)
class AgentFetched:
    """The k-th leg has fetched its way into the conference."""

    k: int


@dataclass(frozen=True, slots=True)
class AgentJoined:
    k: int


@dataclass(frozen=True, slots=True)
class AgentLeft:
    """The agent's leg is over; `dropped`: his line failed. Else he hung up or lost his line, and nobody can tell."""

    k: int
    dropped: bool = False


@dataclass(frozen=True, slots=True)
class AgentEnds:
    """The agent ended the conversation on his page."""

    agent: int


@dataclass(frozen=True, slots=True)
class Expired:
    """The k-th offer has had its time: to be accepted, to be joined, or to reach the caller of a call-back."""

    k: int
    what: Timed


@dataclass(frozen=True, slots=True)
class Deadline:
    """The caller has waited as long as anybody waits for a first answer; `last`: for an answer at all."""

    last: bool = False


@dataclass(frozen=True, slots=True)
class MessageChosen:
    """He would rather leave a message, or chose nothing."""


@dataclass(frozen=True, slots=True)
class MessageLeft:
    pass


@dataclass(frozen=True, slots=True)
class CallBackBooked:
    """He will be called back, and hangs up."""


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
    """The call's agent brings the caller back to himself and the second."""

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
class Missed:
    """The caller was not reached, or is not reached any more; `how` as the carrier tells it."""

    dial: int
    how: Literal["no-answer", "busy", "failed", "hung-up"]


Event = (
    Briefed | CallerJoined | CallerWaits | CallerFetched | CallerOut | CallerStays | CallerGone | Offered | Nobody
    | AgentFree | AskAgain | LegKnown | Answered | Accepted | Declined | RingFailed | LegEnded | MachineAnswered
    | PersonAnswered | AgentFetched | AgentJoined | AgentLeft | AgentEnds | Expired | Deadline | MessageChosen
    | MessageLeft | CallBackBooked | Switched | TransferTo | Together | Alone | TakenOver | DialKnown | Missed
)  # fmt: skip

"""A hand-off's state as plain data: the caller's whereabouts and every attempt to reach an agent."""

from collections import Counter
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Literal, Self

from ivr.handoff.events import Outcome, Target
from ivr.store.states import HandoffEnd, HandoffState

Whereabouts = Literal["coming", "in", "moving", "queue", "gone", "away", "rung"]
Settled = Literal["message-taken", "callback-booked"]
# what a caller left for an agent, and goes back to when none can be had after all
Recalled = Literal["offers", "message"] | Settled
UNATTENDED: tuple[Outcome, ...] = ("no-answer", "machine-answered")  # nobody sits there: they come back with one key
# where a caller is worth an agent's ring: on the way they hear the bot's last words, which take less time than a ring
REACHABLE: tuple[Whereabouts, ...] = ("coming", "in", "moving", "queue", "away")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One offer to one agent and the phone leg that belongs to it. Agent 0 is a telephone number, `phone`."""

    agent: int
    idle_since: str = ""
    sid: str | None = None
    rung: bool = False
    answered: bool = False
    proved: bool = False  # a key was pressed on it: a person has it
    fetched: bool = False  # the leg has fetched its way into the conference
    joined: bool = False
    over: bool = False  # the leg is known to have ended
    outcome: Outcome | None = None
    left: bool = False  # accepted once, and no longer in it
    muted: bool = False  # the caller does not hear them
    consult: bool = False  # the call's agent brings them in; it is not their call
    phone: str = ""
    again: bool = False  # nothing came of it, and the agent may be offered the caller once more
    later: dict[str, Any] = field(default_factory=dict)  # what a newer version keeps here: handed on unread

    @property
    def stands(self) -> bool:
        return self.outcome is None

    @property
    def holds(self) -> bool:
        return self.outcome == "accepted" and not self.left

    @property
    def lasts(self) -> bool:
        return self.stands or self.holds

    @property
    def missed(self) -> bool:
        """The phone rang and nobody took it: the agent is away until they say that they are back."""
        return self.outcome in UNATTENDED and (self.sid is not None or self.answered)


@dataclass(frozen=True, slots=True)
class State:
    """All that a hand-off remembers; the fields' names are the keys of its JSON.

    caller: where the caller is. `coming`: not parked yet; `in`: in a conference; `moving`: between documents;
        `queue`: where keys are heard; `gone`: hung up. In a call-back also `away`: not dialled yet; `rung`: dialled.
    conference, left, round: the carrier's id of the conference, of the last one that the caller was taken out of,
        and how many there were.
    since: how many attempts were made before the present round of asking agents.
    queued, late: nobody took it at once; nobody took it within the longest wait.
    held: the caller hears music while the agent is elsewhere.
    parting: the agent's leg is over, and the caller is asked whether all is said.
    asked, message: the caller is offered a call-back or a message; they leave one. Agents are sought all the same.
    recalled: what the caller was called away from because of an agent, until they talk with one: the offers, a
        message, or what they had settled for already.
    moves, sent: how many documents the caller was sent to, and the last of them until the leg has fetched it.
    wanted: the agent who asked for this caller and takes them without being asked; 0: whoever is next.
    dial, dialled: how often a call-back's caller was dialled, and the id of that leg.
    """

    briefed: bool = False
    caller: Whereabouts = "coming"
    conference: str | None = None
    left: str | None = None
    round: int = 1
    attempts: tuple[Attempt, ...] = ()
    since: int = 0
    queued: bool = False
    parting: bool = False
    asked: bool = False
    message: bool = False
    recalled: Recalled | None = None
    moves: int = 0
    sent: Target | None = None
    late: bool = False
    bridged: bool = False
    held: bool = False
    away: bool = False
    dial: int = 0
    dialled: str | None = None
    missed: str | None = None
    wanted: int = 0
    end: HandoffEnd | None = None
    later: dict[str, Any] = field(default_factory=dict)  # as an attempt's

    @property
    def current(self) -> Attempt | None:
        """The offer that stands, or the one that was accepted and holds."""
        return self.attempt(self.current_number)

    @property
    def current_number(self) -> int:
        """Of the current attempt; 0 without one."""
        return self._number_of(consult=False)

    @property
    def second(self) -> Attempt | None:
        """The attempt to bring in a second agent, as long as it stands or they are there."""
        return self.attempt(self.second_number)

    @property
    def second_number(self) -> int:
        return self._number_of(consult=True)

    @property
    def seeking(self) -> bool:
        """Nobody has taken it and we still look."""
        return self.end is None and not self.parting and self.current is None

    @property
    def settled(self) -> Settled | None:
        """How it ends if no agent can be had after all: what the caller had chosen is done."""
        return None if self.recalled == "offers" or self.recalled == "message" else self.recalled

    @property
    def phase(self) -> HandoffState:
        if self.end is not None:
            return self.end
        if self.asked and self.current is None:
            return "unanswered"
        if self.bridged:
            return "bridged"
        if self.parting:
            return "parting"
        if self.current is not None:
            return "accepted" if self.current.holds else "offered"
        return "requested" if self.caller == "coming" or (self.away and not self.briefed) else "parked"

    @property
    def holds(self) -> bool:
        """An agent has accepted and is in it or on the way."""
        return self.current is not None and self.current.holds

    @property
    def passed(self) -> tuple[int, ...]:
        """The agents who have had it in this round, and may not be offered it again yet."""
        had = {attempt.agent: attempt.again for attempt in self.attempts[self.since :]}  # the last one counts
        return tuple(agent for agent, again in had.items() if not again)

    @property
    def worth_waiting(self) -> bool:
        """One who has passed it over, once, is asked again in a moment."""
        times = Counter(attempt.agent for attempt in self.attempts)
        return any(times[agent] == 1 for agent in self.passed)

    @property
    def tried(self) -> tuple[int, ...]:
        return tuple(dict.fromkeys(attempt.agent for attempt in self.attempts))

    def attempt(self, attempt_number: int) -> Attempt | None:
        return self.attempts[attempt_number - 1] if 1 <= attempt_number <= len(self.attempts) else None

    def with_attempt(self, attempt_number: int, **changes: Any) -> Self:
        attempts = list(self.attempts)
        attempts[attempt_number - 1] = replace(attempts[attempt_number - 1], **changes)
        return replace(self, attempts=tuple(attempts))

    def _number_of(self, *, consult: bool) -> int:
        lasting = (number for number, one in enumerate(self.attempts, 1) if one.consult == consult and one.lasts)
        return next(lasting, 0)

    def to_json(self) -> dict[str, Any]:
        return {**_plain(self), "attempts": [_plain(attempt) for attempt in self.attempts]}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Back from `to_json`; keys that a newer version beside us has written are kept."""
        attempts = tuple(Attempt(**_read(Attempt, attempt)) for attempt in data.get("attempts", ()))
        return cls(**{**_read(cls, data), "attempts": attempts})


def _plain(record: "State | Attempt") -> dict[str, Any]:
    data = asdict(record)
    return {**data.pop("later"), **data}


def _read(kind: type[Any], data: dict[str, Any]) -> dict[str, Any]:
    names = {one.name for one in fields(kind)} - {"later"}
    known = {name: value for name, value in data.items() if name in names}
    return {**known, "later": {name: value for name, value in data.items() if name not in names}}

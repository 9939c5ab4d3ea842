"""A carrier and its people in a few lines: what it is asked is done, lost, late or done again, in any order.

Documents are fetched as they are made, callbacks and promises wait until the order of a test delivers them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ivr.handoff import events as ev
from ivr.handoff.effects import (
    CarrierEffect,
    DialCaller,
    EndCaller,
    EndConference,
    EndLeg,
    FindAgent,
    MoveAgent,
    MoveCaller,
    Ring,
    StartDeadline,
    StartTimer,
    Unhold,
)
from ivr.handoff.machine import step
from ivr.handoff.relevance import still_wanted
from ivr.handoff.state import State

ON_THE_LINE = ("room", "queue", "offers", "parting", "message")


@dataclass
class Leg:
    """An agent's phone. `place`: ringing, whisper, room, gone; in which round's room."""

    attempt_number: int
    place: str = "ringing"
    round: int = 0


@dataclass
class Caller:
    """`place`: bot, nowhere, ringing, room, queue, offers, parting, message, goodbye, gone."""

    place: str = "bot"
    round: int = 0
    held: bool = False


@dataclass
class Orders:
    """One hand-off; `moved` are the moves that the carrier carried out while he talked with his agent."""

    free: Sequence[int]
    busy: bool
    away: bool
    state: State = field(default_factory=State)
    promises: list[CarrierEffect] = field(default_factory=list)
    done: list[CarrierEffect] = field(default_factory=list)
    callbacks: list[ev.Event] = field(default_factory=list)
    timers: list[tuple[int, ev.Event]] = field(default_factory=list)
    claimed: set[tuple[str, int]] = field(default_factory=set)
    legs: dict[str, Leg] = field(default_factory=dict)
    caller: Caller = field(default_factory=Caller)
    wait: int = 0
    back: int = 0
    moved: list[MoveCaller] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.away:
            self.state, self.caller = State(away=True, caller="away"), Caller("nowhere")
        else:
            self.timers.append((0, ev.Deadline()))

    # --- the machine ---

    def apply(self, event: ev.Event) -> State:
        self.state, effects = step(self.state, event)
        for effect in effects:
            match effect:
                case FindAgent(exclude):
                    able = self.able(exclude)
                    self.apply(ev.Offered(able[0]) if able else ev.Nobody(self.busy))
                case StartTimer(attempt_number, what):
                    self.timers.append((-1, ev.Expired(attempt_number, what)))
                case StartDeadline(last):
                    self.wait += not last
                    self.timers.append((self.wait, ev.Deadline(last)))
                case _:
                    self.promises.append(effect)
        return self.state

    def able(self, exclude: Sequence[int]) -> list[int]:
        """Who may be offered it now: whoever misses a call is away until they say that they are back."""
        missed = [attempt.agent for attempt in self.state.attempts[self.back :] if attempt.missed]
        return [agent for agent in self.free if agent not in (*exclude, *missed)]

    def agents_come(self, agents: Sequence[int]) -> None:
        self.free, self.back = agents, len(self.state.attempts)
        self.apply(ev.AgentFree())

    def deliver(self, number: int, keep: bool = False) -> None:
        if self.callbacks:
            at = number % len(self.callbacks)
            self.apply(self.callbacks[at] if keep else self.callbacks.pop(at))

    def ring_off(self, number: int) -> None:
        """A timer goes off; the deadline of an earlier wait does not count."""
        if self.timers:
            wait, event = self.timers.pop(number % len(self.timers))
            if wait in (-1, self.wait):
                self.apply(event)

    # --- promises ---

    def act(self, number: int, how: str) -> None:
        """`how`: done; lost (done, and nobody knows); refused (not done); died (claimed, and not done)."""
        if not self.promises:
            return
        effect = self.promises[number % len(self.promises)]
        if how == "refused":
            return
        answer = self._carry_out(effect, how)
        if how == "lost" or answer == "open":
            return
        if effect in self.promises:
            self.promises.remove(effect)
        self.done.append(effect)

    def act_again(self, number: int) -> None:
        """A promise whose process was killed before it could say that it is done comes again, however late."""
        if self.done:
            self._carry_out(self.done[number % len(self.done)], "done")

    def _carry_out(self, effect: CarrierEffect, how: str) -> str:
        if not still_wanted(self.state, effect):
            return "dropped"
        if isinstance(effect, Ring | DialCaller):
            return self._call(effect, how)
        if how == "died":
            return "open"
        match effect:
            case MoveCaller(to):
                if self.state.bridged:
                    self.moved.append(effect)
                if self.caller.place in ("gone", "goodbye"):
                    self.apply(ev.CallerGone())
                else:
                    self._out_of_room()
                    self.fetch(to)
            case MoveAgent(attempt_number, sid):
                if sid not in self.legs or self.legs[sid].place == "gone":
                    self.apply(ev.LegEnded(attempt_number, "failed"))
                else:
                    self.agent_fetches(sid)
            case EndLeg(sid):
                self.end_leg(sid)
            case EndConference(name):
                self._break_room(int(name.removeprefix("CF")))
            case EndCaller():
                self.hang_up()
            case Unhold():
                self.caller.held = False
        return "done"

    def _call(self, effect: Ring | DialCaller, how: str) -> str:
        key = ("ring", effect.attempt_number) if isinstance(effect, Ring) else ("dial", effect.dial)
        if key in self.claimed:  # looked at again when every callback of a call that was made has come
            in_doubt = ev.RingFailed(key[1]) if key[0] == "ring" else ev.CallerNotReached(key[1], "failed")
            if self.callbacks:
                return "open"
            self.apply(in_doubt)
            return "done"
        self.claimed.add(key)
        if how == "died":
            return "open"
        known: ev.Event
        if isinstance(effect, Ring):
            known = ev.LegKnown(effect.attempt_number, f"CA{effect.attempt_number}")
            self.legs[f"CA{effect.attempt_number}"] = Leg(effect.attempt_number)
        else:
            known = ev.DialKnown(effect.dial, f"CAd{effect.dial}")
            self.caller = Caller("ringing")
        self.callbacks.append(known)
        if how == "done":
            self.apply(known)
        return "done"

    # --- the caller's documents ---

    def fetch(self, to: str) -> None:
        match to:
            case "room":
                self.apply(ev.CallerFetched("room"))
                self._goodbye() if self.state.end else self._enter()
            case "resume":
                self.apply(ev.CallerFetched("resume"))
                self._resume()
            case "parting":
                self.apply(ev.CallerFetched("parting"))
                self._belongs()
            case "offers":
                self.apply(ev.CallerFetched("offers"))
                self._next()
            case _:
                self.apply(ev.CallerWaits())
                self._next()

    def _resume(self) -> None:
        if self.state.end:
            self._goodbye()
        elif self.state.message:
            self.caller.place = "message"
        else:
            self.apply(ev.CallerFetched("room"))
            self._enter()

    def _belongs(self) -> None:
        if self.state.end:
            self._goodbye()
        elif self.state.parting:
            self.caller.place = "parting"
        elif self.state.current is not None:
            self.fetch("room")
        else:
            self.fetch("queue")

    def _next(self) -> None:
        if self.state.end:
            self._goodbye()
        elif self.state.holds:
            self.fetch("room")
        elif self.state.message:
            self.caller.place = "message"
        else:
            self.caller.place = "offers" if self.state.asked else "queue"

    def _enter(self) -> None:
        self.caller = Caller("room", self.state.round)
        self.callbacks.append(ev.CallerJoined(f"CF{self.state.round}"))

    def _goodbye(self) -> None:
        self.caller.place = "goodbye"

    # --- what people do ---

    def speaks_with_bot(self) -> None:
        """The bot's last sentence is over."""
        if self.caller.place == "bot":
            self._resume()

    def picks_up(self) -> None:
        """The caller answers our call."""
        if self.caller.place == "ringing":
            dial = self.state.dial
            self.apply(ev.DialKnown(dial, f"CAd{dial}"))
            self.hang_up() if self.state.end or self.state.caller == "away" else self._enter()

    def goes_on(self) -> None:
        """What follows when nobody does anything: music is fetched anew, and silence chooses."""
        match self.caller.place:
            case "bot":
                self.speaks_with_bot()
            case "queue":
                self.apply(ev.CallerWaits())
                self.apply(ev.AskAgain())
                self._next()
            case "offers":
                self.apply(ev.MessageChosen())
                self._next()
            case "message":
                self._after_message(said=True)
            case "parting":
                self.apply(ev.CallerStays())
                self._belongs()
            case "goodbye":
                self.hang_up()
            case _:
                pass

    def says_nothing(self) -> None:
        """The caller leaves no message where they are asked for one."""
        if self.caller.place == "message":
            self._after_message(said=False)

    def _after_message(self, said: bool) -> None:
        self.apply(ev.MessageLeft(said))
        self.fetch("queue") if self.state.recalled and self.state.end is None else self._goodbye()

    def books(self) -> None:
        """The caller chooses to be called back."""
        if self.caller.place in ("offers", "queue"):
            self.apply(ev.CallBackBooked())
            self._goodbye() if self.state.end else self.fetch("queue")

    def hang_up(self) -> None:
        if self.caller.place not in ("gone", "nowhere"):
            self._out_of_room()
            self.caller.place = "gone"
            self.callbacks.append(ev.CallerNotReached(self.state.dial, "hung-up") if self.away else ev.CallerGone())

    def agent_fetches(self, sid: str) -> None:
        leg = self.legs[sid]
        self.apply(ev.Answered(leg.attempt_number, sid))
        self._agents_document(sid)

    def _agents_document(self, sid: str) -> None:
        leg = self.legs[sid]
        attempt = self.state.attempt(leg.attempt_number)
        if self.state.end or attempt is None or not attempt.lasts:
            self.end_leg(sid)
        elif attempt.holds:
            self.apply(ev.AgentFetched(leg.attempt_number))
            leg.place, leg.round = "room", self.state.round
            self.callbacks.append(ev.AgentJoined(leg.attempt_number))
        else:
            leg.place = "whisper"

    def agent_does(self, number: int, what: str) -> None:
        alive = [sid for sid, leg in self.legs.items() if leg.place != "gone"]
        if not alive:
            return
        sid = alive[number % len(alive)]
        leg = self.legs[sid]
        attempt = self.state.attempts[leg.attempt_number - 1]
        match what:
            case "answers" if leg.place == "ringing":
                self.agent_fetches(sid)
            case "presses 1" if leg.place == "whisper":
                self.apply(ev.PersonAnswered(leg.attempt_number))
                self.apply(ev.Accepted(attempt.agent, "key"))
                self._agents_document(sid)
            case "clicks":
                self.apply(ev.Accepted(attempt.agent, "click"))
            case "declines":
                self.apply(ev.Declined(attempt.agent))
            case "ends it":
                self.apply(ev.AgentEnds(attempt.agent))
            case "hangs up" | "drops":
                self.end_leg(sid, "failed" if what == "drops" else "no-answer")
            case "holds" if self.state.bridged and attempt.holds and not attempt.consult:
                self.caller.held = True
                self.apply(ev.Switched(attempt.agent, held=True))
            case "transfers" if self.state.held:
                self.apply(ev.TransferTo(attempt.agent, 9))
            case "brings together":
                self.apply(ev.Together(attempt.agent))
            case _:
                pass

    def end_leg(self, sid: str, how: str = "no-answer") -> None:
        if sid.startswith("CAd"):
            self.hang_up()
            return
        leg = self.legs.get(sid)
        if leg is None or leg.place == "gone":
            return
        if leg.place == "room":
            self.callbacks.append(ev.AgentLeft(leg.attempt_number, dropped=how == "failed"))
        leg.place = "gone"
        self.callbacks.append(ev.LegEnded(leg.attempt_number, "failed" if how == "failed" else "no-answer"))

    # --- conferences ---

    def _out_of_room(self) -> None:
        """He leaves, and the conference ends for everybody in it."""
        if self.caller.place == "room":
            self.caller.place = "between"
            self._break_room(self.caller.round)

    def _break_room(self, number: int) -> None:
        was_in = self.caller.place == "room" and self.caller.round == number
        if was_in:
            self.caller.place = "between"
            self.apply(ev.CallerOut())
            self._goodbye() if self.state.end else self._resume()
        for sid, leg in self.legs.items():
            if leg.place == "room" and leg.round == number:
                self._agents_document(sid)  # after a moment's pause

    @property
    def together(self) -> bool:
        """He and his agent are in one room."""
        attempt_number = self.state.current_number
        return self.caller.place == "room" and any(
            leg.attempt_number == attempt_number and leg.place == "room" and leg.round == self.caller.round
            for leg in self.legs.values()
        )

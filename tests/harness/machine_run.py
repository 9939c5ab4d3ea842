"""The hand-off's machine with the house around it: effects are noted, and agents found in turn."""

from collections.abc import Sequence

from ivr.handoff import events as ev
from ivr.handoff.effects import Effect, FindAgent
from ivr.handoff.machine import step
from ivr.handoff.state import State

CONFERENCE = "CF" + "1" * 32


class Run:
    """Plays events and remembers all effects, answering FindAgent as a desk with these agents would."""

    def __init__(self, free: Sequence[int] = (), busy: bool = False, away: bool = False, wanted: int = 0) -> None:
        self.state = State(away=True, caller="away") if away else State(wanted=wanted)
        self.effects = list[Effect]()
        self.free, self.busy = tuple(free), busy

    def play(self, *events: ev.Event) -> "Run":
        for event in events:
            self.state, effects = step(self.state, event)
            self.effects += effects
            for effect in effects:
                if isinstance(effect, FindAgent):
                    first = (effect.wanted,) if effect.wanted else ()
                    missed = [attempt.agent for attempt in self.state.attempts if attempt.missed]  # away since
                    able = [agent for agent in self.free if agent not in (*effect.exclude, *missed)]
                    able.sort(key=[attempt.agent for attempt in self.state.attempts].count)
                    able[:0] = [agent for agent in first if agent not in effect.exclude]
                    self.play(ev.Offered(able[0]) if able else ev.Nobody(self.busy))
        return self

    def of(self, kind: type) -> list[Effect]:
        return [effect for effect in self.effects if isinstance(effect, kind)]

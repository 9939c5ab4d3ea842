"""Agents: how they answer their telephones, and what they do with callers and on their page."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ivr.handoff.service import HandoffService

if TYPE_CHECKING:
    from bench.simulation.leg import Leg

AGAIN = 1.5  # seconds after which somebody clicks once more on a page that has failed
CLICKS = 4


@dataclass
class Colleague:
    """An agent at the desk. `on_page` does something with the hand-offs in a web process, and raises if that fails."""

    agent: int
    name: str
    phone: str
    dice: Random
    on_page: Callable[[Callable[[HandoffService], Any]], Any]
    rest: Callable[[float], None]
    ended: set[int] = field(default_factory=set)  # the hand-offs that they ended on their page

    def picks_up(self, leg: "Leg") -> str | None:
        luck = self.dice.random()
        handoff, _ = _offer(leg)
        if luck < 0.04:
            leg.rest(1.0)
            return "busy"
        if luck < 0.10:
            leg.rest(25.0)
            return "no-answer"
        if luck < 0.2:
            leg.exchange.time.start(lambda: self.clicks(lambda line: line.accept(handoff, self.agent)), 2.0)
        elif luck < 0.25:
            leg.exchange.time.start(lambda: self.clicks(lambda line: line.decline(handoff, self.agent)), 3.0)
        leg.rest(self.dice.uniform(2, 8))
        return None

    def keys(self, leg: "Leg", url: str) -> tuple[float, str] | None:
        luck, after = self.dice.random(), self.dice.uniform(1, 6)
        if luck < 0.85:
            return after, "1"
        return (after, "2") if luck < 0.93 else None

    def speaks(self, leg: "Leg", url: str) -> tuple[float, str] | None:
        return None

    def meets(self, leg: "Leg") -> None:
        """A caller: they talk until one of them has enough."""
        leg.exchange.time.start(lambda: self._talks(leg))

    def _talks(self, leg: "Leg") -> None:
        handoff, _ = _offer(leg)
        if self.dice.random() < 0.15:
            leg.rest(4.0)
            self.clicks(lambda line: line.hold(handoff, self.agent, True))
            leg.rest(self.dice.uniform(3, 12))
            self.clicks(lambda line: line.hold(handoff, self.agent, False))
        leg.rest(self.dice.uniform(8, 90))
        if leg.over:
            return
        luck = self.dice.random()
        if luck < 0.4:
            leg.hang_up()
        elif luck < 0.9:
            self.ended.add(handoff)
            self.clicks(lambda line: line.end(handoff, self.agent))
        else:
            leg.hang_up("failed")

    def clicks(self, what: Callable[[HandoffService], Any]) -> None:
        """On the page; again, where it fails."""
        for _ in range(CLICKS):
            try:
                self.on_page(what)
                return
            except BaseException:  # the page says so, and the button is still there
                self.rest(AGAIN)


def _offer(leg: "Leg") -> tuple[int, int]:
    """The hand-off and the attempt that a leg was rung for."""
    _, _, handoff, number, _ = urlsplit(leg.url).path.split("/")
    return int(handoff), int(number)

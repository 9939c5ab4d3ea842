"""What goes wrong in a simulated world, by seed: each kind draws from dice of its own, so that one may be left out."""

from dataclasses import dataclass, field
from random import Random

# How often, of those occasions on which it can happen.
RATES: dict[str, float] = {
    # the carrier's side of webhooks
    "document request lost": 0.004,
    "document answer lost": 0.004,
    "callback lost": 0.02,
    "callback twice": 0.02,
    "callback late": 0.05,
    # the line's requests of the carrier
    "carrier refuses": 0.01,
    "carrier silent, not done": 0.01,
    "carrier silent, done": 0.01,
    # media sockets
    "socket refused": 0.01,
    "socket lost": 0.01,
    # the ledger
    "ledger away": 0.01,
    "ledger silent, done": 0.02,
    "ledger slow": 0.03,
    # database and queues
    "database refuses": 0.0005,
    "database silent, committed": 0.0005,
    "job lost": 0.01,
    "job twice": 0.01,
    # processes, at any point between two commits or effects
    "process killed": 0.0004,
}
# How often in an hour.
SPELLS: dict[str, float] = {
    "redis away": 12.0,
    "redis wiped": 12.0,
    "clock step": 6.0,
}
KINDS = (*RATES, *SPELLS)
Fault = tuple[str, int]  # its kind, and which occasion of that kind


@dataclass
class Faults:
    """Draws faults. `without`: kinds and single faults that are left out, to find out which ones matter."""

    seed: str
    without: frozenset[str | Fault] = frozenset()
    fired: list[Fault] = field(default_factory=list)
    healed: bool = False  # from now on nothing goes wrong any more

    def __post_init__(self) -> None:
        self._dice = {kind: Random(f"{self.seed}:{kind}") for kind in KINDS}
        self._occasions = dict.fromkeys(KINDS, 0)

    def strikes(self, kind: str) -> bool:
        """Whether it happens this time."""
        self._occasions[kind] += 1
        happens = self._dice[kind].random() < RATES[kind]
        return happens and self._wanted((kind, self._occasions[kind]))

    def spells(self, kind: str, seconds: float) -> list[float]:
        """At which moments within so many seconds it happens."""
        moments, at = [], 0.0
        while (at := at + self._dice[kind].expovariate(SPELLS[kind] / 3600)) < seconds:
            moments.append(at)
        return [moment for number, moment in enumerate(moments) if self._wanted((kind, number))]

    def amount(self, kind: str, least: float, most: float) -> float:
        """How much of it, where it happens."""
        return self._dice[kind].uniform(least, most)

    def _wanted(self, fault: Fault) -> bool:
        if self.healed or fault[0] in self.without or fault in self.without:
            return False
        self.fired.append(fault)
        return True

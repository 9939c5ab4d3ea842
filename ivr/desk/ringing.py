"""How long a telephone rings before it is given up, whoever is rung."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RingTimes:
    """In seconds. `agent` is the setting WARMLINE_RING_SECONDS; the others are ours.

    `caller`: of a call-back. `supervisor`: who asked to listen, and has the phone at hand. `outgoing`: whom
    an agent calls from their browser. `standby`: an agent's phone
    while no store answers, when the next one rings at once.
    """

    agent: int = 20
    caller: int = 25
    supervisor: int = 20
    standby: int = 15
    outgoing: int = 30

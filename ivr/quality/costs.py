"""What a call costs. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Prices:
    """What a minute of a call costs without an agent and with one, in units of money; None where it is not set."""

    bot_minute: float | None = None
    agent_minute: float | None = None

    def of(self, seconds: float, agent_s: float) -> float | None:
        """A call of `seconds`, in `agent_s` of which an agent talked; None unless both minutes have a price."""
        if self.bot_minute is None or self.agent_minute is None:
            return None
        return ((seconds - agent_s) * self.bot_minute + agent_s * self.agent_minute) / 60


UNPRICED = Prices()

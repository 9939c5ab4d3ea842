"""The carrier's text messages."""

import re
from dataclasses import dataclass, field

from ivr.carrier.port import CarrierError


@dataclass
class FakeTexts:
    """The carrier's messages, unless it has a `fault`."""

    sent: list[tuple[str, str]] = field(default_factory=list)
    fault: CarrierError | None = None

    def send_text(self, to: str, body: str, dial: int | None = None) -> str:
        if self.fault is not None:
            raise self.fault
        self.sent.append((to, body))
        return "SM1"

    @property
    def code(self) -> str:
        found = re.search(r"\b\d{6}\b", self.sent[-1][1])
        assert found
        return found[0]

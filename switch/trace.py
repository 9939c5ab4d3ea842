"""A record of everything the switch did, for tests and for whoever watches."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class TraceRow:
    """One thing that happened: seconds since the trace began, its kind (`webhook`, `call`, ...), its facts."""

    time: float
    kind: str
    data: dict[str, Any]


Observer = Callable[[TraceRow], None]


@dataclass
class Trace:
    """Rows in the order in which things happened; observers see each as it is added."""

    rows: list[TraceRow] = field(default_factory=list)
    observers: list[Observer] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    def add(self, kind: str, **data: Any) -> None:
        row = TraceRow(time.monotonic() - self.began, kind, data)
        self.rows.append(row)
        for observer in self.observers:
            observer(row)

    def problem(self, code: int, text: str, **data: Any) -> None:
        """What the carrier's debugger would list, with its error code."""
        self.add("problem", code=code, text=text, **data)

    def of(self, kind: str) -> list[TraceRow]:
        return [row for row in self.rows if row.kind == kind]

"""What a span says."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Value = str | int | float | bool
CALL = "call"  # the span of a whole call, under which all others stand


@dataclass(frozen=True, slots=True)
class Span:
    """Something done for the call `call`; `began` and `ended` in seconds since 1970."""

    call: str
    name: str
    began: float
    ended: float
    values: Mapping[str, Value] = field(default_factory=dict)

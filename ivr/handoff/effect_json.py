"""The carrier's effects as JSON, as they wait in the outbox.

Rows outlive the code that wrote them: the names of effects and of their fields in JSON are written out here and never
change, whatever the classes and their attributes are called.
"""

from dataclasses import astuple, dataclass, fields
from typing import Any

from ivr.handoff.effects import (
    CarrierEffect,
    DialCaller,
    EndCaller,
    EndConference,
    EndLeg,
    MoveAgent,
    MoveCaller,
    Ring,
    Unhold,
)

DO = "do"  # the key of an effect's name


@dataclass(frozen=True, slots=True)
class Written:
    """How one kind of effect is written: `name`, and the JSON keys of its fields in their order."""

    kind: type[CarrierEffect]
    name: str
    keys: tuple[str, ...] = ()


WRITTEN = (
    Written(Ring, "Ring", ("k", "agent")),
    Written(MoveAgent, "MoveAgent", ("k", "sid")),
    Written(Unhold, "Unhold"),
    Written(EndLeg, "EndLeg", ("sid",)),
    Written(MoveCaller, "MoveCaller", ("to", "number")),
    Written(DialCaller, "DialCaller", ("dial",)),
    Written(EndCaller, "EndCaller"),
    Written(EndConference, "EndConference", ("conference",)),
)

_BY_KIND = {written.kind: written for written in WRITTEN}
_BY_NAME = {written.name: written for written in WRITTEN}


def effect_to_json(effect: CarrierEffect) -> dict[str, Any]:
    """`{"do": name, key: value, ...}`; only strings and whole numbers."""
    written = _BY_KIND[type(effect)]
    return {DO: written.name, **dict(zip(written.keys, astuple(effect), strict=True))}


def effect_from_json(data: dict[str, Any]) -> CarrierEffect:
    """Back from `effect_to_json`. A key that an older row lacks takes its field's default.

    Raises KeyError for an unknown name.
    """
    written = _BY_NAME[data[DO]]
    keys = zip(fields(written.kind), written.keys, strict=True)
    return written.kind(**{field.name: data[key] for field, key in keys if key in data})

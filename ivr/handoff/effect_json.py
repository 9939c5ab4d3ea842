"""The carrier's effects as JSON, as they wait in the outbox."""

from dataclasses import asdict
from typing import Any

from ivr.handoff.events import (
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

_BY_NAME: dict[str, type[CarrierEffect]] = {
    kind.__name__: kind for kind in (Ring, MoveAgent, Unhold, EndLeg, MoveCaller, DialCaller, EndCaller, EndConference)
}


def effect_to_json(effect: CarrierEffect) -> dict[str, Any]:
    return {"do": type(effect).__name__, **asdict(effect)}


def effect_from_json(data: dict[str, Any]) -> CarrierEffect:
    fields = dict(data)
    return _BY_NAME[fields.pop("do")](**fields)

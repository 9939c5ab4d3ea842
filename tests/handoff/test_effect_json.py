"""Promised effects come back from JSON as they were, under names that no change of the code takes from them."""

from dataclasses import fields
from typing import get_args

import pytest

from ivr.handoff.effect_json import WRITTEN, Written, effect_from_json, effect_to_json
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

pytestmark = pytest.mark.unit

EFFECTS: tuple[CarrierEffect, ...] = (
    Ring(2, 7),
    MoveAgent(2, "CA1"),
    Unhold(),
    EndLeg("CA1"),
    MoveCaller("queue", 3),
    DialCaller(1),
    EndCaller(),
    EndConference("CF1"),
)


def test_every_effect_has_one_name_of_its_own() -> None:
    assert {written.kind for written in WRITTEN} == set(get_args(CarrierEffect)) == {type(one) for one in EFFECTS}
    assert len({written.name for written in WRITTEN}) == len({written.kind for written in WRITTEN}) == len(WRITTEN)


@pytest.mark.parametrize("written", WRITTEN, ids=[written.name for written in WRITTEN])
def test_every_field_of_an_effect_has_a_key_of_its_own(written: Written) -> None:
    assert len(written.keys) == len(set(written.keys)) == len(fields(written.kind))
    assert "do" not in written.keys


@pytest.mark.parametrize("effect", EFFECTS, ids=str)
def test_an_effect_comes_back_as_it_was(effect: CarrierEffect) -> None:
    again = effect_from_json(effect_to_json(effect))
    assert again == effect and effect_to_json(again) == effect_to_json(effect)


def test_a_row_that_was_written_before_moves_were_counted_is_still_read() -> None:
    move = effect_from_json({"do": "MoveCaller", "to": "room"})
    assert isinstance(move, MoveCaller) and (move.to, move.number) == ("room", 0)

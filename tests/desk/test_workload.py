"""Each agent's own hours."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from ivr.desk.workload import Load, day_rows, read_load, spread, write_csv
from tests.harness.handoff_world import CALLER, World

pytestmark = pytest.mark.integration


def load(world: World, agent_id: int) -> Load:
    with world.sessions() as tx:
        now = world.clock.now()
        return read_load(tx, agent_id, now - timedelta(hours=8), now)


def test_talk_wrap_up_breaks_and_hours_are_counted_from_presence(world: World) -> None:
    ann = world.agent("ann")
    world.bridged()
    world.clock.forward(300)
    world.leaves("caller", CALLER)
    world.clock.forward(40)
    world.run_due()
    world.service.presence(ann, "break")
    world.clock.forward(600)
    world.service.presence(ann, "away")
    world.clock.forward(1000)
    mine = load(world, ann)
    assert (mine.talk, mine.wrap_up, mine.breaks, mine.calls, mine.offers) == (300.0, 40.0, 600.0, 1, 1)
    assert mine.present == 941.0  # and a second of readiness


def test_a_decline_is_counted_and_costs_nothing(world: World) -> None:
    ann = world.agent("ann")
    world.parked()
    world.service.decline(world.id, ann)
    world.clock.forward(1)
    assert (load(world, ann).declines, load(world, ann).missed) == (1, 0)
    assert world.presence(ann) == "available"


def test_the_rows_are_a_days_figures_ready_for_a_spreadsheet(world: World) -> None:
    ann = world.agent("ann")
    world.agent("never-there", "away")
    world.clock.forward(3600)
    world.service.presence(ann, "away")
    with world.sessions() as tx:
        now = world.clock.now()
        rows = day_rows(tx, now - timedelta(days=1), now, ZoneInfo("America/New_York"))
    assert [(row["day"], row["agent"], row["available_minutes"]) for row in rows] == [("2026-03-02", "ann", 60.0)]
    assert write_csv(rows).splitlines()[0].startswith("day,agent,present_minutes,")
    assert write_csv([]) == ""


def test_a_name_that_looks_like_a_formula_is_harmless_in_a_spreadsheet() -> None:
    assert "'=cmd" in write_csv([{"agent": "=cmd"}])


def test_the_spread_of_equals_is_the_gap_between_their_shares_of_work() -> None:
    busy, idle = Load(present=100, talk=60), Load(present=120, breaks=20, talk=30, wrap_up=10)
    assert abs(spread([busy, idle, Load()]) - 0.2) < 1e-9

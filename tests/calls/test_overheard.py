"""Who of ours the caller hears, by the times of a hand-off."""

from datetime import UTC, datetime, timedelta

import pytest

from ivr.calls.overheard import OurSide
from ivr.store.models import Handoff

pytestmark = pytest.mark.unit

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def side(at: float, **times: float) -> str:
    """Who is heard `at` seconds; each event of the hand-off at its own second."""
    noted = {name.replace("_", "-"): (START + timedelta(seconds=second)).isoformat() for name, second in times.items()}
    return OurSide.of([Handoff(times=noted)]).at(START + timedelta(seconds=at))


def test_an_agent_who_waits_for_the_caller_is_heard_as_soon_as_the_caller_joins() -> None:
    times = {"caller_joined": 10.0, "bridged": 10.0}
    assert [side(at, **times) for at in (9.0, 9.8, 10.1, 60.0)] == ["bot", "agent", "agent", "agent"]


def test_a_caller_who_waits_hears_the_queue_until_shortly_before_it_is_known_that_the_agent_joined() -> None:
    times = {"caller_joined": 10.0, "bridged": 40.0}
    assert [side(at, **times) for at in (9.0, 10.1, 39.6, 39.8, 60.0)] == ["bot", "queue", "queue", "agent", "agent"]


def test_a_join_that_is_noted_a_moment_after_the_callers_is_not_turned_round() -> None:
    assert side(60.0, caller_joined=10.0, bridged=10.1) == "agent"


def test_a_caller_who_is_taken_back_at_once_hears_the_agent() -> None:
    times = {"caller_joined": 5.0, "bridged": 8.0, "held_1.1": 20.0, "unheld_1.1": 20.1}
    assert [side(at, **times) for at in (19.0, 60.0)] == ["agent", "agent"]

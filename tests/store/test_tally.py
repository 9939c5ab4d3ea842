"""Counting all that ever was, without reading all of it each time."""

import random
from collections import Counter
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from ivr.store.engine import Sessions
from ivr.store.models import Call
from ivr.store.tally import SETTLED, Kinds, Tally
from tests.fakes.fake_clock import FakeClock

pytestmark = pytest.mark.integration


def over(clock: FakeClock) -> Tally:
    return Tally(clock, Call.outcome, Call.started_at, Call.ended_at.is_(None), Call.ended_at.is_not(None))


def count(tally: Tally, sessions: Sessions) -> Kinds:
    with sessions() as tx:
        return tally.count(tx)


def call(sessions: Sessions, sid: str, began: datetime, ended: datetime | None, outcome: str | None) -> None:
    with sessions.begin() as tx:
        tx.add(Call(sid=sid, caller="+1", called="+2", started_at=began, ended_at=ended, outcome=outcome))


def change(sessions: Sessions, sid: str, **values: object) -> None:
    with sessions.begin() as tx:
        tx.execute(update(Call).where(Call.sid == sid).values(**values))


def test_what_was_over_a_day_ago_is_counted_once(sessions: Sessions, clock: FakeClock) -> None:
    began = clock.now() - SETTLED - timedelta(minutes=1)
    call(sessions, "CA1", began, began, "resolved")
    tally = over(clock)
    assert count(tally, sessions) == {"resolved": 1}
    change(sessions, "CA1", outcome="failed")  # seen only by one who reads it again
    assert count(tally, sessions) == {"resolved": 1}


def test_an_outcome_may_still_change_within_the_day(sessions: Sessions, clock: FakeClock) -> None:
    call(sessions, "CA1", clock.now(), clock.now(), "abandoned")
    tally = over(clock)
    assert count(tally, sessions) == {"abandoned": 1}
    change(sessions, "CA1", outcome="message")
    assert count(tally, sessions) == {"message": 1}


def test_a_call_whose_end_was_told_days_late_is_counted(sessions: Sessions, clock: FakeClock) -> None:
    call(sessions, "CA1", clock.now(), None, None)
    tally = over(clock)
    for _ in range(3):
        clock.forward(SETTLED.total_seconds())
        assert count(tally, sessions) == {}
    change(sessions, "CA1", ended_at=clock.now(), outcome="resolved")
    assert count(tally, sessions) == {"resolved": 1}


@pytest.mark.parametrize("seed", range(5))
def test_one_that_counted_all_along_tells_what_one_that_begins_now_tells(
    sessions: Sessions, clock: FakeClock, seed: int
) -> None:
    chance = random.Random(seed)
    tally, live, ended = over(clock), list[str](), Counter[str]()
    for number in range(60):
        clock.forward(chance.uniform(0, SETTLED.total_seconds() / 4))
        call(sessions, f"CA{number}", clock.now(), None, None)
        live.append(f"CA{number}")
        if chance.random() < 0.8:
            outcome = chance.choice(["resolved", "handed-off", "failed"])
            change(sessions, live.pop(chance.randrange(len(live))), ended_at=clock.now(), outcome=outcome)
            ended[outcome] += 1
        assert count(tally, sessions) == ended == count(over(clock), sessions)

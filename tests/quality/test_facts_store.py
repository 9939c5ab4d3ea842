"""Facts are kept with what makes them, in the order of calls, and outlive the words."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from ivr.quality import facts_store
from ivr.quality.places import place_of
from ivr.quality.repeats import WITHIN
from ivr.recordings.retention import purge_older
from ivr.recordings.storage import RecordingFiles
from ivr.store.engine import Sessions
from ivr.store.models import Call, CallAgent, CallFacts, CallFlag, CallIntent, Turn
from tests.fakes.fake_clock import FakeClock
from tests.harness import both_databases
from tests.harness.web_pages import CALL, Web

pytestmark = pytest.mark.integration

store = both_databases.store

GRACE = "+15550100001"


def a_call(
    sessions: Sessions, sid: str, at: datetime, intent: str | None = "balance", caller: str = GRACE, ended: bool = True
) -> None:
    with sessions.begin() as tx:
        over = at + timedelta(seconds=60) if ended else None
        tx.add(Call(sid=sid, caller=caller, called="+1", started_at=at, ended_at=over, outcome="resolved"))
        tx.flush()
        tx.add(Turn(call_sid=sid, key="1", speaker="caller", text="words", start=1.0, end=2.0, intent=intent))


def keep(sessions: Sessions, *sids: str) -> None:
    for sid in sids:
        with sessions.begin() as tx:
            facts_store.keep(tx, sid)


def flags(sessions: Sessions, sid: str) -> set[str]:
    with sessions() as tx:
        return set(tx.scalars(select(CallFlag.flag).where(CallFlag.call_sid == sid)))


def facts(sessions: Sessions, sid: str) -> CallFacts:
    with sessions() as tx:
        return tx.get_one(CallFacts, sid)


def test_facts_are_kept_once_however_often_they_are_read(store: Sessions, clock: FakeClock) -> None:
    a_call(store, "CA1", clock.now())
    keep(store, "CA1", "CA1")
    with store() as tx:
        assert [(row.call_sid, row.intent, row.resolved_by) for row in tx.scalars(select(CallFacts))] == [
            ("CA1", "balance", "bot")
        ]
        assert [row.intent for row in tx.scalars(select(CallIntent))] == ["balance"]


def test_calls_that_began_at_once_have_places_of_their_own(store: Sessions, clock: FakeClock) -> None:
    for sid in ("CA1", "CA2", "CA3"):
        a_call(store, sid, clock.now())
    keep(store, "CA2", "CA1", "CA3")
    first = place_of(clock.now())
    assert [facts(store, sid).place - first for sid in ("CA1", "CA2", "CA3")] == [1, 0, 2]


def test_a_call_that_lasts_has_no_facts(store: Sessions, clock: FakeClock) -> None:
    a_call(store, "CA1", clock.now(), ended=False)
    keep(store, "CA1", "CA404")
    with store() as tx:
        assert tx.scalars(select(CallFacts)).all() == []


def test_who_calls_again_about_the_same_was_not_helped_the_first_time(store: Sessions, clock: FakeClock) -> None:
    first, again = clock.now(), clock.now() + timedelta(days=6)
    a_call(store, "CA1", first)
    a_call(store, "CA2", first + timedelta(days=1), intent="dispute")
    a_call(store, "CA3", again)
    a_call(store, "CA4", again, caller="+15550100002")
    keep(store, "CA1", "CA2", "CA3", "CA4")
    assert facts(store, "CA1").repeat_within_7d
    assert flags(store, "CA1") == {"called-again"}
    assert flags(store, "CA3") == {"repeat"}
    assert flags(store, "CA2") == flags(store, "CA4") == set()


def test_repeats_are_found_in_whatever_order_calls_are_looked_at(store: Sessions, clock: FakeClock) -> None:
    for number in range(3):
        a_call(store, f"CA{number}", clock.now() + number * WITHIN)
    keep(store, "CA2", "CA0", "CA1")
    assert [facts(store, f"CA{number}").repeat_within_7d for number in range(3)] == [True, True, False]
    assert flags(store, "CA1") == {"called-again", "repeat"}


def test_who_hides_their_number_calls_for_the_first_time(store: Sessions, clock: FakeClock) -> None:
    for number in range(2):
        a_call(store, f"CA{number}", clock.now() + timedelta(days=number), caller="anonymous")
    keep(store, "CA0", "CA1")
    assert not facts(store, "CA0").repeat_within_7d
    assert not facts(store, "CA0").traceable


def test_only_who_has_a_number_and_a_subject_would_be_known_again(store: Sessions, clock: FakeClock) -> None:
    a_call(store, "CA1", clock.now())
    a_call(store, "CA2", clock.now(), intent=None)
    keep(store, "CA1", "CA2")
    assert (facts(store, "CA1").traceable, facts(store, "CA2").traceable) == (True, False)


def test_a_call_that_turns_out_to_be_about_something_else_is_no_repeat(store: Sessions, clock: FakeClock) -> None:
    for number in range(2):
        a_call(store, f"CA{number}", clock.now() + timedelta(days=number))
    keep(store, "CA0", "CA1")
    with store.begin() as tx:
        for turn in tx.scalars(select(Turn).where(Turn.call_sid == "CA1")):
            turn.intent = "dispute"
    keep(store, "CA1")
    assert not facts(store, "CA0").repeat_within_7d
    assert flags(store, "CA0") == flags(store, "CA1") == set()


def test_facts_outlive_what_was_said(store: Sessions, clock: FakeClock, tmp_path: Path) -> None:
    for number in range(2):
        a_call(store, f"CA{number}", clock.now() + timedelta(days=number))
    keep(store, "CA0", "CA1")
    purge_older(
        store, clock.now() + timedelta(days=9), clock, RecordingFiles((tmp_path / "sound").as_uri()), lambda _: None
    )
    keep(store, "CA0", "CA1")
    assert facts(store, "CA0").repeat_within_7d
    assert facts(store, "CA0").resolved_by == "bot"


def test_what_scorecards_say_stays_when_facts_are_read_again(store: Sessions, clock: FakeClock) -> None:
    a_call(store, "CA1", clock.now())
    keep(store, "CA1")
    with store.begin() as tx:
        facts_store.set_scores(tx, "CA1", bot=92.5, agent=None)
    keep(store, "CA1")
    assert (facts(store, "CA1").score_bot, facts(store, "CA1").score_agent) == (92.5, None)
    with store.begin() as tx, pytest.raises(LookupError, match="CA2"):
        facts_store.set_scores(tx, "CA2", bot=1.0, agent=1.0)


def test_all_calls_get_their_facts_and_a_stopped_run_goes_on(store: Sessions, clock: FakeClock) -> None:
    for number in range(120):
        a_call(store, f"CA{number:03}", clock.now() + timedelta(seconds=number // 2), caller=f"+1555{number:07}")
    a_call(store, "CAx", clock.now(), ended=False)
    keep(store, "CA007")
    told: list[int] = []
    assert facts_store.keep_all(store, tell=told.append) == 119
    assert told == [50, 100, 119]
    assert facts_store.keep_all(store) == 0
    assert facts_store.keep_all(store, anew=True) == 120
    with store() as tx:
        assert len(tx.scalars(select(CallFacts)).all()) == 120


def test_an_agent_who_talked_is_found_with_their_calls(web: Web) -> None:
    web.call(outcome="handed-off")
    ada = web.person("Ada", "agent")
    web.handoff(ada, state="bridged")
    keep(web.sessions, CALL)
    with web.sessions() as tx:
        assert [(row.agent_id, row.call_sid) for row in tx.scalars(select(CallAgent))] == [(ada, CALL)]

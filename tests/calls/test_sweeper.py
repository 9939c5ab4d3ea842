"""What the carrier's callbacks never told is asked for: calls are ended, recordings fetched, messages found."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from ivr.calls.sweeper import Sweeper
from ivr.carrier.callbacks import RecordingNews
from ivr.carrier.port import CarrierError
from ivr.store.engine import Sessions
from ivr.store.leases import take_lease
from ivr.store.models import Call, Handoff, Outbox, Recording, Turn
from tests.fakes.fake_carrier_records import RECORDING, FakeCarrierRecords
from tests.fakes.fake_clock import FakeClock
from tests.fakes.fake_handoffs import FakeHandoffs
from tests.harness.call_line import LINE, MORGAN, SID
from tests.harness.calls import Calls

pytestmark = pytest.mark.integration

LATE = timedelta(minutes=10)


@pytest.fixture
def carrier() -> FakeCarrierRecords:
    return FakeCarrierRecords()


@pytest.fixture
def sweep(
    sessions: Sessions, clock: FakeClock, carrier: FakeCarrierRecords, calls: Calls, handoffs: FakeHandoffs
) -> Sweeper:
    return Sweeper(sessions, clock, carrier, calls, handoffs, LINE, LATE)


def promised(sessions: Sessions, topic: str) -> list[dict[str, Any]]:
    with sessions() as tx:
        return [row.payload for row in tx.scalars(select(Outbox).where(Outbox.topic == topic))]


def call_of(sessions: Sessions, sid: str = SID) -> Call:
    with sessions() as tx:
        return tx.get_one(Call, sid)


def recordings(sessions: Sessions) -> list[tuple[str, str, str]]:
    with sessions() as tx:
        return [(row.call_sid, row.kind, row.state) for row in tx.scalars(select(Recording))]


def test_a_call_whose_end_was_never_told_is_ended(
    sweep: Sweeper, calls: Calls, carrier: FakeCarrierRecords, clock: FakeClock, sessions: Sessions,
    handoffs: FakeHandoffs,
) -> None:  # fmt: skip
    calls.answer(SID, MORGAN, LINE)
    carrier.call_is("completed")
    sweep.sweep()
    assert call_of(sessions).ended_at is None, "it may still be told"
    clock.forward(601)
    sweep.sweep()
    assert (call_of(sessions).stage, call_of(sessions).outcome) == ("ended", "abandoned")
    assert handoffs.told == [("gone", SID)]


def test_a_call_that_lasts_is_left_alone(
    sweep: Sweeper, calls: Calls, carrier: FakeCarrierRecords, clock: FakeClock, sessions: Sessions
) -> None:
    calls.answer(SID, MORGAN, LINE)
    carrier.call_is("in-progress")
    clock.forward(3600)
    sweep.sweep()
    assert call_of(sessions).ended_at is None


def test_a_call_that_the_carrier_does_not_know_is_over(
    sweep: Sweeper, calls: Calls, clock: FakeClock, sessions: Sessions
) -> None:
    calls.answer(SID, MORGAN, LINE)
    clock.forward(3600)
    sweep.sweep()
    assert call_of(sessions).ended_at is not None


def test_an_announced_recording_whose_completion_was_lost_is_fetched_once(
    sweep: Sweeper, calls: Calls, carrier: FakeCarrierRecords, clock: FakeClock, sessions: Sessions
) -> None:
    calls.answer(SID, MORGAN, LINE)
    calls.recording(SID, RecordingNews(RECORDING, "in-progress", "/r"))
    carrier.keeps(clock.now())
    clock.forward(601)
    for _ in range(3):
        sweep.sweep()
    assert len(promised(sessions, "recording.fetch")) == 1
    assert promised(sessions, "recording.delete") == [], "only what we have is deleted there"


def test_an_announced_recording_with_nothing_in_it_is_absent(
    sweep: Sweeper, calls: Calls, carrier: FakeCarrierRecords, clock: FakeClock, sessions: Sessions
) -> None:
    calls.answer(SID, MORGAN, LINE)
    calls.recording(SID, RecordingNews(RECORDING, "in-progress", "/r"))
    carrier.keeps(clock.now(), status="absent")
    clock.forward(601)
    sweep.sweep()
    assert recordings(sessions) == [(SID, "call", "absent")]


def test_a_recording_that_is_gone_at_the_carrier_is_not_asked_for_for_ever(
    sweep: Sweeper, calls: Calls, clock: FakeClock, sessions: Sessions
) -> None:
    calls.answer(SID, MORGAN, LINE)
    calls.recording(SID, RecordingNews(RECORDING, "in-progress", "/r"))
    clock.forward(86400)
    sweep.sweep()
    assert recordings(sessions) == [(SID, "call", "announced")]
    clock.forward(2 * 86400)
    sweep.sweep()
    assert recordings(sessions) == [(SID, "call", "absent")]


def test_a_recording_that_nobody_announced_is_fetched_at_its_place_in_the_call(
    sweep: Sweeper, calls: Calls, carrier: FakeCarrierRecords, clock: FakeClock, sessions: Sessions
) -> None:
    calls.answer(SID, MORGAN, LINE)
    carrier.keeps(clock.now() + timedelta(seconds=9))
    clock.forward(700)
    sweep.sweep()
    assert recordings(sessions) == [(SID, "call", "announced")]
    with sessions() as tx:
        assert tx.scalars(select(Recording.offset)).one() == 9.0
    assert len(promised(sessions, "recording.fetch")) == 1


def test_a_recording_that_we_have_and_that_still_lies_there_is_deleted_there(
    sweep: Sweeper, calls: Calls, carrier: FakeCarrierRecords, clock: FakeClock, sessions: Sessions
) -> None:
    calls.answer(SID, MORGAN, LINE)
    calls.recording(SID, RecordingNews(RECORDING, "completed", "/r"))
    with sessions.begin() as tx:
        tx.scalars(select(Recording)).one().state = "transcribed"
    carrier.keeps(clock.now())
    clock.forward(700)
    for _ in range(3):
        sweep.sweep()
    assert len(promised(sessions, "recording.delete")) == 1


def test_a_message_whose_every_callback_was_lost_stands_before_the_agents(
    sweep: Sweeper, calls: Calls, carrier: FakeCarrierRecords, clock: FakeClock, sessions: Sessions,
    handoffs: FakeHandoffs,
) -> None:  # fmt: skip
    calls.answer(SID, MORGAN, LINE)
    calls.fault(SID, MORGAN, LINE, "document 11200")
    carrier.keeps(clock.now() + timedelta(seconds=5), by_document=True, channels=1)
    carrier.call_is("completed")
    clock.forward(700)
    sweep.sweep()
    assert recordings(sessions) == [(SID, "message", "announced")]
    assert ("message", SID, RECORDING) in handoffs.told
    assert call_of(sessions).outcome == "message"


def test_an_answer_to_the_bot_that_was_recorded_and_never_fetched_is_deleted_unheard(
    sweep: Sweeper, calls: Calls, carrier: FakeCarrierRecords, clock: FakeClock, sessions: Sessions
) -> None:
    calls.answer(SID, MORGAN, LINE)
    with sessions.begin() as tx:
        tx.add(Turn(call_sid=SID, key="t3", speaker="caller", text="(PIN)", start=1.0))
    carrier.keeps(clock.now() + timedelta(seconds=5), by_document=True, channels=1)
    clock.forward(700)
    sweep.sweep()
    assert promised(sessions, "recording.delete-turn") == [{"recording": RECORDING}]
    assert recordings(sessions) == []


def test_a_call_that_never_reached_us_is_ours_by_its_number(
    sweep: Sweeper, carrier: FakeCarrierRecords, clock: FakeClock, sessions: Sessions
) -> None:
    carrier.keeps(clock.now(), call="CA-unknown", by_document=True)
    carrier.call_is("completed", "CA-unknown")
    clock.forward(700)
    sweep.sweep()
    assert recordings(sessions) == [("CA-unknown", "message", "announced")]
    assert call_of(sessions, "CA-unknown").caller == MORGAN


def test_what_is_not_ours_is_neither_fetched_nor_deleted_and_asked_about_once(
    sweep: Sweeper, carrier: FakeCarrierRecords, clock: FakeClock, sessions: Sessions
) -> None:
    carrier.keeps(clock.now(), call="CA-other")
    carrier.call_is("completed", "CA-other", called="+15550107777")
    clock.forward(700)
    for _ in range(3):
        sweep.sweep()
    assert recordings(sessions) == []
    with sessions() as tx:
        assert tx.scalars(select(Outbox)).all() == []
    assert carrier.asked.count("CA-other") == 1


def test_the_recording_of_a_call_back_belongs_to_the_call_that_it_answers(
    sweep: Sweeper, calls: Calls, carrier: FakeCarrierRecords, clock: FakeClock, sessions: Sessions
) -> None:
    from ivr.handoff.state import State

    calls.answer(SID, MORGAN, LINE)
    with sessions.begin() as tx:
        machine = State(away=True, caller="rung", dial=1, dialled="CA-leg").to_json()
        tx.add(
            Handoff(
                call_sid=SID, kind="callback", state="bridged", reason="callback", intent="", summary="", version=0,
                machine=machine, requested_at=clock.now(),
            )
        )  # fmt: skip
    carrier.keeps(clock.now(), call="CA-leg")
    clock.forward(700)
    sweep.sweep()
    assert recordings(sessions) == [(SID, "call", "announced")]


def test_a_carrier_that_is_away_costs_a_round_and_no_more(
    sweep: Sweeper, calls: Calls, carrier: FakeCarrierRecords, clock: FakeClock, sessions: Sessions
) -> None:
    calls.answer(SID, MORGAN, LINE)
    carrier.fault = CarrierError("away", again=True)
    clock.forward(700)
    sweep.sweep()
    assert call_of(sessions).ended_at is None
    carrier.fault = None
    sweep.sweep()
    assert call_of(sessions).ended_at is not None


def test_a_call_that_cannot_be_ended_keeps_the_sweep_from_no_other(
    sweep: Sweeper, calls: Calls, carrier: FakeCarrierRecords, clock: FakeClock, sessions: Sessions
) -> None:
    other = "CA" + "2" * 32
    calls.answer(SID, MORGAN, LINE)
    clock.forward(1)
    calls.answer(other, MORGAN, LINE)
    carrier.keeps(clock.now() + timedelta(seconds=1), call=other)
    with sessions.begin() as tx:
        tx.get_one(Call, SID).figures, tx.get_one(Call, SID).dialogue = None, {"phase": ["what no version wrote"]}
        tx.get_one(Call, SID).card = {"result": "success"}
    clock.forward(700)
    sweep.sweep()
    assert call_of(sessions).ended_at is None
    assert call_of(sessions, other).ended_at is not None
    assert recordings(sessions) == [(other, "call", "announced")]


def test_of_all_workers_one_sweeps_and_one_that_died_is_followed_by_another(
    sessions: Sessions, clock: FakeClock
) -> None:
    def may(who: str) -> bool:
        with sessions.begin() as tx:
            return take_lease(tx, "sweep", who, clock.now(), clock.now() + timedelta(minutes=5))

    assert [may("a"), may("b"), may("a")] == [True, False, True]
    clock.forward(301)
    assert [may("b"), may("a")] == [True, False]

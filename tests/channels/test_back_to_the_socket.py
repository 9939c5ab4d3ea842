"""A restart of the media process: its callers go on turn by turn for a while, and then on the socket again."""

import pytest

from ivr.calls.next_step import Park, Reconnect, WithoutSocket
from ivr.dialogue.actions import Listen, Say
from ivr.handoff.request import request_handoff
from ivr.ledger.sql import SqlLedger
from ivr.store.engine import Sessions
from tests.fakes.fake_clock import FakeClock
from tests.fakes.fake_live_updates import FakeLiveUpdates
from tests.harness.call_line import LINE, MORGAN, SID, understand
from tests.harness.calls import Calls
from tests.harness.media_stream import MediaStream

pytestmark = pytest.mark.integration


@pytest.fixture
def calls(sessions: Sessions, clock: FakeClock, ledger: SqlLedger) -> Calls:
    return Calls(
        sessions,
        clock,
        understand,
        ledger,
        FakeLiveUpdates(),
        request_handoff,
        company="Test Bank",
        notice="n",
        recorded_turns=True,
    )


def restart(calls: Calls, clock: FakeClock) -> MediaStream:
    """A caller on a stream, and the three seconds in which the media process is not there."""
    stream = MediaStream(calls, calls.dialogue.connect(SID, calls.answer(SID, MORGAN, LINE).token))
    stream.say("balance")
    clock.forward(5)
    assert isinstance(calls.resume(SID, MORGAN, LINE), Reconnect)
    clock.forward(1.2)
    assert isinstance(calls.resume(SID, MORGAN, LINE), Reconnect)
    clock.forward(1.2)
    assert isinstance(calls.resume(SID, MORGAN, LINE), WithoutSocket)
    return stream


def test_a_caller_goes_back_to_the_socket_and_hears_no_apology_for_it(calls: Calls, clock: FakeClock) -> None:
    restart(calls, clock)
    clock.forward(10)
    assert not calls.dialogue.worth_a_socket(SID)
    clock.forward(11)
    assert calls.dialogue.worth_a_socket(SID)
    after = calls.resume(SID, MORGAN, LINE)
    assert isinstance(after, Reconnect)
    stream = MediaStream(calls, calls.dialogue.connect(SID, after.token))
    assert [type(action) for _, action in stream.last.actions] == [Listen]
    stream.key("2749")
    stream.answer()
    stream.answer()
    assert "two thousand four hundred" in " ".join(stream.heard)


def test_a_socket_that_is_still_refused_costs_one_try_and_the_next_comes_later(calls: Calls, clock: FakeClock) -> None:
    restart(calls, clock)
    clock.forward(21)
    assert calls.dialogue.worth_a_socket(SID)
    assert isinstance(calls.resume(SID, MORGAN, LINE), Reconnect)
    clock.forward(1.5)
    assert isinstance(calls.resume(SID, MORGAN, LINE), WithoutSocket)
    clock.forward(25)
    assert not calls.dialogue.worth_a_socket(SID)
    clock.forward(20)
    assert calls.dialogue.worth_a_socket(SID)


def test_who_is_back_and_loses_the_socket_again_is_apologised_to(calls: Calls, clock: FakeClock) -> None:
    restart(calls, clock)
    clock.forward(130)
    assert calls.dialogue.worth_a_socket(SID)
    after = calls.resume(SID, MORGAN, LINE)
    assert isinstance(after, Reconnect)
    MediaStream(calls, calls.dialogue.connect(SID, after.token))
    clock.forward(10)
    after = calls.resume(SID, MORGAN, LINE)
    assert isinstance(after, Reconnect)
    stream = MediaStream(calls, calls.dialogue.connect(SID, after.token))
    assert isinstance(stream.last.actions[0][1], Say)


def test_lost_sockets_are_forgiven_after_a_while(calls: Calls, clock: FakeClock) -> None:
    token = calls.answer(SID, MORGAN, LINE).token
    for _ in range(6):
        calls.dialogue.connect(SID, token)
        clock.forward(100)
        after = calls.resume(SID, MORGAN, LINE)
        assert isinstance(after, Reconnect)
        token = after.token


def test_a_socket_that_breaks_off_again_and_again_is_given_up(
    sessions: Sessions, clock: FakeClock, ledger: SqlLedger
) -> None:
    calls = Calls(
        sessions, clock, understand, ledger, FakeLiveUpdates(), request_handoff, company="Test Bank", notice="n"
    )  # fmt: skip
    token, after = calls.answer(SID, MORGAN, LINE).token, None
    for _ in range(3):
        calls.dialogue.connect(SID, token)
        clock.forward(20)
        after = calls.resume(SID, MORGAN, LINE)
        token = after.token if isinstance(after, Reconnect) else ""
    assert isinstance(after, Park)

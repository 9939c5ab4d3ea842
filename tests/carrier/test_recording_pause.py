"""A card is taken only when the carrier has said clearly that its recording is silent."""

import pytest

from ivr.carrier.port import CarrierError
from tests.fakes.fake_twilio_http import ACCOUNT, CALL, FakeTwilioHttp
from tests.harness.twilio_requests import carrier

pytestmark = pytest.mark.unit

CURRENT = f"/2010-04-01/Accounts/{ACCOUNT}/Calls/{CALL}/Recordings/Twilio.CURRENT.json"


def test_the_running_recording_falls_silent_and_keeps_its_time() -> None:
    http = FakeTwilioHttp(200, {"status": "paused"})
    carrier(http).pause_recording(CALL)
    assert http.sent == [("post", CURRENT, {"Status": ["paused"], "PauseBehavior": ["silence"]})]


def test_it_goes_on_afterwards() -> None:
    http = FakeTwilioHttp(200, {"status": "in-progress"})
    carrier(http).resume_recording(CALL)
    assert http.sent == [("post", CURRENT, {"Status": ["in-progress"]})]


def test_what_is_not_recorded_needs_no_pause() -> None:
    carrier(FakeTwilioHttp(404, {"code": 20404, "message": "not found", "status": 404})).pause_recording(CALL)


@pytest.mark.parametrize(
    "http",
    [
        FakeTwilioHttp(400, {"code": 21220, "message": "two recordings are active", "status": 400}),
        FakeTwilioHttp(500, {"code": 20500, "message": "internal", "status": 500}),
        FakeTwilioHttp(200, {"status": "in-progress"}),
        FakeTwilioHttp(error=ConnectionError("away")),
    ],
)
def test_anything_else_is_no_leave_to_take_a_card(http: FakeTwilioHttp) -> None:
    with pytest.raises(CarrierError):
        carrier(http).pause_recording(CALL)


def test_a_call_that_is_over_has_nothing_to_resume() -> None:
    carrier(FakeTwilioHttp(400, {"code": 21220, "message": "over", "status": 400})).resume_recording(CALL)

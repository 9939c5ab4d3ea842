"""What is stopped, deleted or looked for at the carrier: done once, also where an answer is lost or refused for now."""

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from twilio.http.response import Response

from ivr.carrier.port import CarrierError
from ivr.carrier.twilio.client import TwilioCarrier
from tests.fakes.fake_twilio_http import ACCOUNT, CALL, RECORDING, FakeTwilioHttp
from tests.harness.twilio_requests import TEXT, carrier

pytestmark = pytest.mark.unit

API = f"/2010-04-01/Accounts/{ACCOUNT}"
OTHER = "RE" + "4" * 32
FORGET = {
    "forget_call": ("delete", f"{API}/Calls/{CALL}.json", CALL),
    "forget_text": ("delete", f"{API}/Messages/{TEXT}.json", TEXT),
    "delete_recording": ("delete", f"{API}/Recordings/{RECORDING}.json", RECORDING),
}
GONE = (404, {"code": 20404, "message": "The requested resource was not found", "status": 404})
BUSY = (429, {"code": 20429, "message": "Too Many Requests", "status": 429})
BROKEN = (503, {"code": 20503, "message": "Service Unavailable", "status": 503})
NO_ANSWER = requests.exceptions.ReadTimeout()
DONE = (204, None)

Answer = tuple[int, Any] | Exception


class Answers(FakeTwilioHttp):
    """Each request reaches the carrier, and gets the next answer, or none where that is an error."""

    def __init__(self, *answers: Answer) -> None:
        super().__init__()
        self._answers = list(answers)

    def request(self, method: str, url: str, params: Any = None, data: Any = None, **_: Any) -> Response:
        self.sent.append((method.lower(), urlsplit(url).path, parse_qs(urlencode(data or {}, doseq=True))))
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        status, body = answer
        return Response(status, json.dumps(body) if body is not None else "")


def do(name: str, http: Answers) -> None:
    getattr(carrier(http), name)(FORGET[name][2])


@pytest.mark.parametrize("name", FORGET)
def test_what_is_to_be_forgotten_is_deleted_once(name: str) -> None:
    http = Answers(DONE)
    do(name, http)
    assert http.sent == [(*FORGET[name][:2], {})]


@pytest.mark.parametrize("name", FORGET)
def test_what_the_carrier_has_forgotten_already_is_no_error(name: str) -> None:
    http = Answers(GONE)
    do(name, http)
    assert len(http.sent) == 1


@pytest.mark.parametrize("name", FORGET)
@pytest.mark.parametrize("lost", [NO_ANSWER, BROKEN], ids=["no answer", "503"])
def test_where_the_answer_to_a_deletion_that_was_done_is_lost_it_is_asked_again(name: str, lost: Answer) -> None:
    http = Answers(lost, GONE)
    do(name, http)
    assert http.sent == [(*FORGET[name][:2], {})] * 2


@pytest.mark.parametrize("name", FORGET)
@pytest.mark.parametrize("answers", [(BUSY,), (BROKEN, BROKEN), (NO_ANSWER, NO_ANSWER)], ids=["429", "503", "silent"])
def test_what_is_refused_for_now_is_left_to_the_job_to_do_again(name: str, answers: tuple[Answer, ...]) -> None:
    http = Answers(*answers)
    with pytest.raises(CarrierError) as error:
        do(name, http)
    assert error.value.again
    assert len(http.sent) == len(answers)


@pytest.mark.parametrize(
    ("sid", "path"), [(CALL, f"Calls/{CALL}"), (TEXT, f"Messages/{TEXT}"), (RECORDING, f"Recordings/{RECORDING}")]
)
def test_the_carrier_is_asked_by_kind_whether_it_still_knows_something(sid: str, path: str) -> None:
    http = Answers((200, {"sid": sid}), GONE, NO_ANSWER, GONE)
    asked = carrier(http)
    assert [asked.knows(sid) for _ in range(3)] == [True, False, False]
    assert {sent for sent, *_ in http.sent} == {"get"}
    assert {sent for _, sent, _ in http.sent} == {f"{API}/{path}.json"}


def test_a_carrier_that_does_not_say_whether_it_knows_is_no_proof() -> None:
    with pytest.raises(CarrierError) as error:
        carrier(Answers(BUSY)).knows(CALL)
    assert error.value.again


RECORDINGS = f"{API}/Calls/{CALL}/Recordings"


def running(*rows: tuple[str, str, str]) -> Answer:
    found = [{"sid": sid, "call_sid": CALL, "status": status, "source": source} for sid, status, source in rows]
    return 200, {"recordings": found, "page": 0, "next_page_uri": None}


def stopped(http: Answers) -> list[str]:
    """The recordings that were told to stop."""
    asked = TwilioCarrier.stop_recording
    asked(carrier(http), CALL)
    assert http.sent[0] == ("get", f"{RECORDINGS}.json", {})
    assert all((method, form) == ("post", {"Status": ["stopped"]}) for method, _, form in http.sent[1:])
    return [path.rpartition("/")[2].removesuffix(".json") for _, path, _ in http.sent[1:]]


def test_whatever_runs_is_stopped_also_where_two_recordings_do() -> None:
    """`Twilio.CURRENT` is refused where it could be either."""
    rows = (RECORDING, "in-progress", "StartCallRecordingTwiML"), (OTHER, "paused", "DialVerb")
    assert stopped(Answers(running(*rows), (200, {}), (200, {}))) == [RECORDING, OTHER]


def test_what_has_ended_and_an_answer_that_a_caller_is_giving_are_left_alone() -> None:
    rows = (OTHER, "completed", "StartCallRecordingTwiML"), (RECORDING, "in-progress", "RecordVerb")
    assert stopped(Answers(running(*rows))) == []


def test_a_call_that_is_not_recorded_or_not_known_needs_no_stop() -> None:
    assert stopped(Answers(running())) == []
    assert stopped(Answers(GONE)) == []


@pytest.mark.parametrize("over", [GONE, (400, {"code": 21220, "message": "over", "status": 400})])
def test_a_stop_whose_answer_was_lost_is_asked_again_and_found_done(over: Answer) -> None:
    row = (RECORDING, "in-progress", "StartCallRecordingTwiML")
    assert stopped(Answers(running(row), NO_ANSWER, over)) == [RECORDING, RECORDING]


@pytest.mark.parametrize(
    "answers",
    [(BUSY,), (BROKEN, BROKEN), (running((RECORDING, "in-progress", "DialVerb")), BUSY)],
    ids=["429", "503", "429 to the stop"],
)
def test_a_stop_that_is_refused_for_now_is_left_to_the_job_to_do_again(answers: tuple[Answer, ...]) -> None:
    with pytest.raises(CarrierError) as error:
        carrier(Answers(*answers)).stop_recording(CALL)
    assert error.value.again


def test_a_list_that_is_refused_for_now_is_read_later() -> None:
    """The sweeper asks what was recorded."""
    now = datetime(2026, 3, 2, tzinfo=UTC)
    with pytest.raises(CarrierError) as error:
        list(carrier(Answers(BUSY)).recordings(now, now, 10))
    assert error.value.again

"""Twilio's carrier over any way to its REST, and every request that it can make."""

import httpx
from twilio.http.http_client import TwilioHttpClient

from ivr.carrier.twilio.account import TwilioAccount
from ivr.carrier.twilio.client import TwilioCarrier
from tests.fakes.fake_twilio_http import ACCOUNT, CALL, CONFERENCE, RECORDING

TEXT = "SM" + "3" * 32
URL = "https://line.test/handoff/1/1/agent"


def carrier(http: TwilioHttpClient, media: httpx.Client | None = None) -> TwilioCarrier:
    return TwilioCarrier(TwilioAccount(ACCOUNT, "token", "+15559990000"), http=http, media=media, sleep=lambda _: None)


REQUESTS = {
    "ring": lambda c: c.ring("+15551112222", "+15559990000", URL, URL, 20, URL),
    "ring a browser": lambda c: c.ring("client:ann", "+15559990000", URL, URL, 20, URL),
    "move": lambda c: c.move(CALL, URL),
    "end": lambda c: c.end(CALL),
    "status": lambda c: c.status(CALL),
    "end_conference": lambda c: c.end_conference(CONFERENCE),
    "listen": lambda c: c.add_participant(
        CONFERENCE, "+15551112222", "supervisor-3", muted=True, coach=None, status_url=URL, timeout=20
    ),
    "coach": lambda c: c.add_participant(
        CONFERENCE, "client:eve", "supervisor-3", muted=False, coach=CALL, status_url=URL, timeout=20
    ),
    "change a participant": lambda c: c.change_participant(CONFERENCE, CALL, muted=True, hold=True, coach=CALL),
    "end coaching": lambda c: c.change_participant(CONFERENCE, CALL, muted=False, coach=""),
    "delete_recording": lambda c: c.delete_recording(RECORDING),
    "pause_recording": lambda c: c.pause_recording(CALL),
    "resume_recording": lambda c: c.resume_recording(CALL),
    "stop_recording": lambda c: c.stop_recording(CALL),
    "forget_call": lambda c: c.forget_call(CALL),
    "forget_text": lambda c: c.forget_text(TEXT),
    "knows a call": lambda c: c.knows(CALL),
    "knows a text": lambda c: c.knows(TEXT),
    "find_recording": lambda c: c.find_recording(RECORDING),
    "send_text": lambda c: c.send_text("+15551112222", "Thank you."),
    "check": lambda c: c.check(),
}

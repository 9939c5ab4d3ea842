"""The TwiML app's voice URL: signed, and answered with a document that rings somebody or says why not."""

from xml.etree import ElementTree as ET

import pytest
from flask import Flask
from flask.testing import FlaskClient
from twilio.request_validator import RequestValidator
from werkzeug.test import TestResponse

from ivr.carrier.twilio.dialect import twilio_dialect
from ivr.carrier.twilio.signatures import HEADER, TwilioSignatures
from ivr.desk.agent_calls import CallRefusedError
from ivr.web.hooks.agent_phones import make_agent_phone_hooks
from tests.harness.call_line import MEDIA, PUBLIC, TOKEN

pytestmark = pytest.mark.unit

LINE = "+15550100100"


class Desk:
    """Lets Ada call whom she wants, but for one number."""

    def place(self, caller: str, wanted: str, call_sid: str) -> str:
        if wanted == "+19005550123":
            raise CallRefusedError("The line does not call that number.")
        assert (caller, call_sid) == ("client:ada", "CA" + "4" * 32)
        return wanted


@pytest.fixture
def client() -> FlaskClient:
    app = Flask(__name__)
    dialect = twilio_dialect(TwilioSignatures(TOKEN, PUBLIC, MEDIA))
    app.register_blueprint(make_agent_phone_hooks(Desk(), dialect, LINE))
    return app.test_client()


def asks(client: FlaskClient, to: str, token: str = TOKEN) -> TestResponse:
    form = {"CallSid": "CA" + "4" * 32, "From": "client:ada", "To": to, "ApplicationSid": "AP" + "3" * 32}
    signature = RequestValidator(token).compute_signature(f"{PUBLIC}/voice/phone", form)
    return client.post("/voice/phone", data=form, headers={HEADER: signature})


@pytest.mark.parametrize(
    ("to", "tag", "text"), [("+15550101234", "Number", "+15550101234"), ("client:bob", "Client", "bob")]
)
def test_the_wanted_phone_rings_and_is_shown_the_lines_number(
    client: FlaskClient, to: str, tag: str, text: str
) -> None:
    (dial,) = ET.fromstring(asks(client, to).text)
    assert (dial.tag, dial.get("callerId"), dial.get("timeout")) == ("Dial", LINE, "30")
    assert [(one.tag, one.text) for one in dial] == [(tag, text)]


def test_a_refusal_is_said_and_the_call_ends(client: FlaskClient) -> None:
    said, end = ET.fromstring(asks(client, "+19005550123").text)
    assert "does not call that number" in "".join(said.itertext())
    assert end.tag == "Hangup"


def test_nobody_but_the_carrier_is_answered(client: FlaskClient) -> None:
    assert asks(client, "client:bob", token="0" * 32).status_code == 403

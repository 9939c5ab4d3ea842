"""A line without a store, played through the switch: callers get to whoever takes the call, and the call ends."""

from collections.abc import Sequence
from typing import Any

import pytest
from flask import Flask
from starlette.responses import Response
from twilio.request_validator import RequestValidator

import twiml
from ivr.carrier.twilio.dialect import twilio_dialect
from ivr.carrier.twilio.signatures import HEADER, TwilioSignatures
from ivr.web.hooks.call_documents import CallDocuments
from ivr.web.hooks.standby import make_standby_blueprint
from tests.harness.eventually import until
from tests.harness.switch_world import NUMBER, TOKEN, MakeWorld, Person, Run, World

pytestmark = pytest.mark.switch

ADA, BOB = "+15550003000", "client:bob"
ALIASES = {"/voice": "/voice/incoming", "/fallback": "/voice/fallback", "/status": "/voice/status"}


class Standby(dict[str, Any]):
    """The customer's answers: every path is the standby line's, with the carrier's signature."""

    def __init__(self, public: str, phones: Sequence[str]) -> None:

        super().__init__()
        self._public, app = public, Flask("standby")
        dialect, documents = (
            twilio_dialect(TwilioSignatures(TOKEN, public, "ws://line.test/media")),
            CallDocuments(twiml, public, "ws://line.test/media"),
        )
        app.register_blueprint(make_standby_blueprint(lambda _sid: phones, dialect, documents, public, NUMBER))
        self._client = app.test_client()

    def get(self, path: str, _default: Any = "") -> Any:
        address = ALIASES.get(path, path)

        def answer(form: dict[str, str]) -> Response:
            signature = RequestValidator(TOKEN).compute_signature(self._public + address, form)
            told = self._client.post(address, data=form, headers={HEADER: signature})
            return Response(told.data, told.status_code, media_type=told.mimetype)

        return answer


def without_a_store(w: World, *phones: str) -> None:
    w.customer.answers = Standby(w.customer.url, phones)


async def asked_to_accept(w: World, person: Person) -> None:
    """The phone was answered and its holder has heard that a key is wanted."""
    await until(lambda: w.customer.to("/voice/standby/whisper") and len(person.sound) >= 320)


@pytest.mark.slow
def test_a_caller_talks_with_whoever_presses_one_and_is_thanked(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            ada = w.person(ADA)
            without_a_store(w, ADA)
            caller = await w.call()
            await asked_to_accept(w, ada)
            ada.press("1")
            await until(lambda: w.customer.to("/voice/standby/accept"))
            whispered = len(ada.sound)
            caller.speak(2.0)
            await until(lambda: len(ada.sound) > whispered + 800)
            ada.hang_up()
            await until(lambda: caller.final == "completed")
            assert w.customer.to("/voice/standby/1")[0].params["DialCallStatus"] == "completed"
            assert w.problems() == []

    run(story())


def test_who_does_not_press_a_key_is_followed_by_the_next(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            w.person(ADA)
            bob = w.person(BOB)
            without_a_store(w, ADA, BOB)
            caller = await w.call()
            await until(lambda: bob.up, 20)
            await until(lambda: len(w.customer.to("/voice/standby/whisper")) == 2 and len(bob.sound) >= 320)
            bob.press("1")
            await until(lambda: len(w.customer.to("/voice/standby/accept")) == 1)
            caller.hang_up()
            await until(lambda: bob.final == "completed")

    run(story())


def test_with_nobody_there_the_caller_leaves_a_message_and_is_thanked(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            without_a_store(w, ADA)
            caller = await w.call()
            await until(lambda: any(row.data.get("verb") == "Record" for row in w.switch.trace), 20)
            caller.speak(0.5)
            await until(lambda: len(caller.sound) > 0)
            caller.press("#")
            await until(lambda: caller.final == "completed", 20)
            assert "RecordingUrl" in w.customer.to("/voice/message")[0].params

    run(story())

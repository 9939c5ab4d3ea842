"""A person calls the number: webhooks, documents, and how a call ends."""

import asyncio

import pytest
from starlette.responses import Response
from twilio.request_validator import RequestValidator

from switch.media.audio import tone, write_wav
from switch.signature import signature
from tests.harness.eventually import until
from tests.harness.switch_world import CALLER, NUMBER, TOKEN, MakeWorld, Person, Run

pytestmark = pytest.mark.switch


def test_the_signature_equals_the_published_vector() -> None:
    params = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675310",
        "Digits": "1234",
        "From": "+14158675310",
        "To": "+18005551212",
    }
    assert signature("12345", "https://example.com/myapp.php?foo=1&bar=2", params) == "L/OH5YylLD5NRKLltdqwSvS0BnU="


def test_user_and_fragment_are_not_signed() -> None:
    assert signature("t", "https://a:b@h/p?q=1#rc=2") == signature("t", "https://h/p?q=1")


def test_the_first_webhook_is_signed_and_complete(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            w.customer.answers["/voice"] = "<Hangup/>"
            person = await w.call()
            await until(lambda: person.final)
            [request] = w.customer.to("/voice")
            assert request.params["CallStatus"] == "ringing"
            assert request.params["From"] == request.params["Caller"] == CALLER
            assert request.params["To"] == request.params["Called"] == NUMBER
            assert request.params["FromCity"] == "" and request.params["CallerZip"] == ""
            assert request.headers["user-agent"] == "TwilioProxy/1.1"
            valid = RequestValidator(TOKEN).validate
            assert valid(f"{w.customer.url}/voice", request.params, request.headers["x-twilio-signature"])

    run(story())


def test_an_empty_document_answers_and_ends_the_call(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            w.customer.answers["/voice"] = ""
            person = await w.call()
            await until(lambda: w.customer.to("/status"))
            assert person.up and person.final == "completed"
            [status] = w.customer.to("/status")
            assert status.params["CallStatus"] == "completed"
            assert status.params["CallDuration"] == "0"
            assert status.params["CallbackSource"] == "call-progress-events"

    run(story())


def test_a_sound_is_played_as_it_is(switch_world: MakeWorld, run: Run) -> None:
    sound = tone((500,), 0.1)

    async def story() -> None:
        async with switch_world() as w:
            w.customer.answers["/voice"] = "<Play>sound.wav</Play>"
            w.customer.answers["/sound.wav"] = Response(write_wav([sound]), media_type="audio/wav")
            person = await w.call()
            await until(lambda: person.final)
            assert person.sound == sound

    run(story())


def test_reject_does_not_answer(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            w.customer.answers["/voice"] = '<Reject reason="busy"/>'
            person = await w.call()
            await until(lambda: person.final)
            assert not person.up and person.final == "busy"

    run(story())


def test_redirect_leaves_the_rest_of_the_document_unread(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            w.customer.answers["/voice"] = "<Redirect>/next</Redirect><Redirect>/never</Redirect>"
            w.customer.answers["/next"] = "<Hangup/>"
            person = await w.call()
            await until(lambda: person.final)
            assert len(w.customer.to("/next")) == 1
            assert not w.customer.to("/never")

    run(story())


def test_keys_end_a_gather_and_go_to_its_action(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            w.customer.answers["/voice"] = (
                '<Gather numDigits="2" action="/keys"><Pause length="5"/></Gather><Redirect>/never</Redirect>'
            )
            person = await w.call()
            await until(lambda: any(row.data.get("verb") == "Pause" for row in w.switch.trace))
            person.press("12")
            await until(lambda: person.final)
            assert w.customer.to("/keys")[0].params["Digits"] == "12"
            assert not w.customer.to("/never")

    run(story())


def test_a_gather_without_keys_falls_through(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            w.customer.answers["/voice"] = '<Gather timeout="0.1" action="/keys"/><Redirect>/next</Redirect>'
            person = await w.call()
            await until(lambda: person.final)
            assert not w.customer.to("/keys") and w.customer.to("/next")

    run(story())


def test_an_empty_result_goes_to_the_action_when_asked(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            w.customer.answers["/voice"] = '<Gather timeout="0.1" action="/keys" actionOnEmptyResult="true"/>'
            person = await w.call()
            await until(lambda: person.final)
            assert w.customer.to("/keys")[0].params["Digits"] == ""

    run(story())


def test_the_finish_key_is_not_part_of_the_digits(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            w.customer.answers["/voice"] = '<Gather action="/keys"/>'
            person = await w.call()
            await until(lambda: person.up)
            person.press("407#")
            await until(lambda: w.customer.to("/keys"))
            assert w.customer.to("/keys")[0].params["Digits"] == "407"

    run(story())


def test_a_caller_who_gives_up_before_the_answer_is_no_answer(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            w.customer.answers["/voice"] = '<Pause length="5"/>'
            person = await w.call()
            await until(lambda: w.customer.to("/voice"))
            person.hang_up()
            assert person.final == "no-answer"

    run(story())


def test_the_action_is_still_requested_when_the_caller_hangs_up(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            w.customer.answers["/voice"] = '<Dial action="/after"><Conference>room</Conference></Dial>'
            person = await w.call()
            await until(lambda: person.up)
            person.hang_up()
            await until(lambda: w.customer.to("/after"))
            assert w.customer.to("/after")[0].params["CallStatus"] == "completed"

    run(story())


def test_unknown_verbs_and_attributes_only_warn(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            w.customer.answers["/voice"] = '<Dance/><Pause length="0" colour="red"/><Redirect>/next</Redirect>'
            person = await w.call()
            await until(lambda: person.final)
            assert w.customer.to("/next") and w.problems() == [12200, 12200]

    run(story())


def test_a_phone_that_fails_ends_its_own_call_only(switch_world: MakeWorld, run: Run) -> None:
    class Broken(Person):
        def say(self) -> bytes:
            raise RuntimeError("broken")

    async def story() -> None:
        async with switch_world() as w:
            w.customer.answers["/voice"] = '<Say>hello</Say><Pause length="5"/>'
            healthy = await w.call()
            broken = Broken()
            await w.switch.place(broken, CALLER)
            await until(lambda: broken.final)
            await asyncio.sleep(0.05)
            assert broken.final == "failed" and not healthy.final

    run(story())


def test_a_voice_that_fails_ends_the_call_instead_of_leaving_it_silent(
    switch_world: MakeWorld, run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    def mute(text: str) -> bytes:
        raise RuntimeError("no voice")

    async def story() -> None:
        async with switch_world(say=mute) as w:
            w.customer.answers["/voice"] = "<Say>hello</Say>"
            person = await w.call()
            await until(lambda: person.final)
            assert person.final == "failed"

    run(story())
    assert "a task of the switch failed" in caplog.text

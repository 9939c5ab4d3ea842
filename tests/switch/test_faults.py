"""Documents that cannot be had or run: what is noted, and what the caller gets instead."""

import socket

import pytest
from starlette.responses import RedirectResponse, Response

from switch.document import DocumentError, read
from tests.harness.eventually import until
from tests.harness.switch_world import MakeWorld, Run

pytestmark = pytest.mark.switch

XML = "text/xml"


@pytest.mark.parametrize(
    ("kind", "body", "code"),
    [
        (XML, b" <?xml version='1.0'?><Response/>", 12100),
        (XML, b"\xef\xbb\xbf<Response/>", 12100),
        (XML, b"<Response><Say>a & b</Say></Response>", 12100),
        (XML, b"<response/>", 12100),
        (XML, b"<html><body>oops</body></html>", 12100),
        (XML, b"<Response>" + b" " * 65536 + b"</Response>", 11750),
        ("application/json", b"{}", 12300),
        ("", b"<Response/>", 12300),
    ],
)
def test_what_is_not_a_document_has_its_code(kind: str, body: bytes, code: int) -> None:
    with pytest.raises(DocumentError) as raised:
        read("http://h/", kind, body)
    assert raised.value.code == code


def test_comments_are_ignored_and_plain_text_is_read_aloud() -> None:
    assert [v.tag for v in read("", XML, b"<Response><!-- x --><Hangup/></Response>").verbs] == ["Hangup"]
    [spoken] = read("", "text/plain", b"Good morning").verbs
    assert (spoken.tag, spoken.text) == ("Say", "Good morning")


def test_the_fallback_is_told_what_failed(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            w.customer.answers["/voice"] = Response(status_code=500)
            w.customer.answers["/fallback"] = "<Redirect>/next</Redirect>"
            await w.call()
            await until(lambda: w.customer.to("/next"))
            assert len(w.customer.to("/voice")) == 1
            params = w.customer.to("/fallback")[0].params
            assert params["ErrorCode"] == "11200" and params["ErrorUrl"] == f"{w.customer.url}/voice"

    run(story())


def test_a_failing_action_and_a_missing_sound_go_to_the_fallback_too(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            w.customer.answers |= {
                "/voice": "<Play>/missing.wav</Play>",
                "/missing.wav": Response(status_code=404),
                "/fallback": "<Say>sorry</Say>",
            }
            person = await w.call()
            await until(lambda: person.final)
            assert w.customer.to("/fallback")[0].params["ErrorCode"] == "11200"
            assert person.sound

    run(story())


def test_the_carrier_apologises_when_the_fallback_fails(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            w.customer.answers["/voice"] = w.customer.answers["/fallback"] = Response(status_code=500)
            person = await w.call()
            await until(lambda: person.final)
            assert person.final == "completed" and person.sound
            assert len(w.customer.to("/fallback")) == 1

    run(story())


def test_a_refused_connection_is_tried_twice_and_then_falls_back(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            gone = server.getsockname()[1]
        async with switch_world(voice_url=f"http://127.0.0.1:{gone}/voice") as w:
            await w.call()
            await until(lambda: w.customer.to("/fallback"))
            assert w.customer.to("/fallback")[0].params["ErrorCode"] == "11205"

    run(story())


def test_a_redirected_webhook_becomes_a_get_without_its_form(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            w.customer.answers["/voice"] = RedirectResponse("/elsewhere", 302)
            await w.call()
            await until(lambda: w.customer.to("/elsewhere"))
            [request] = w.customer.to("/elsewhere")
            assert (request.method, request.params) == ("GET", {})

    run(story())


def test_fragments_are_not_sent(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            w.customer.answers["/voice"] = "<Redirect>/next?a=1#rc=3</Redirect>"
            await w.call()
            await until(lambda: w.customer.to("/next"))
            assert "rc" not in w.customer.to("/next")[0].params

    run(story())


def test_cookies_are_kept_within_a_call(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            first = Response("<Response><Redirect>/next</Redirect></Response>", media_type=XML)
            first.set_cookie("call", "1")
            w.customer.answers["/voice"] = first
            await w.call()
            await until(lambda: w.customer.to("/next"))
            assert w.customer.to("/next")[0].headers["cookie"] == "call=1"
            await w.call()
            await until(lambda: len(w.customer.to("/voice")) == 2)
            assert "cookie" not in w.customer.to("/voice")[1].headers

    run(story())


def test_a_server_that_does_not_answer_in_time_is_given_up(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        with socket.create_server(("127.0.0.1", 0)) as mute:
            url = f"http://127.0.0.1:{mute.getsockname()[1]}/voice"
            async with switch_world(voice_url=url, webhook_timeout=0.3) as w:
                await w.call()
                await until(lambda: w.customer.to("/fallback"))
                assert w.customer.to("/fallback")[0].params["ErrorCode"] == "11205"

    run(story())

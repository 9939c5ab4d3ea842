"""The REST API, as the carrier's real client uses it."""

import asyncio
import json
import re
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from twilio.base.exceptions import TwilioRestException

from switch.config import SwitchConfig
from switch.server import PortTakenError, Switch
from tests.harness.eventually import until
from tests.harness.switch_world import ACCOUNT, CALLER, NUMBER, TOKEN, MakeWorld, Run
from tests.harness.twilio_client import client

pytestmark = pytest.mark.switch

AGENT = "+15550003000"


async def ask(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    return await asyncio.to_thread(function, *args, **kwargs)


async def refused(function: Callable[..., Any], *args: Any, **kwargs: Any) -> TwilioRestException:
    with pytest.raises(TwilioRestException) as raised:
        await ask(function, *args, **kwargs)
    return raised.value


def test_a_call_is_made_and_reported_step_by_step(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            agent = w.person(AGENT)
            w.customer.answers["/agent"] = "<Hangup/>"
            call = await ask(
                client(w).calls.create,
                to=AGENT, from_=NUMBER, url=f"{w.customer.url}/agent", status_callback=f"{w.customer.url}/progress",
                status_callback_event=["initiated", "ringing", "answered", "completed"],
            )  # fmt: skip
            await until(lambda: len(w.customer.to("/progress")) == 4)
            assert call.sid.startswith("CA") and call.direction == "outbound-api"
            steps = sorted(w.customer.to("/progress"), key=lambda r: int(r.params["SequenceNumber"]))
            statuses = [step.params["CallStatus"] for step in steps]
            assert statuses == ["initiated", "ringing", "in-progress", "completed"]
            assert w.customer.to("/agent")[0].params["CallStatus"] == "in-progress"
            assert agent.final == "completed"

    run(story())


def test_a_call_nobody_answers(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            w.person(AGENT, answers=False)
            call = await ask(client(w).calls.create, to=AGENT, from_=NUMBER, twiml="<Response/>", timeout=0)
            await until(lambda: w.switch.calls[call.sid].status == "no-answer")

    run(story())


def test_a_call_that_is_declined_is_busy(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            agent = w.person(AGENT, answers=False)
            call = await ask(client(w).calls.create, to=AGENT, from_=NUMBER, twiml="<Response/>")
            await until(lambda: agent.rung)
            agent.line.decline()
            assert (await ask(client(w).calls(call.sid).fetch)).status == "busy"

    run(story())


def test_cancel_is_for_ringing_calls_and_complete_for_live_ones(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            ringing = w.person(AGENT, answers=False)
            w.person("client:ada")
            first = await ask(client(w).calls.create, to=AGENT, from_=NUMBER, twiml="<Response/>")
            second = await ask(
                client(w).calls.create, to="client:ada", from_=NUMBER, twiml='<Response><Pause length="9"/></Response>'
            )
            await until(lambda: ringing.rung and w.switch.calls[second.sid].status == "in-progress")
            assert (await ask(client(w).calls(first.sid).update, status="canceled")).status == "canceled"
            assert ringing.final == "canceled"
            assert (await refused(client(w).calls(second.sid).update, status="canceled")).code == 21220
            assert (await ask(client(w).calls(second.sid).update, status="completed")).status == "completed"
            assert (await refused(client(w).calls(second.sid).update, status="completed")).code == 21220

    run(story())


def test_a_live_call_is_moved_to_a_new_document(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            w.customer.answers["/voice"] = '<Dial action="/after"><Conference>room</Conference></Dial>'
            person = await w.call()
            await until(lambda: w.switch.conferences)
            await ask(client(w).calls(person.line.sid).update, url=f"{w.customer.url}/moved")
            await until(lambda: w.customer.to("/moved"))
            assert not w.customer.to("/after")
            [leave] = [row.data for row in w.switch.trace if row.data.get("event") == "participant-leave"]
            assert leave["ReasonParticipantLeft"] == "participant_updated_via_api"

    run(story())


def test_wrong_numbers_wrong_tokens_and_unknown_calls(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            create = client(w).calls.create
            assert (await refused(create, to="12", from_=NUMBER, twiml="<Response/>")).code == 21211
            assert (await refused(create, to=AGENT, from_=NUMBER, twiml="<Response>")).code == 12100
            assert (await refused(client(w).calls("CA0").fetch)).code == 20404
            wrong = await refused(client(w, token="wrong").calls("CA0").fetch)
            assert (wrong.status, wrong.code) == (401, 20003)

    run(story())


def test_lists_come_in_pages(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            for _ in range(3):
                await ask(client(w).messages.create, to=AGENT, from_=NUMBER, body="hello")
            assert len(await ask(client(w).messages.list, page_size=2)) == 3
            assert len(await ask(client(w).messages.list, limit=1)) == 1
            assert await ask(client(w).conferences.list, friendly_name="none") == []

    run(story())


def test_a_message_is_reported_as_delivered(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            url = f"{w.customer.url}/sms"
            message = await ask(client(w).messages.create, to=AGENT, from_=NUMBER, body="hi", status_callback=url)
            await until(lambda: len(w.customer.to("/sms")) == 2)
            assert w.customer.to("/sms")[1].params["MessageStatus"] == "delivered"
            assert (await ask(client(w).messages(message.sid).fetch)).status == "delivered"

    run(story())


def test_a_message_is_read_by_whoever_is_on_the_phone(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            w.customer.answers["/voice"] = "<Say>Hello</Say><Pause length='9'/>"
            person = await w.call()
            await until(lambda: person.up)
            for to in (AGENT, CALLER):
                await ask(client(w).messages.create, to=to, from_=NUMBER, body=f"for {to}")
            await until(lambda: person.texts)
            assert person.texts == [f"for {CALLER}"]

    run(story())


def test_a_port_that_is_taken_is_named_with_its_setting(tmp_path: Path, run: Run) -> None:
    async def story() -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            config = SwitchConfig(ACCOUNT, TOKEN, NUMBER, "", "", "", tmp_path, port=port)
            with pytest.raises(PortTakenError, match=rf"127\.0\.0\.1 port {port}.*WARMLINE_SWITCH_PORT"):
                await Switch(config, tts=lambda text: b"").start()

    run(story())


def schema_problems(shared: Path, name: str, body: dict[str, Any]) -> list[str]:
    """Where a resource differs from the carrier's own description of it."""
    components = json.loads((shared / "reference/twilio_api_v2010.json").read_text())["components"]["schemas"]
    described = components[name]["properties"]
    problems = [f"unknown {key}" for key in body.keys() - described.keys()]
    problems += [f"missing {key}" for key in described.keys() - body.keys()]
    for key in body.keys() & described.keys():
        values = components.get(described[key].get("$ref", "").rpartition("/")[2], {}).get("enum")
        if values and body[key] is not None and body[key] not in values:
            problems.append(f"{key} {body[key]!r} is none of {values}")
        if "pattern" in described[key] and body[key] is not None and not re.match(described[key]["pattern"], body[key]):
            problems.append(f"{key} {body[key]!r} is not like {described[key]['pattern']}")
    return problems


def test_resources_look_as_the_carrier_describes_them(switch_world: MakeWorld, run: Run, shared: Path) -> None:
    async def story() -> None:
        async with switch_world() as w:
            w.customer.answers["/voice"] = "<Dial><Conference>room</Conference></Dial>"
            person = await w.call()
            await until(lambda: w.switch.conferences)
            [conference] = w.switch.conferences
            call = f"/Calls/{person.line.sid}"
            base = f"{w.switch.url}/2010-04-01/Accounts/{ACCOUNT}"
            async with httpx.AsyncClient(auth=(ACCOUNT, TOKEN), trust_env=False) as web:
                recording = (await web.post(f"{base}{call}/Recordings.json")).json()
                message = {"To": AGENT, "From": NUMBER, "Body": "hi"}
                sent = (await web.post(f"{base}/Messages.json", data=message)).json()
                resources = {
                    "call": (await web.get(f"{base}{call}.json")).json(),
                    "call.call_recording": recording,
                    "recording": (await web.get(f"{base}/Recordings/{recording['sid']}.json")).json(),
                    "conference": (await web.get(f"{base}/Conferences/{conference}.json")).json(),
                    "conference.participant": (
                        await web.get(f"{base}/Conferences/{conference}/Participants/{person.line.sid}.json")
                    ).json(),
                    "message": sent,
                }
            for name, body in resources.items():
                assert schema_problems(shared, f"api.v2010.account.{name}", body) == [], name

    run(story())

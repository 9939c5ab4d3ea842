"""Dial: ringing, whispering, bridging, and what the action is told."""

import asyncio

import pytest

from tests.harness.eventually import until
from tests.harness.switch_world import MakeWorld, Run
from tests.harness.twilio_client import client

pytestmark = pytest.mark.switch

ADA = "+15550003000"


def dial(number: str = f'<Number url="/whisper">{ADA}</Number>', attributes: str = "") -> str:
    return f'<Dial action="/after" {attributes}>{number}</Dial>'


def test_both_sides_hear_each_other_after_the_whisper(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            ada = w.person(ADA)
            w.customer.answers |= {"/voice": dial(), "/whisper": "<Say>a caller</Say>"}
            caller = await w.call()
            await until(lambda: any(row.data.get("verb") == "Say" for row in w.switch.trace))
            await until(lambda: len(ada.sound) >= 320)
            whispered = len(ada.sound)
            caller.speak(0.1)
            ada.speak(0.1)
            await until(lambda: len(ada.sound) > whispered + 300)
            ada.hang_up()
            await until(lambda: w.customer.to("/after"))
            params = w.customer.to("/after")[0].params
            assert params["DialCallStatus"] == "completed" and params["DialBridged"] == "true"
            assert w.customer.to("/whisper")[0].params["Direction"] == "outbound-dial"
            assert w.customer.to("/whisper")[0].params["ParentCallSid"] == caller.line.sid

    run(story())


def test_a_whisper_that_hangs_up_declines(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            ada = w.person(ADA)
            w.customer.answers |= {"/voice": dial(), "/whisper": "<Hangup/>"}
            caller = await w.call()
            await until(lambda: w.customer.to("/after"))
            assert w.customer.to("/after")[0].params["DialBridged"] == "false"
            assert ada.final == "completed" and caller.up

    run(story())


def test_no_answer_busy_and_nobody_there(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            ada = w.person(ADA, answers=False)
            w.customer.answers["/voice"] = dial(attributes='timeout="0.1"')
            await w.call()
            await until(lambda: len(w.customer.to("/after")) == 1)
            w.customer.answers["/voice"] = dial()
            ada.rung = None
            await w.call()
            await until(lambda: ada.rung)
            ada.line.decline()
            await until(lambda: len(w.customer.to("/after")) == 2)
            w.customer.answers["/voice"] = dial("<Client>nobody</Client>")
            await w.call()
            await until(lambda: len(w.customer.to("/after")) == 3)
            statuses = [request.params["DialCallStatus"] for request in w.customer.to("/after")]
            assert statuses == ["no-answer", "busy", "no-answer"]

    run(story())


def test_the_first_to_answer_wins_and_the_others_stop_ringing(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            ada, ben = w.person("client:ada", answers=False), w.person("client:ben", answers=False)
            w.customer.answers["/voice"] = dial("<Client>ada</Client><Client>ben</Client>")
            await w.call()
            await until(lambda: ada.rung and ben.rung)
            ben.line.answer()
            await until(lambda: ada.final)
            assert ada.final == "canceled" and ben.up

    run(story())


def test_the_callee_is_released_when_the_caller_hangs_up(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            ada = w.person(ADA)
            w.customer.answers["/voice"] = dial(ADA)
            caller = await w.call()
            await until(lambda: ada.up and any(row.data.get("status") == "in-progress" for row in w.switch.trace))
            caller.hang_up()
            await until(lambda: ada.final)
            assert ada.final == "completed"

    run(story())


def test_the_caller_is_not_answered_before_the_callee_with_answer_on_bridge(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            ada = w.person(ADA, answers=False)
            w.customer.answers["/voice"] = dial(ADA, 'answerOnBridge="true"')
            caller = await w.call()
            await until(lambda: ada.rung)
            assert not caller.up
            ada.line.answer()
            await until(lambda: caller.up)

    run(story())


def test_a_callee_who_is_moved_during_the_whisper_keeps_his_own_document(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            ada = w.person(ADA)
            w.customer.answers |= {
                "/voice": dial(),
                "/whisper": '<Pause length="30"/>',
                "/moved": '<Pause length="30"/>',
            }
            await w.call()
            await until(lambda: w.customer.to("/whisper"))
            await asyncio.to_thread(client(w).calls(ada.line.sid).update, url=f"{w.customer.url}/moved")
            await until(lambda: w.customer.to("/moved") and w.customer.to("/after"))
            assert w.customer.to("/after")[0].params["DialBridged"] == "false"
            assert ada.up and not ada.final

    run(story())


def test_what_a_client_calls_is_asked_of_the_application(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            ada, bob = w.person("client:ada"), w.person("client:bob")
            w.customer.answers["/app"] = "<Dial><Client>bob</Client></Dial>"
            await w.switch.place(ada, "client:ada", "client:bob")
            await until(lambda: bob.up)
            params = w.customer.to("/app")[0].params
            assert (params["From"], params["To"], params["Direction"]) == ("client:ada", "client:bob", "inbound")
            assert not w.customer.to("/voice")

    run(story())

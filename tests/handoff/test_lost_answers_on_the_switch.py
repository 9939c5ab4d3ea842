"""The carrier does what it is asked, and its answer is lost or late: each is done once, and nobody is dropped."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from typing import Any

import pytest
import requests
from sqlalchemy import update

from ivr.carrier.port import CarrierError
from ivr.carrier.twilio.account import TwilioAccount
from ivr.carrier.twilio.client import TwilioCarrier
from ivr.handoff.supervision import SupervisionRefusedError
from ivr.store import outbox
from ivr.store.models import Agent
from ivr.store.topics import TEXT_SEND
from switch.leg import FINAL
from tests.harness.line_on_switch import ANN, CALLER, Line, Play, hears, say, until
from tests.harness.switch_world import ACCOUNT, NUMBER, TOKEN, MakeWorld, Run, World
from tests.harness.twilio_client import client

pytestmark = pytest.mark.switch

CALLS, CALL = "/Calls.json", "/Calls/{call}.json"
ROOM = "/Conferences/{conference}.json"
PARTICIPANTS, PARTICIPANT = (
    "/Conferences/{conference}/Participants.json",
    "/Conferences/{conference}/Participants/{participant}.json",
)
RECORDING, STREAM = "/Calls/{call}/Recordings/{recording}.json", "/Calls/{call}/Streams/{stream}.json"


def test_a_lost_answer_is_that_of_a_request_that_was_done(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            agent = w.person("client:ada", answers=False)
            w.switch.faults.lose("POST", CALLS)
            with pytest.raises(requests.exceptions.RequestException):
                await asyncio.to_thread(
                    client(w).calls.create, to="client:ada", from_=NUMBER, twiml="<Response/>", timeout=5
                )
            await until(lambda: agent.rung is not None)
            assert w.switch.faults.pending == 0

    run(story())


def test_a_late_answer_is_not_waited_for(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            w.person("client:ada", answers=False)
            w.switch.faults.delay("POST", CALLS, 3.0)
            carrier = TwilioCarrier(TwilioAccount(ACCOUNT, TOKEN, NUMBER, w.switch.url), timeout=0.2)
            began = time.monotonic()
            with pytest.raises(CarrierError) as raised:
                await asyncio.to_thread(carrier.ring, "client:ada", NUMBER, w.switch.url, w.switch.url, 5, w.switch.url)
            assert raised.value.doubtful and not raised.value.again
            assert time.monotonic() - began < 2.0

    run(story())


def carrier_of(w: World) -> TwilioCarrier:
    return TwilioCarrier(TwilioAccount(ACCOUNT, TOKEN, NUMBER, w.switch.url))


REPEATABLE: dict[str, tuple[str, str, Callable[[TwilioCarrier, str, str, str], Any]]] = {
    "end a leg": ("POST", CALL, lambda c, call, room, leg: c.end(leg)),
    "end a conference": ("POST", ROOM, lambda c, call, room, leg: c.end_conference(room)),
    "hold": ("POST", PARTICIPANT, lambda c, call, room, leg: c.change_participant(room, call, hold=True)),
    "mute": ("POST", PARTICIPANT, lambda c, call, room, leg: c.change_participant(room, leg, muted=True)),
    "pause a recording": ("POST", RECORDING, lambda c, call, room, leg: c.pause_recording(call)),
    "resume a recording": ("POST", RECORDING, lambda c, call, room, leg: c.resume_recording(call)),
    "stop listening": ("POST", STREAM, lambda c, call, room, leg: c.stop_listening(call)),
    "status": ("GET", CALL, lambda c, call, room, leg: c.status(call)),
}


@pytest.mark.parametrize("name", REPEATABLE)
def test_what_may_be_asked_twice_is_asked_again_when_the_answer_is_lost(
    switch_world: MakeWorld, run: Run, name: str
) -> None:
    method, path, request = REPEATABLE[name]

    async def story() -> None:
        async with switch_world() as w:
            recorded = '<Start><Recording channels="dual"/></Start>'
            w.customer.answers["/voice"] = f'{recorded}<Dial><Conference beep="false">room</Conference></Dial>'
            one, two = await w.call(), await w.call()
            await until(lambda: any(len(room.participants) == 2 for room in w.switch.conferences.values()))
            (room,) = w.switch.conferences
            w.switch.faults.lose(method, path)
            await asyncio.to_thread(request, carrier_of(w), one.line.sid, room, two.line.sid)
            assert w.switch.faults.pending <= (name == "stop listening")  # nothing listens here

    run(story())


def test_a_move_whose_answer_was_lost_is_left_to_whoever_knows_whether_it_is_still_wanted(
    switch_world: MakeWorld, run: Run
) -> None:
    async def story() -> None:
        async with switch_world() as w:
            w.customer.answers |= {"/voice": "<Say>Hello</Say><Pause length='9'/>", "/elsewhere": "<Pause length='9'/>"}
            person = await w.call()
            await until(lambda: w.switch.calls[person.line.sid].status == "in-progress")
            w.switch.faults.lose("POST", CALL)
            with pytest.raises(CarrierError) as raised:
                await asyncio.to_thread(carrier_of(w).move, person.line.sid, f"{w.customer.url}/elsewhere")
            assert raised.value.again and raised.value.doubtful
            await until(lambda: w.customer.to("/elsewhere"))
            assert len(w.customer.to("/elsewhere")) == 1

    run(story())


# --- on the whole line ---


def fetched(line: Line, path: str) -> int:
    return sum(request.path == path for request in line.w.customer.received)


@pytest.mark.slow
def test_a_phone_whose_ring_was_not_confirmed_rings_once_and_is_put_through(play: Play) -> None:
    async def story(line: Line) -> None:
        line.w.switch.faults.lose("POST", CALLS)
        caller, ann = await line.talking()
        await say({caller: CALLER, ann: ANN}, caller, ANN)
        line.later(60)
        await asyncio.sleep(0.3)
        assert [leg.direction for leg in line.w.switch.calls.values()] == ["inbound", "outbound-api"]
        assert line.state().bridged

    play(story)


@pytest.mark.slow
def test_a_caller_whose_move_to_his_agent_was_not_confirmed_is_moved_once_and_stays_in_his_conversation(
    play: Play,
) -> None:
    async def story(line: Line) -> None:
        line.nobody_free()
        caller = await line.w.call()
        await line.hears(caller, "You are next in the queue.")
        line.w.switch.faults.lose("POST", CALL)
        await line.available("ann")
        ann = await line.accepts("ann")
        await until(lambda: line.state().bridged)
        assert line.w.switch.faults.pending == 0
        line.later(30)
        await asyncio.sleep(0.5)
        await say({caller: CALLER, ann: ANN}, caller, ANN)
        assert hears(ann, CALLER)
        assert (fetched(line, "/handoff/1/room"), line.state().bridged) == (1, True)

    play(story)


@pytest.mark.slow
def test_an_agent_whose_move_out_of_the_whisper_was_not_confirmed_is_moved_once(play: Play) -> None:
    async def story(line: Line) -> None:
        await line.available("ann")
        caller = await line.w.call()
        await line.hears(line.phones["ann"], "Press 1 to accept")
        await until(lambda: line.state().caller == "in")
        line.w.switch.faults.lose("POST", CALL)
        await line.do(line.service.accept, 1, line.ids["ann"])
        await until(lambda: line.state().bridged)
        line.later(30)
        await asyncio.sleep(0.5)
        await say({caller: CALLER, line.phones["ann"]: ANN}, caller, ANN)
        assert fetched(line, "/handoff/1/1/agent") == 2  # the whisper, and the way in

    play(story)


@pytest.mark.slow
def test_a_goodbye_whose_moves_and_ends_were_not_confirmed_is_said_once(play: Play) -> None:
    async def story(line: Line) -> None:
        caller, ann = await line.talking()
        line.w.switch.faults.lose("POST", CALL, times=2)
        line.w.switch.faults.lose("POST", ROOM)
        await line.do(line.service.end, 1, line.ids["ann"])
        await line.hears(caller, "Thank you for calling. Goodbye.")
        await until(lambda: bool(ann.final))
        line.later(5)
        await asyncio.sleep(0.5)
        assert fetched(line, "/voice/resume") == 2  # into the conference, and out of it

    play(story)


@pytest.mark.slow
def test_a_hold_that_was_not_confirmed_is_one(play: Play) -> None:
    async def story(line: Line) -> None:
        caller, ann = await line.talking()
        line.w.switch.faults.lose("POST", PARTICIPANT)
        assert await line.do(line.service.hold, 1, line.ids["ann"], True)
        assert line.held() and line.state().held
        line.w.switch.faults.lose("POST", PARTICIPANT)
        assert await line.do(line.service.hold, 1, line.ids["ann"], False)
        await say({caller: CALLER, ann: ANN}, caller, ANN)

    play(story)


@pytest.mark.slow
def test_a_supervisor_whose_ring_was_not_confirmed_is_rung_once(play: Play) -> None:
    async def story(line: Line) -> None:
        await line.talking()
        with line.sessions.begin() as tx:
            tx.execute(update(Agent).where(Agent.id == line.ids["eve"]).values(roles=["supervisor"]))
        line.w.switch.faults.lose("POST", PARTICIPANTS)
        with contextlib.suppress(SupervisionRefusedError):
            await line.do(line.supervision.join, 1, line.ids["eve"], "listen")
        await until(lambda: bool(line.service.find(1).listeners))
        await until(lambda: line.phones["eve"].up)
        await line.do(line.supervision.join, 1, line.ids["eve"], "coach")
        rung = [leg for leg in line.w.switch.calls.values() if leg.to == "client:eve"]
        assert len(rung) == 1 and rung[0].status not in FINAL

    play(story)


@pytest.mark.slow
def test_a_text_that_was_not_confirmed_is_sent_once(play: Play) -> None:
    async def story(line: Line) -> None:
        caller, _ = await line.talking()
        line.w.switch.faults.lose("POST", "/Messages.json")
        with line.sessions.begin() as tx:
            outbox.put(tx, TEXT_SEND, {"call": caller.line.sid, "body": "Thank you."}, line.clock.now())
        await until(lambda: line.w.switch.faults.pending == 0)
        line.later(120)
        await asyncio.sleep(0.5)
        assert len(line.w.switch.messages) == 1

    play(story)

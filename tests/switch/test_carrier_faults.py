"""A carrier that refuses REST requests, and whose callbacks are lost or come twice."""

import asyncio
from typing import Literal

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.harness.eventually import until
from tests.harness.switch_world import NUMBER, MakeWorld, Run, World
from tests.harness.twilio_client import client

pytestmark = pytest.mark.switch

AGENT = "+15550003000"


async def rung(w: World) -> None:
    """An agent's phone is rung, and hangs up; its progress is told by callbacks."""
    w.person(AGENT)
    w.customer.answers["/agent"] = "<Hangup/>"
    await asyncio.to_thread(
        client(w).calls.create,
        to=AGENT, from_=NUMBER, url=f"{w.customer.url}/agent", status_callback=f"{w.customer.url}/progress",
        status_callback_event=["completed"],
    )  # fmt: skip
    await until(lambda: bool(w.switch.calls) and all(leg.over.is_set() for leg in w.switch.calls.values()))


@pytest.mark.parametrize(("fate", "arrive"), [("kept", 1), ("twice", 2), ("lost", 0)])
def test_callbacks_arrive_once_twice_or_not_at_all(
    switch_world: MakeWorld, run: Run, fate: Literal["kept", "lost", "twice"], arrive: int
) -> None:
    async def story() -> None:
        async with switch_world() as w:
            w.switch.faults.callbacks = fate
            await rung(w)
            await until(lambda: len(w.customer.to("/progress")) >= arrive)
            await asyncio.sleep(0.1)
            assert len(w.customer.to("/progress")) == arrive
            assert len(w.customer.to("/agent")) == 1  # a document is asked for all the same

    run(story())


def test_a_refused_request_is_not_done_and_the_next_is(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            w.switch.faults.refusing = 429
            with pytest.raises(TwilioRestException) as refused:
                await rung(w)
            assert (refused.value.status, w.switch.calls) == (429, {})
            w.switch.faults.clear()
            await rung(w)

    run(story())


def test_the_answer_to_any_request_can_be_lost_though_it_is_done(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            w.switch.faults.lose("POST", "")
            with pytest.raises(Exception, match=r"(?i)connection|incomplete|broken"):
                await rung(w)
            assert len(w.switch.calls) == 1

    run(story())

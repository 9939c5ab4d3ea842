"""An agent's text through the switch: it reaches the caller's number, and a refusal is told."""

import asyncio

import pytest

from ivr.carrier.twilio.account import TwilioAccount
from ivr.carrier.twilio.client import TwilioCarrier
from tests.fakes.fake_clock import FakeClock
from tests.harness.eventually import until
from tests.harness.switch_world import ACCOUNT, NUMBER, TOKEN, MakeWorld, Run
from tests.harness.web_pages import Make, make_web, with_token

__all__ = ["make_web"]

pytestmark = [pytest.mark.switch, pytest.mark.slow]


def test_an_agents_text_is_delivered_to_the_caller(
    switch_world: MakeWorld,
    run: Run,
    make_web: Make,
    clock: FakeClock,
) -> None:
    async def story() -> None:
        async with switch_world() as w:
            web = make_web(clock, texts=TwilioCarrier(TwilioAccount(ACCOUNT, TOKEN, NUMBER, w.switch.url)))
            client = web.signed_in("Ada", "agent", presence="on-call")
            web.call()
            page = f"/agent/handoffs/{web.handoff(1, state='bridged')}/text"
            form = with_token(client, text="Your case is 4711.")
            told = await asyncio.to_thread(client.post, page, data=form, headers={"X-Fragment": "1"})
            assert "The text was sent to +15550100001." in told.text
            [message] = w.switch.messages.values()
            assert (message.to, message.from_, message.body) == ("+15550100001", NUMBER, "Your case is 4711.")
            await until(lambda: message.status == "delivered")

    run(story())


def test_a_carrier_that_refuses_sends_nothing_and_the_agent_is_told(
    switch_world: MakeWorld,
    run: Run,
    make_web: Make,
    clock: FakeClock,
) -> None:
    async def story() -> None:
        async with switch_world() as w:
            web = make_web(clock, texts=TwilioCarrier(TwilioAccount(ACCOUNT, "wrong", NUMBER, w.switch.url)))
            client = web.signed_in("Ada", "agent", presence="on-call")
            web.call()
            page = f"/agent/handoffs/{web.handoff(1, state='bridged')}/text"
            form = with_token(client, text="Your case is 4711.")
            told = await asyncio.to_thread(client.post, page, data=form, headers={"X-Fragment": "1"})
            assert "Nothing was sent" in told.text
            assert not w.switch.messages

    run(story())

"""A web process without its PostgreSQL: every webhook is answered in two seconds, the caller led to a person."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import httpx
import pytest
from pydantic import SecretStr
from twilio.request_validator import RequestValidator

from app import create_web
from ivr.carrier.twilio.signatures import HEADER
from ivr.clock import SystemClock
from ivr.desk import agents
from ivr.settings import Settings
from ivr.store.models import Agent
from tests.harness.asgi_server import served
from tests.harness.call_line import LINE, PUBLIC
from tests.harness.eventually import eventually
from tests.harness.far_line import FarLine

pytestmark = [pytest.mark.integration, pytest.mark.slow]
TOKEN = "t" * 32


@dataclass
class Line:
    """A web process over the far database, and the carrier that asks it."""

    address: str
    far: FarLine

    async def ask(self, client: httpx.AsyncClient, path: str, sid: str) -> tuple[float, httpx.Response]:
        form = {"CallSid": sid, "From": "+15550100001", "To": LINE, "CallStatus": "in-progress", "ErrorCode": "11200"}
        signature = RequestValidator(TOKEN).compute_signature(PUBLIC + path, form)
        begun = time.monotonic()
        answer = await client.post(path, data=form, headers={HEADER: signature})
        return time.monotonic() - begun, answer

    def webhooks(self, paths: list[str], every: float = 0.05) -> list[tuple[float, httpx.Response]]:
        async def all_of_them() -> list[tuple[float, httpx.Response]]:
            async with httpx.AsyncClient(base_url=self.address, timeout=20) as client:
                asked = []
                for number, path in enumerate(paths):
                    asked.append(asyncio.create_task(self.ask(client, path, f"CA{number:032x}")))
                    await asyncio.sleep(every)
                return list(await asyncio.gather(*asked))

        return asyncio.run(all_of_them())

    def away(self) -> list[str]:
        return list(httpx.get(f"{self.address}/readyz").json()["away"])


@pytest.fixture
def line(far: FarLine, redis_url: str, tmp_path: Path) -> Iterator[Line]:
    with far.sessions.begin() as tx:
        now = SystemClock().now()
        agent = Agent(
            email="ada@bank.test", name="Ada", password_hash="-", roles=["agent"], phone="client:ada",
            presence="away", presence_since=now,
        )  # fmt: skip
        tx.add(agent)
        tx.flush()
        agents.set_presence(tx, agent, "available", now)
    settings = Settings.model_validate(
        {
            "database_url": far.sessions.engine.url.render_as_string(hide_password=False),
            "redis_url": redis_url, "data_dir": tmp_path, "public_url": PUBLIC, "twilio_account_sid": "AC" + "1" * 32,
            "twilio_auth_token": SecretStr(TOKEN), "twilio_number": LINE,
        }
    )  # fmt: skip
    with served(create_web(settings)) as address:
        yield Line(address, far)
        far.way.carry()


def first_verbs(answer: httpx.Response) -> list[str]:
    return [verb.tag for verb in ET.fromstring(answer.text)]


@pytest.mark.parametrize("how", ["silence", "cut"])
def test_callers_are_led_to_a_person_in_two_seconds_and_to_the_bot_once_it_is_back(line: Line, how: str) -> None:
    eventually(lambda: line.away() == [])
    assert first_verbs(line.webhooks(["/voice/incoming"])[0][1]) == ["Play", "Start", "Connect", "Redirect"]
    getattr(line.far.way, how)()
    answers = line.webhooks(["/voice/incoming", "/voice/resume", "/voice/fallback", "/voice/status"] * 20)
    took = sorted(seconds for seconds, _ in answers)
    assert took[int(0.99 * len(took))] < 2.0, took[-5:]
    documents = [answer for _, answer in answers if not answer.request.url.path.endswith("/status")]
    failed = [answer for answer in documents if answer.status_code != 200]
    assert len(failed) <= 30, "what fails in the first moments is asked of the fallback, which never fails"
    assert all(answer.request.url.path != "/voice/fallback" for answer in failed)
    assert all(first_verbs(answer) == ["Say", "Dial"] for answer in documents[-30:])
    assert line.away() == ["database"]
    line.far.way.carry()
    eventually(lambda: line.away() == [])
    assert first_verbs(line.webhooks(["/voice/incoming"])[0][1]) == ["Play", "Start", "Connect", "Redirect"]

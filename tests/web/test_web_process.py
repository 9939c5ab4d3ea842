"""A real web process: told to end, it finishes what callers wait for and nothing else."""

import contextlib
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import text
from twilio.request_validator import RequestValidator

from ivr.cli.run import _web
from ivr.clock import SystemClock
from ivr.local.supervisor import environment
from ivr.people import sign_ins
from ivr.settings import Settings
from ivr.store.engine import make_engine, make_sessions
from ivr.store.migrate import upgrade
from ivr.store.models import Agent
from ivr.web.pages.signed_in import limits_of
from tests.harness.asgi_server import Wire
from tests.harness.running_line import free_ports

ROOT = Path(__file__).parents[2]
TOKEN = "t" * 32
pytestmark = [pytest.mark.integration, pytest.mark.slow]


@pytest.fixture(params=[1, 2], ids=["one-process", "two-processes"])
def settings(request: pytest.FixtureRequest, tmp_path: Path, redis_url: str) -> Settings:
    port = free_ports(1)[0]
    return Settings.model_validate(
        {
            "data_dir": tmp_path, "redis_url": redis_url, "port": port, "public_url": f"http://127.0.0.1:{port}",
            "database_url": f"sqlite:///{tmp_path / 'line.db'}", "twilio_account_sid": "AC" + "1" * 32,
            "twilio_auth_token": SecretStr(TOKEN), "twilio_number": "+15550100100", "web_processes": request.param,
        }
    )  # fmt: skip


@pytest.fixture
def process(settings: Settings) -> Iterator["subprocess.Popen[bytes]"]:
    upgrade(settings.database)
    process = subprocess.Popen(_web(settings), cwd=ROOT, env=environment(settings))
    deadline = time.monotonic() + 60
    while True:
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(f"{settings.public_url}/health").status_code == 200:
                break
        assert time.monotonic() < deadline and process.poll() is None
        time.sleep(0.1)
    yield process
    process.kill()
    process.wait()


def incoming(settings: Settings) -> httpx.Response:
    form = {"CallSid": "CA" + "2" * 32, "From": "+15550100001", "To": "+15550100100", "CallStatus": "ringing"}
    signature = RequestValidator(TOKEN).compute_signature(f"{settings.public_url}/voice/incoming", form)
    headers = {"X-Twilio-Signature": signature}
    return httpx.post(f"{settings.public_url}/voice/incoming", data=form, headers=headers, timeout=20)


def signed_in(settings: Settings, address: str) -> Wire:
    """An open stream of news."""
    from bench.calls.pages import cookies_of

    sessions, clock = make_sessions(make_engine(settings.database)), SystemClock()
    with sessions.begin() as tx:
        agent = Agent(
            email="ada@bank.test", name="Ada", password_hash="-", roles=["agent"], phone="client:ada",
            presence="away", presence_since=clock.now(),
        )  # fmt: skip
        tx.add(agent)
        tx.flush()
        key = sign_ins.begin(tx, agent, limits_of(settings), "test", "test", clock.now())
    [cookie] = cookies_of(settings, [key])
    return Wire(address, f"GET /events HTTP/1.1\nHost: line\nCookie: {cookie}\nSec-Fetch-Mode: cors\n\n")


def test_told_to_end_it_answers_the_running_webhook_ends_the_streams_and_takes_no_more(
    settings: Settings, process: "subprocess.Popen[bytes]"
) -> None:
    stream = signed_in(settings, settings.public_url)
    stream.until("event: beat")
    engine = make_engine(settings.database)
    with ThreadPoolExecutor(1) as carrier, engine.connect() as holder:
        holder.execute(text("UPDATE calls SET stage = stage"))  # holds the one lock: the webhook waits for it
        answer = carrier.submit(incoming, settings)
        time.sleep(0.5)
        assert not answer.done()
        process.terminate()
        begun = time.monotonic()
        assert stream.closed()
        assert time.monotonic() - begun < 2
        with pytest.raises(httpx.HTTPError):
            while time.monotonic() - begun < 5:
                httpx.get(f"{settings.public_url}/health", timeout=2)
        holder.rollback()
        assert answer.result(timeout=20).status_code == 200
    assert process.wait(timeout=20) in (0, -15)

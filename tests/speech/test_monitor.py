"""Listening along to both sides of an agent's call."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator

import pytest

from speech.audio import SILENCE
from speech.inference_queue import Priority
from speech.media_streams import Start
from speech.monitor import Monitor, TrackTurn
from tests.fakes.fake_clock import FakeMonotonicClock
from tests.fakes.fake_speech import FakeRecogniser, loud
from tests.harness.session_line import VOICED

pytestmark = pytest.mark.unit

BOTH = Start("MZ1", "CA1", "AC1", ("inbound", "outbound"), {})


def test_both_sides_are_heard_on_their_tracks_to_the_last_word_and_after_the_callers_of_the_bot() -> None:
    clock, recogniser = FakeMonotonicClock(), FakeRecogniser("Hello.")
    heard: list[TrackTurn] = []

    async def fork() -> AsyncIterator[str]:
        for index in range(100):
            speaks = {"inbound": 10 <= index < 40, "outbound": index >= 70}
            for track, voiced in speaks.items():
                payload = base64.b64encode(VOICED if voiced else SILENCE).decode()
                media = {"track": track, "timestamp": str(index * 20), "payload": payload}
                yield json.dumps({"event": "media", "media": media})
            clock.time += 0.02
            await asyncio.sleep(0)
        yield '{"event":"stop","stop":{}}'

    async def note(one: TrackTurn) -> None:
        heard.append(one)

    asyncio.run(Monitor(BOTH, recogniser, lambda: loud, clock=clock).run(fork(), note))
    assert [one.track for one in heard] == ["inbound", "outbound"]
    assert abs(heard[0].turn.start - 0.2) < 0.07
    assert {priority for _, _, priority in recogniser.asked} == {Priority.MONITOR}

"""Scripted caller and scripted agent on a running switch: one call, from greeting to goodbye."""

import asyncio

import numpy as np
import pytest
from starlette.responses import Response

from switch.media.audio import Samples, encode, write_wav
from switch.phones.recorded_lines import RecordedLines
from switch.phones.script_audio import load_audio
from switch.phones.script_reader import read_script
from switch.phones.scripted_phone import ScriptedPhone
from tests.harness.switch_world import CALLER, MakeWorld, Run

pytestmark = pytest.mark.switch

LINES = RecordedLines()


def recorded(text: str, voice: str) -> Samples:
    found = LINES.find(text, voice)
    assert found is not None
    return found


async def by_length(samples: Samples) -> str:
    """Tells the recorded lines apart by how long they are."""
    known = {"You're welcome. Goodbye.": "sarah", "Yes please": "bella"}
    seconds = len(samples) / 8000 - 0.7
    return min(known, key=lambda text: abs(len(recorded(text, known[text])) / 8000 - seconds))


def say(text: str) -> bytes:
    return encode(np.zeros(160, np.int16))


def test_a_scripted_caller_keys_and_talks_with_a_scripted_agent(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            greeting = write_wav([encode(recorded("You're welcome. Goodbye.", "sarah"))])
            w.customer.answers |= {
                "/voice": '<Gather numDigits="2" action="/keyed"><Play>/greeting.wav</Play></Gather>',
                "/greeting.wav": Response(greeting, media_type="audio/wav"),
                "/keyed": "<Dial><Client>ada</Client></Dial>",
            }
            called = read_script(
                {
                    "voice": "sarah",
                    "steps": ["answer", {"quiet": 0.5}, {"say": "You're welcome. Goodbye."}, {"quiet": 0.5}],
                }
            )
            agent = ScriptedPhone(called, await load_audio(called, LINES, say), by_length)
            w.switch.register("client:ada", agent)
            calling = read_script(
                {
                    "voice": "bella",
                    "steps": [
                        {"wait": "welcome goodbye"},
                        {"keys": "27"},
                        {"pause": 1},
                        {"say": "Yes please"},
                        {"wait": "welcome goodbye"},
                        "hang_up",
                    ],
                }
            )
            caller = ScriptedPhone(calling, await load_audio(calling, LINES, say), by_length)
            leg = await w.switch.place(caller, CALLER)
            mine, theirs = await asyncio.wait_for(asyncio.gather(caller.result(), agent.result()), 20)
        assert mine["problems"] == theirs["problems"] == []
        assert mine["call"] == leg.sid
        assert [entry["text"] for entry in mine["heard"]] == ["You're welcome. Goodbye."] * 2
        assert [entry["text"] for entry in theirs["heard"]] == ["Yes please"]
        assert 450 <= mine["latency"][-1] <= 800
        assert w.customer.to("/keyed")[0].params["Digits"] == "27"

    run(story())

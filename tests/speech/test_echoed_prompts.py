"""A bot that hears itself speaks on, and stops for a caller all the same."""

import asyncio

import numpy as np
import pytest

from bench.speech.interruptions import TEXT, Line, call
from bench.tools.echoes import Room
from bench.tools.recorded_speech import rest
from speech.audio import Samples, normalise, read_mono
from speech.events import Interrupted, Spoken, UserTurn
from speech.tts import TextToSpeech
from speech.vad import SileroModel
from speech.voices import make_voice
from switch.phones.recorded_lines import FOLDER
from tests.fakes.fake_speech import FakeRecogniser

pytestmark = pytest.mark.speech

ROOMS = [
    *(Room((way,), db, noise) for way in (100.0, 250.0, 600.0) for db in (-10.0, -30.0) for noise in (None, -58.0)),
    Room((250.0,), -6.0),
    Room((20.0,), -10.0),
    Room((800.0,), -10.0),
    Room((250.0,), -50.0),
    Room((100.0, 430.0), -10.0, -58.0),
    Room((250.0,), -6.0, -58.0, clipped=True),
    Room((137.3,), -10.0, -58.0, band=True),
    Room((250.0,), -10.0, jitter=0.05),
]
STOPPED = 0.55  # seconds: without an echo the slowest of these takes 0.44
LENGTH = 15.0  # seconds: all of the prompt, and the longest echo of it


@pytest.fixture(scope="module")
def speaker(tmp_path_factory: pytest.TempPathFactory) -> TextToSpeech:
    speaker = TextToSpeech(make_voice("heart"), tmp_path_factory.mktemp("prompts"))
    speaker.prepare([TEXT])
    return speaker


def called(said: Samples, room: Room, vad: SileroModel, speaker: TextToSpeech) -> tuple[Line, FakeRecogniser]:
    recogniser = FakeRecogniser("agent")
    return asyncio.run(call(said, recogniser, vad, speaker, room)), recogniser


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_a_prompt_that_comes_back_is_spoken_to_its_end_and_is_nobodys_words(
    room: Room, silero: SileroModel, speaker: TextToSpeech
) -> None:
    line, recogniser = called(rest(LENGTH), room, silero, speaker)
    assert line.cleared == []
    assert [event for event in line.events if isinstance(event, UserTurn | Interrupted)] == []
    assert any(isinstance(event, Spoken) for event in line.events)
    assert recogniser.asked == []


@pytest.mark.parametrize("name", ["bella/no-sixty", "michael/my-card-was-stolen", "michael/agent"])
@pytest.mark.parametrize("room", ROOMS[::4], ids=lambda room: room.name)
def test_a_caller_stops_a_bot_that_hears_itself(
    room: Room, name: str, silero: SileroModel, speaker: TextToSpeech
) -> None:
    said = normalise(read_mono(FOLDER / f"{name}.wav"))
    line, _ = called(np.concatenate([rest(2.0), said, rest(3.0)]), room, silero, speaker)
    assert 2.0 < line.cleared[0] < 2.0 + STOPPED
    assert [event.text for event in line.events if isinstance(event, UserTurn)] == ["agent"]


def test_what_a_caller_says_over_an_echo_is_heard_without_it(silero: SileroModel, speaker: TextToSpeech) -> None:
    said = normalise(read_mono(FOLDER / "michael/my-card-was-stolen.wav"))
    sounds: list[Samples] = []

    class Recording(FakeRecogniser):
        def transcribe(self, sound, *rest):  # type: ignore[no-untyped-def]
            sounds.append(sound)
            return super().transcribe(sound, *rest)

    asyncio.run(call(np.concatenate([rest(2.0), said, rest(3.0)]), Recording("agent"), silero, speaker, Room(db=-6.0)))
    assert sounds
    assert max(likeness(sound, said) for sound in sounds) > 0.9


def likeness(sound: Samples, said: Samples) -> float:
    """How much of `sound` is `said`, wherever it begins: 1 is all."""
    a, b = sound.astype(np.float64), said.astype(np.float64)
    return float(np.abs(np.correlate(a, b, "full")).max() / (np.linalg.norm(a) * np.linalg.norm(b)))

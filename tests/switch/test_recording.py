"""Recordings: two channels, pauses, callbacks, files that come a little later."""

import asyncio

import numpy as np
import pytest
from starlette.responses import Response
from twilio.base.exceptions import TwilioRestException

from switch.media.audio import tone, write_wav
from tests.harness.eventually import until
from tests.harness.switch_recordings import RECORD, channels, fetch
from tests.harness.switch_world import MakeWorld, Person, Run, World
from tests.harness.twilio_client import client

pytestmark = pytest.mark.switch


async def recorded(w: World) -> Person:
    """A caller who has begun to leave a message."""
    w.customer.answers["/voice"] = '<Record action="/message" playBeep="false"/>'
    person = await w.call()
    person.speak(0.05)
    await until(lambda: person.up and not person.words)
    return person


def test_the_person_is_on_the_first_channel_and_what_he_hears_on_the_second(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            w.customer.answers["/voice"] = RECORD + "<Play>/sound.wav</Play>"
            w.customer.answers["/sound.wav"] = Response(write_wav([tone((500,), 0.3)]), media_type="audio/wav")
            person = await w.call()
            await until(lambda: person.up)
            person.speak(0.2, 1200)
            await until(lambda: len(w.customer.to("/recording")) == 2)
            started, done = sorted(w.customer.to("/recording"), key=lambda r: r.params["RecordingStatus"], reverse=True)
            assert started.params["RecordingStatus"] == "in-progress"
            assert done.params["RecordingStatus"] == "completed" and done.params["RecordingChannels"] == "2"
            answer = await fetch(done.params["RecordingUrl"] + ".wav")
            spectrum = np.abs(np.fft.rfft(channels(answer.content), axis=0))
            loudest = np.argmax(spectrum, axis=0) * 8000 / len(channels(answer.content))
            assert loudest == pytest.approx([1200, 500], abs=30)
            assert (
                channels((await fetch(done.params["RecordingUrl"] + ".wav", RequestedChannels="1")).content).shape[1]
                == 1
            )

    run(story())


def test_the_file_is_not_there_before_it_is_ready_and_gone_after_deletion(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            w.customer.answers["/voice"] = RECORD + '<Say>hello</Say><Pause length="30"/>'
            person = await w.call()
            await until(lambda: person.sound)
            [recording] = w.switch.recordings.values()
            assert (await fetch(recording.url + ".wav")).status_code == 404
            person.hang_up()
            await until(lambda: recording.status == "completed")
            assert (await fetch(recording.url + ".wav")).status_code == 200
            assert await asyncio.to_thread(client(w).recordings(recording.sid).delete)
            assert (await fetch(recording.url + ".wav")).status_code == 404 and not recording.path.exists()

    run(story())


def test_a_pause_leaves_silence_and_the_only_recording_is_the_current_one(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            w.customer.answers["/voice"] = '<Say>hi</Say><Pause length="9"/>'
            person = await w.call()
            await until(lambda: person.up)
            recordings = client(w).calls(person.line.sid).recordings
            made = await asyncio.to_thread(recordings.create, recording_channels="dual")
            paused = await asyncio.to_thread(recordings("Twilio.CURRENT").update, status="paused")
            person.speak(0.1)
            await until(lambda: not person.words)
            await asyncio.to_thread(recordings("Twilio.CURRENT").update, status="stopped")
            await until(lambda: w.switch.recordings[made.sid].status == "completed")
            samples = channels((await fetch(w.switch.recordings[made.sid].url + ".wav")).content)
            assert paused.status == "paused"
            assert len(samples) > 800 and np.abs(samples[-800:, 0]).max() == 0

    run(story())


def test_two_recordings_make_the_current_one_ambiguous(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            w.customer.answers["/voice"] = '<Say>hi</Say><Pause length="9"/>'
            person = await w.call()
            await until(lambda: person.up)
            recordings = client(w).calls(person.line.sid).recordings
            await asyncio.to_thread(recordings.create)
            await asyncio.to_thread(recordings.create)
            with pytest.raises(TwilioRestException):
                await asyncio.to_thread(recordings("Twilio.CURRENT").update, status="paused")

    run(story())


def test_a_message_is_recorded_until_the_person_falls_silent(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            w.customer.answers["/voice"] = '<Record action="/message" timeout="0.2" playBeep="false"/>'
            person = await w.call()
            person.speak(0.3)
            await until(lambda: w.customer.to("/message"))
            params = w.customer.to("/message")[0].params
            assert params["Digits"] == "" and params["RecordingUrl"].startswith(w.switch.url)

    run(story())


def test_a_key_ends_a_message(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            person = await recorded(w)
            person.press("#")
            await until(lambda: w.customer.to("/message"))
            assert w.customer.to("/message")[0].params["Digits"] == "#"

    run(story())


def test_hanging_up_ends_a_message_too(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            person = await recorded(w)
            person.hang_up()
            await until(lambda: w.customer.to("/message"))
            assert w.customer.to("/message")[0].params["Digits"] == "hangup"

    run(story())


def test_an_empty_message_goes_on_with_the_next_verb(switch_world: MakeWorld, run: Run) -> None:
    async def story() -> None:
        async with switch_world() as w:
            w.customer.answers["/voice"] = '<Record action="/message" timeout="0.1"/><Redirect>/next</Redirect>'
            await w.call()
            await until(lambda: w.customer.to("/next"))
            assert not w.customer.to("/message")

    run(story())

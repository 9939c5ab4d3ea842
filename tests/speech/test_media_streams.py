"""Media Streams messages as the carrier writes them."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from speech.media_streams import Dtmf, Mark, Media, NoStartError, Start, Stop, media_message, parse, read_start

pytestmark = pytest.mark.unit

STARTED = {
    "event": "start",
    "sequenceNumber": "1",
    "start": {
        "accountSid": "AC1", "streamSid": "MZ1", "callSid": "CA1", "tracks": ["inbound"],
        "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
        "customParameters": {"token": "abc"},
    },
    "streamSid": "MZ1",
}  # fmt: skip


async def socket(*messages: object, open_end: bool = False) -> AsyncIterator[str]:
    for message in messages:
        yield json.dumps(message)
    if open_end:
        await asyncio.sleep(60)


def test_the_start_is_given_before_anything_else() -> None:
    connected = {"event": "connected", "protocol": "Call", "version": "1.0.0"}
    start = asyncio.run(read_start(socket(connected, STARTED)))
    assert start == Start("MZ1", "CA1", "AC1", ("inbound",), {"token": "abc"})


def test_no_start_in_time_and_a_socket_that_ends_are_errors() -> None:
    with pytest.raises(NoStartError, match="within"):
        asyncio.run(read_start(socket(open_end=True), timeout=0.01))
    with pytest.raises(NoStartError, match="ended"):
        asyncio.run(read_start(socket()))


def test_messages_are_understood() -> None:
    media = {"track": "inbound", "chunk": "1", "timestamp": "102", "payload": "/////w=="}
    heard = parse(json.dumps({"event": "media", "media": media}))
    assert isinstance(heard, Media)
    assert (heard.track, heard.at, heard.samples.tolist()) == ("inbound", 0.102, [0, 0, 0, 0])
    assert parse('{"event":"dtmf","dtmf":{"track":"inbound_track","digit":"#"}}') == Dtmf("#")
    assert parse('{"event":"mark","mark":{"name":"7"}}') == Mark("7")
    assert parse('{"event":"stop","stop":{}}') == Stop()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "not json",
        '{"event":"media"}',
        '{"event":"media","media":{"payload":"%%","timestamp":"1"}}',
        '{"event":"new"}',
        '{"event":"media","media":{"payload":"","timestamp":Infinity}}',
        pytest.param("[" * 100_000, id="deep"),
    ],
)
def test_what_cannot_be_read_does_no_harm(text: str) -> None:
    assert parse(text) is None


def test_sound_goes_out_with_the_streams_name_and_nothing_more() -> None:
    assert json.loads(media_message("MZ1", b"\xff")) == {
        "event": "media", "streamSid": "MZ1", "media": {"payload": "/w=="},
    }  # fmt: skip

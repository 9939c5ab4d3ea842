"""Listening to a long call: it begins at once, and only what is asked for is decrypted."""

import os
from pathlib import Path

import pytest
from flask import Flask

from ivr.recordings.places.port import PlaceError
from ivr.recordings.sealing import CHUNK, KeptSound
from ivr.recordings.storage import RecordingStorage
from ivr.store.models import Recording
from ivr.web.pages.recording_audio import AHEAD, answer_with
from tests.harness.web_pages import Web

pytestmark = pytest.mark.integration

LENGTH = 20 * CHUNK + 99


class Counted:
    """Kept sound that notes how much of it was decrypted."""

    def __init__(self, sound: KeptSound) -> None:
        self._sound, self.decrypted = sound, 0

    @property
    def length(self) -> int:
        return self._sound.length

    def read(self, start: int, stop: int) -> bytes:
        found = self._sound.read(start, stop)
        self.decrypted += len(found)
        return found


@pytest.fixture
def sound(tmp_path: Path) -> tuple[bytes, Counted]:
    data, storage = os.urandom(LENGTH), RecordingStorage(tmp_path.as_uri(), b"k" * 32)
    return data, Counted(storage.open(Recording(sid="RE1", path=storage.save("RE1", data))))


@pytest.mark.parametrize(
    ("asked", "start", "stop", "at_most"),
    [
        ("bytes=0-1", 0, 2, AHEAD),
        ("bytes=700000-700099", 700_000, 700_100, AHEAD),
        (f"bytes={LENGTH - 5}-", LENGTH - 5, LENGTH, 5),
        ("bytes=-10", LENGTH - 10, LENGTH, 10),
        (f"bytes={CHUNK - 1}-{5 * CHUNK}", CHUNK - 1, 5 * CHUNK + 1, 2 * AHEAD),
    ],
)
def test_a_range_is_answered_from_the_chunks_that_hold_it(
    sound: tuple[bytes, Counted], asked: str, start: int, stop: int, at_most: int
) -> None:
    data, kept = sound
    with Flask("t").test_request_context(headers={"Range": asked}):
        answer = answer_with(kept)
        assert (answer.status_code, b"".join(answer.iter_encoded())) == (206, data[start:stop])
    assert answer.headers["Content-Range"] == f"bytes {start}-{stop - 1}/{LENGTH}"
    assert answer.content_length == stop - start
    assert kept.decrypted <= at_most


def test_a_player_that_asks_for_all_gets_its_beginning_at_once(sound: tuple[bytes, Counted]) -> None:
    data, kept = sound
    with Flask("t").test_request_context():
        answer = answer_with(kept)
        assert (answer.status_code, answer.content_length) == (200, LENGTH)
        stream = answer.iter_encoded()
        first = next(stream)
        assert kept.decrypted <= AHEAD
        assert first + b"".join(stream) == data


def test_a_range_beyond_the_end_is_refused(sound: tuple[bytes, Counted]) -> None:
    from werkzeug.exceptions import RequestedRangeNotSatisfiable

    with (
        Flask("t").test_request_context(headers={"Range": f"bytes={LENGTH}-"}),
        pytest.raises(RequestedRangeNotSatisfiable),
    ):
        answer_with(sound[1])


def test_a_place_that_is_away_is_told_apart_from_a_recording_that_is_not_there(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    web.call(outcome="resolved")
    recording = web.recording()
    client = web.signed_in("Rosa", "reviewer")

    def away(_recording: Recording) -> KeptSound:
        raise PlaceError("away")

    monkeypatch.setattr(web.recordings, "open", away)
    assert client.get(f"/quality/recordings/{recording}/audio").status_code == 503

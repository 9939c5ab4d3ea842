"""Recordings at rest: unreadable without the key, bound to their recording, whole or not there."""

from pathlib import Path

import pytest

from ivr.recordings.storage import RecordingMissingError, RecordingStorage, RecordingUnreadableError
from ivr.recordings.transcription import UnreadableSoundError, read_sound
from ivr.store.models import Recording
from tests.harness.sounds import sound

pytestmark = pytest.mark.unit

KEY = b"k" * 32


def keep(folder: Path, key: bytes = KEY) -> RecordingStorage:
    return RecordingStorage(folder.as_uri(), key)


def test_what_was_kept_is_read_back_and_lies_encrypted_and_private(tmp_path: Path) -> None:
    path = tmp_path / "kept" / keep(tmp_path / "kept").save("RE1", sound())
    assert keep(tmp_path / "kept").read(Recording(sid="RE1", path=str(path))) == sound()
    assert sound()[:40] not in path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["RE1.wav.aes"]


@pytest.mark.parametrize("spoil", [lambda data: data[:-1], lambda data: data[:20] + b"?" + data[21:], lambda data: b""])
def test_a_file_that_was_changed_is_not_played(tmp_path: Path, spoil: object) -> None:
    path = tmp_path / keep(tmp_path).save("RE1", sound())
    path.write_bytes(spoil(path.read_bytes()))  # type: ignore[operator]
    with pytest.raises(RecordingUnreadableError, match="RE1"):
        keep(tmp_path).read(Recording(sid="RE1", path=str(path)))


def test_another_key_or_another_recordings_file_is_refused(tmp_path: Path) -> None:
    path = keep(tmp_path).save("RE1", sound())
    with pytest.raises(RecordingUnreadableError):
        keep(tmp_path, b"x" * 32).read(Recording(sid="RE1", path=path))
    with pytest.raises(RecordingUnreadableError):
        keep(tmp_path).read(Recording(sid="RE2", path=path))


@pytest.mark.parametrize("path", [None, "/nowhere/RE1.wav.aes"])
def test_a_recording_without_file_says_so(tmp_path: Path, path: str | None) -> None:
    with pytest.raises(RecordingMissingError, match="RE1"):
        keep(tmp_path).read(Recording(sid="RE1", path=path))


def test_sound_is_read_by_channel(tmp_path: Path) -> None:
    read = read_sound(sound(seconds=2.0))
    assert (read.channels, read.seconds) == (2, 2.0)
    assert set(read.samples[1]) == {2000}


def test_what_is_no_wav_is_refused() -> None:
    with pytest.raises(UnreadableSoundError, match="not a WAV"):
        read_sound(b"<html>")


@pytest.mark.parametrize("whole", [True, False], ids=["a whole path of an older row", "a name in the folder"])
def test_a_folder_that_has_moved_is_still_read_and_forgotten(tmp_path: Path, whole: bool) -> None:
    name = keep(tmp_path / "old").save("RE1", sound())
    recording = Recording(sid="RE1", path=str(tmp_path / "old" / name) if whole else name)
    (tmp_path / "old").rename(tmp_path / "new")
    assert keep(tmp_path / "new").read(recording) == sound()
    keep(tmp_path / "new").files.delete(recording.path or "")
    assert not list((tmp_path / "new").iterdir())

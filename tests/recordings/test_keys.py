"""The recordings' keys: set or made, replaced by a new one, and never without the former."""

import base64
from pathlib import Path

import pytest

from ivr.recordings.keys import KeyFiles, KeyMadeElsewhereError, by_id, make_keyring
from ivr.recordings.sealing import key_id
from ivr.recordings.storage import RecordingStorage
from ivr.store.models import Recording

pytestmark = pytest.mark.unit

KEY, OLD = b"k" * 32, b"o" * 32


def text(*keys: bytes) -> str:
    return ", ".join(base64.b64encode(key).decode() for key in keys)


def test_the_key_is_the_one_set_or_one_made_once(tmp_path: Path) -> None:
    assert make_keyring(text(KEY), "", tmp_path).current() == KEY
    made = make_keyring("", "", tmp_path).current()
    assert (made, len(made)) == (make_keyring("", "", tmp_path).current(), 32)


@pytest.mark.parametrize("setting", ["not base64!", base64.b64encode(b"short").decode()])
def test_a_key_that_is_none_is_refused_by_name(tmp_path: Path, setting: str) -> None:
    with pytest.raises(ValueError, match="WARMLINE_RECORDINGS_KEY"):
        make_keyring(setting, "", tmp_path)
    with pytest.raises(ValueError, match="WARMLINE_RECORDINGS_FORMER_KEYS"):
        make_keyring("", f"{text(KEY)}, {setting}", tmp_path)


def test_a_new_key_encrypts_from_then_on_in_every_process_and_the_former_is_kept(tmp_path: Path) -> None:
    here, there = KeyFiles(tmp_path), KeyFiles(tmp_path)
    old = there.current()
    new = here.make_next()
    assert (there.current(), there.former()) == (new, [old])
    assert set(by_id(there)) == {key_id(old), key_id(new)}
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "keys").rglob("*") if path.is_file()} == {0o600}
    here.forget(old)
    assert (there.current(), there.former()) == (new, [])


def test_keys_that_are_set_are_changed_where_they_are_set(tmp_path: Path) -> None:
    ring = make_keyring(text(KEY), text(OLD), tmp_path)
    with pytest.raises(KeyMadeElsewhereError, match="WARMLINE_RECORDINGS_KEY"):
        ring.make_next()
    with pytest.raises(KeyMadeElsewhereError, match=key_id(OLD).hex()):
        ring.forget(OLD)
    assert set(by_id(ring)) == {key_id(KEY), key_id(OLD)}


def test_a_recording_is_read_with_its_key_and_sealed_anew_once(tmp_path: Path) -> None:
    ring = KeyFiles(tmp_path)
    storage = RecordingStorage((tmp_path / "kept").as_uri(), ring)
    path = storage.save("RE1", b"sound" * 50_000)
    first, new = ring.current(), ring.make_next()
    assert storage.key_of(path) == key_id(first)
    assert storage.seal_anew("RE1", path) == key_id(new) == storage.key_of(path)
    written = (tmp_path / "kept" / path).read_bytes()
    ring.forget(first)
    assert storage.seal_anew("RE1", path) == key_id(new)
    assert (tmp_path / "kept" / path).read_bytes() == written
    assert storage.read(Recording(sid="RE1", path=path)) == b"sound" * 50_000

"""The format of kept sound: any stretch alone, nothing moved, nothing missing, the older format too."""

import os
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from ivr.recordings.places.port import Stretch
from ivr.recordings.sealing import CHUNK, HEADER, TAG, UnsealError, in_parts, key_id, seal, unseal

pytestmark = pytest.mark.unit

KEY, OTHER = b"k" * 32, b"o" * 32
KEYS = {key_id(key): key for key in (OTHER, KEY)}
SOUND = os.urandom(3 * CHUNK + 777)


class File:
    """Bytes that note which of them were read."""

    def __init__(self, data: bytes) -> None:
        self.data, self.read = data, 0

    def __call__(self, start: int, stop: int | None) -> Stretch:
        found = self.data[start:stop]
        self.read += len(found)
        return Stretch(found, len(self.data))


def sealed(sound: bytes = SOUND, sid: str = "RE1", key: bytes = KEY) -> bytes:
    return b"".join(seal([sound[:100], sound[100:]], len(sound), sid, key))


FILE = sealed()


@given(st.integers(0, len(SOUND) + 10), st.integers(0, len(SOUND) + 10))
def test_any_stretch_is_read_as_it_was_said(start: int, stop: int) -> None:
    assert unseal("RE1", File(FILE), KEYS).read(start, stop) == SOUND[start:stop]


@pytest.mark.parametrize("length", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK])
def test_sound_of_any_length_comes_back(length: int) -> None:
    sound = unseal("RE1", File(sealed(SOUND[:length])), KEYS)
    assert (sound.length, sound.read(0, length)) == (length, SOUND[:length])
    assert b"".join(in_parts(sound)) == SOUND[:length]


def test_a_stretch_costs_the_chunks_that_hold_it() -> None:
    file = File(FILE)
    unseal("RE1", file, KEYS).read(CHUNK + 5, CHUNK + 10)
    assert file.read == HEADER.size + CHUNK + TAG


def swap(data: bytes) -> bytes:
    one, two = (slice(HEADER.size + n * (CHUNK + TAG), HEADER.size + (n + 1) * (CHUNK + TAG)) for n in (0, 1))
    return data[: one.start] + data[two] + data[one] + data[two.stop :]


@pytest.mark.parametrize(
    "spoil",
    [
        swap,
        lambda data: data[:-1],
        lambda data: data[: HEADER.size + CHUNK + TAG],
        lambda data: data + b"x",
        lambda data: data[: HEADER.size + 9] + b"?" + data[HEADER.size + 10 :],
        lambda data: data[: HEADER.size - 1] + b"?" + data[HEADER.size :],
        lambda data: sealed(sid="RE2"),
        lambda data: b"",
    ],
    ids=["chunks swapped", "a byte cut", "chunks cut", "longer", "a byte changed", "header", "another's", "empty"],
)
def test_what_was_changed_is_not_read(spoil: Callable[[bytes], bytes]) -> None:
    with pytest.raises(UnsealError):
        unseal("RE1", File(spoil(FILE)), KEYS).read(0, CHUNK)


def test_a_chunk_of_another_file_of_the_same_recording_is_not_taken() -> None:
    twin = sealed()
    mixed = FILE[: HEADER.size + CHUNK + TAG] + twin[HEADER.size + CHUNK + TAG :]
    with pytest.raises(UnsealError, match="chunk 1"):
        unseal("RE1", File(mixed), KEYS).read(CHUNK, CHUNK + 1)


def test_a_key_that_is_missing_is_named() -> None:
    with pytest.raises(UnsealError, match=key_id(KEY).hex()):
        unseal("RE1", File(FILE), {key_id(OTHER): OTHER})


def test_a_file_of_the_older_format_is_read_with_whichever_key_it_has() -> None:
    nonce = os.urandom(12)
    old = nonce + AESGCM(KEY).encrypt(nonce, SOUND, b"RE1")
    sound = unseal("RE1", File(old), KEYS)
    assert (sound.length, sound.read(5, 9), b"".join(in_parts(sound))) == (len(SOUND), SOUND[5:9], SOUND)
    for wrong in (unseal("RE2", File(old), KEYS), unseal("RE1", File(old[:-1]), KEYS)):
        with pytest.raises(UnsealError):
            wrong.read(0, 1)

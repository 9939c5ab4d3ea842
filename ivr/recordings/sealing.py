"""The format of a kept recording: encrypted in chunks, so that any stretch is decrypted by itself.

A file is a header (`MAGIC`, the key's id, a chunk's size, the sound's length, a salt; 60 bytes, in the clear) and the
chunks of the sound, each AES-GCM with a tag of 16 bytes. The chunks' key is HKDF-SHA256 of the recordings' key and the
salt, so that it encrypts this file alone; a chunk's nonce is its number. Header and the recording's sid are the
associated data: a chunk is good in its place of its file only, and a file that is too short is known by its header.
"""

import secrets
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ivr.recordings.places.port import Stretch

MAGIC = b"WARMREC2"
HEADER = struct.Struct(">8s8sIQ32s")
CHUNK = 64 * 1024
TAG = 16
OLD_NONCE = 12  # of files without a header: nonce, then all the sound in one piece
Keys = Mapping[bytes, bytes]  # by id
Fetch = Callable[[int, int | None], Stretch]


class UnsealError(ValueError):
    """The bytes were not written with any of the keys, or were changed since."""


@dataclass(frozen=True, slots=True)
class Header:
    key_id: bytes
    chunk: int
    length: int
    salt: bytes

    def pack(self) -> bytes:
        return HEADER.pack(MAGIC, self.key_id, self.chunk, self.length, self.salt)

    @property
    def file_size(self) -> int:
        chunks = -(-self.length // self.chunk)
        return HEADER.size + self.length + chunks * TAG


def key_id(key: bytes) -> bytes:
    """Eight bytes that name a key and tell nothing of it."""
    digest = hashes.Hash(hashes.SHA256())
    digest.update(b"warmline recordings key" + key)
    return digest.finalize()[:8]


def read_header(data: bytes) -> Header | None:
    """The header that a file begins with; None where there is none: the file is of the older format."""
    if len(data) < HEADER.size or not data.startswith(MAGIC):
        return None
    _, name, chunk, length, salt = HEADER.unpack_from(data)
    return Header(name, chunk, length, salt) if chunk else None


def seal(parts: Iterable[bytes], length: int, sid: str, key: bytes) -> Iterator[bytes]:
    """The file of a recording, in pieces: header, then chunks. `parts` are `length` bytes of sound."""
    header = Header(key_id(key), CHUNK, length, secrets.token_bytes(32))
    cipher, bound = _cipher(key, header), _bound(header, sid)
    yield header.pack()
    for number, chunk in enumerate(_chunks(parts, CHUNK)):
        yield cipher.encrypt(_nonce(number), chunk, bound)


class KeptSound(Protocol):
    """The sound of a kept recording. Methods raise UnsealError, and what the place raises."""

    @property
    def length(self) -> int:
        """Bytes of the sound."""
        ...

    def read(self, start: int, stop: int) -> bytes:
        """The sound's bytes from `start` to before `stop`."""
        ...


def unseal(sid: str, fetch: Fetch, keys: Keys) -> KeptSound:
    """A sealed file, of which `fetch(start, stop)` reads stretches. Raises as KeptSound does."""
    head = fetch(0, HEADER.size)
    header = read_header(head.data)
    if header is None:
        return _WholeSound(sid, fetch, keys, head.total)
    if header.file_size != head.total:
        raise UnsealError(f"the file has {head.total} bytes, not {header.file_size}")
    key = keys.get(header.key_id)
    if key is None:
        raise UnsealError(f"it needs the key {header.key_id.hex()}, which is not here")
    return _ChunkedSound(header, _cipher(key, header), _bound(header, sid), fetch)


def in_parts(sound: KeptSound, size: int = 16 * CHUNK) -> Iterator[bytes]:
    """All of the sound, `size` bytes at a time."""
    for start in range(0, sound.length, size):
        yield sound.read(start, min(start + size, sound.length))


class _ChunkedSound:
    """Fetches and decrypts the chunks that hold what is asked for, and no other."""

    def __init__(self, header: Header, cipher: AESGCM, bound: bytes, fetch: Fetch) -> None:
        self._chunk, self._cipher, self._bound, self._fetch = header.chunk, cipher, bound, fetch
        self.length = header.length

    def read(self, start: int, stop: int) -> bytes:
        start, stop = max(0, start), min(stop, self.length)
        if start >= stop:
            return b""
        chunk, sealed_chunk = self._chunk, self._chunk + TAG
        first, last = start // chunk, (stop - 1) // chunk
        sealed = self._fetch(HEADER.size + first * sealed_chunk, HEADER.size + (last + 1) * sealed_chunk).data
        opened = b"".join(
            self._open(first + place, sealed[place * sealed_chunk : (place + 1) * sealed_chunk])
            for place in range(last - first + 1)
        )
        return opened[start - first * chunk : stop - first * chunk]

    def _open(self, number: int, sealed: bytes) -> bytes:
        try:
            return self._cipher.decrypt(_nonce(number), sealed, self._bound)
        except (InvalidTag, ValueError) as error:
            raise UnsealError(f"chunk {number} was changed, or is another recording's") from error


class _WholeSound:
    """A file of the older format: nothing of it can be had without decrypting all."""

    def __init__(self, sid: str, fetch: Fetch, keys: Keys, size: int) -> None:
        self._sid, self._fetch, self._keys = sid, fetch, keys
        self.length = max(0, size - OLD_NONCE - TAG)

    def read(self, start: int, stop: int) -> bytes:
        return self._sound[max(0, start) : stop]

    @cached_property
    def _sound(self) -> bytes:
        data = self._fetch(0, None).data
        for key in self._keys.values():
            with suppress(InvalidTag, ValueError):
                return AESGCM(key).decrypt(data[:OLD_NONCE], data[OLD_NONCE:], self._sid.encode())
        raise UnsealError("it was not written with any of the keys, or was changed since")


def _cipher(key: bytes, header: Header) -> AESGCM:
    own = HKDF(hashes.SHA256(), length=32, salt=header.salt, info=b"warmline recording").derive(key)
    return AESGCM(own)


def _bound(header: Header, sid: str) -> bytes:
    return header.pack() + sid.encode()


def _nonce(number: int) -> bytes:
    return number.to_bytes(12)


def _chunks(parts: Iterable[bytes], size: int) -> Iterator[bytes]:
    held = bytearray()
    for part in parts:
        held += part
        while len(held) >= size:
            yield bytes(held[:size])
            del held[:size]
    if held:
        yield bytes(held)

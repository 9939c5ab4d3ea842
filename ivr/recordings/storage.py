"""Recordings at rest: encrypted in a folder or a bucket, readable again only with their key."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from typing import Protocol

from ivr.recordings.keys import Keyring, SetKeys, by_id
from ivr.recordings.places.chosen import make_place
from ivr.recordings.places.port import NoSuchFileError, Place
from ivr.recordings.sealing import HEADER, KeptSound, UnsealError, in_parts, key_id, read_header, seal, unseal

ENDING = ".wav.aes"
OURS = re.compile(r"[A-Za-z0-9]+[A-Za-z0-9._-]*\.wav\.(aes|[0-9a-f]{8})")  # a recording, or one being written


class RecordingMissingError(LookupError):
    """There is no file for the recording."""


class RecordingUnreadableError(LookupError):
    """The file was not written with any of our keys, or was changed since."""


class Kept(Protocol):
    """Sound that is kept: `sid` is what it was saved as, `path` what `save` gave."""

    @property
    def sid(self) -> str: ...
    @property
    def path(self) -> str | None: ...


class RecordingFiles:
    """The files at the `file://` or `s3://` address `url`, encrypted or not; a recording's `path` names one of them."""

    def __init__(self, url: str) -> None:
        self.place: Place = make_place(url)

    def locate(self, path: str) -> str:
        """Where a recording's file is now. A path that was kept whole is found in a folder that has moved since."""
        return self.place.locate(path)

    def delete(self, path: str) -> None:
        """Delete the file; harmless when it is gone."""
        self.place.delete(path)

    def unreferenced(self, known: Callable[[Sequence[str]], Collection[str]], before: datetime) -> Iterator[str]:
        """Files from before `before` that no recording names: `known` tells which of some names are named."""
        old = (name for name, written in self.place.files() if written < before and OURS.fullmatch(name))
        while some := list(islice(old, 500)):
            named = known(some)
            yield from (name for name in some if name not in named)


class RecordingStorage:
    """Keeps recordings in RecordingFiles, encrypted with `keys`, or one key. A file is bound to its recording's sid."""

    def __init__(self, url: str, keys: Keyring | bytes) -> None:
        self.files = RecordingFiles(url)
        self.keys: Keyring = SetKeys(keys) if isinstance(keys, bytes) else keys

    def save(self, sid: str, sound: bytes) -> str:
        """Write `sound` encrypted; the file's name. Written whole or not at all. Raises PlaceError."""
        name = f"{sid}{ENDING}"
        self._seal(name, sid, [sound], len(sound))
        return name

    def open(self, recording: Kept) -> KeptSound:
        """The WAV in the clear, of which only what is read is decrypted.

        Raises RecordingMissingError, RecordingUnreadableError, PlaceError, as its `read` does."""
        return self.open_file(recording.sid, recording.path)

    def open_file(self, sid: str, path: str | None) -> KeptSound:
        """As `open`, of the file `path` that was saved for `sid`."""
        if path is None:
            raise RecordingMissingError(f"recording {sid} has no file")
        with _named(sid):
            sound = unseal(sid, lambda start, stop: self.files.place.read(path, start, stop), by_id(self.keys))
        return _Named(sid, sound)

    def read(self, recording: Kept) -> bytes:
        """The whole WAV in the clear. Raises as `open` does."""
        sound = self.open(recording)
        return sound.read(0, sound.length)

    def key_of(self, path: str) -> bytes | None:
        """The id of the key that a file needs; None where the file is of the older format, which does not tell.

        Raises RecordingMissingError, PlaceError."""
        with _named(path):
            header = read_header(self.files.place.read(path, 0, HEADER.size).data)
        return header.key_id if header else None

    def seal_anew(self, sid: str, path: str) -> bytes:
        """Encrypt a file with the current key, if it is not, in its place and piece by piece; that key's id.

        Raises as `open` does: then the file is as it was."""
        current = self.keys.current()
        if self.key_of(path) != key_id(current):
            sound = self.open_file(sid, path)
            self._seal(path, sid, in_parts(sound), sound.length)
        return key_id(current)

    def _seal(self, name: str, sid: str, parts: Iterable[bytes], length: int) -> None:
        self.files.place.put(name, seal(parts, length, sid, self.keys.current()))


class _Named:
    """A kept sound whose faults name its recording."""

    def __init__(self, sid: str, sound: KeptSound) -> None:
        self._sid, self._sound = sid, sound

    @property
    def length(self) -> int:
        return self._sound.length

    def read(self, start: int, stop: int) -> bytes:
        with _named(self._sid):
            return self._sound.read(start, stop)


@contextmanager
def _named(sid: str) -> Iterator[None]:
    try:
        yield
    except NoSuchFileError as error:
        raise RecordingMissingError(f"the file of recording {sid} is not there: {error}") from error
    except UnsealError as error:
        raise RecordingUnreadableError(f"recording {sid} cannot be decrypted: {error}") from error

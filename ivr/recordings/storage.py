"""Recordings at rest: AES-GCM in a folder, readable again only with the key."""

import base64
import binascii
import math
import os
import re
import secrets
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from urllib.parse import unquote, urlsplit

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ivr.secret_keys import persistent_key
from ivr.store.models import Recording

NONCE = 12
KEY_BYTES = (16, 24, 32)
OURS = re.compile(r"[A-Za-z0-9]+\.wav\.(aes|[0-9a-f]{8})")  # a recording, or one that was being written


class RecordingMissingError(LookupError):
    """There is no file for the recording."""


class RecordingUnreadableError(LookupError):
    """The file was not written with this key, or was changed since."""


def recordings_key(setting: str, data_dir: Path) -> bytes:
    """The key as set (base64 of 16, 24 or 32 bytes), or one made once and kept in `data_dir`."""
    if not setting:
        return persistent_key(data_dir, "recordings")
    try:
        key = base64.b64decode(setting, validate=True)
    except binascii.Error as error:
        raise ValueError("WARMLINE_RECORDINGS_KEY is not base64; make one with: openssl rand -base64 32") from error
    if len(key) not in KEY_BYTES:
        raise ValueError(f"WARMLINE_RECORDINGS_KEY holds {len(key)} bytes, not 16, 24 or 32")
    return key


class RecordingFolder:
    """The files under the `file://` URL `folder`, encrypted or not; a recording's `path` names one of them."""

    def __init__(self, folder: str) -> None:
        parts = urlsplit(folder)
        if parts.scheme != "file":
            raise ValueError(f"RECORDINGS_URL {folder!r} is not a file:// address of a folder")
        self.folder = Path(unquote(parts.path))

    def locate(self, path: str) -> Path:
        """Where a recording's file is now. A path that was kept whole is found in a folder that has moved since."""
        whole = Path(path)
        return whole if whole.is_absolute() and whole.exists() else self.folder / whole.name

    def delete(self, path: str) -> None:
        """Delete the file; harmless when it is gone."""
        self.locate(path).unlink(missing_ok=True)

    def unreferenced(self, known: Callable[[Sequence[str]], Collection[str]], before: datetime) -> Iterator[Path]:
        """Files from before `before` that no recording names: `known` tells which of some names are named."""
        if not self.folder.is_dir():
            return
        ours = (path for path in self.folder.iterdir() if OURS.fullmatch(path.name))
        old = (path for path in ours if _written(path) < before.timestamp())
        while some := list(islice(old, 500)):
            named = known([path.name for path in some])
            yield from (path for path in some if path.name not in named)


def _written(path: Path) -> float:
    """When, in seconds; one that has just been finished under another name is the newest of all."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return math.inf


class RecordingStorage:
    """Keeps recordings in a RecordingFolder, encrypted with `key`. A file is bound to its recording's sid."""

    def __init__(self, folder: str, key: bytes) -> None:
        self.files, self._cipher = RecordingFolder(folder), AESGCM(key)

    def save(self, sid: str, sound: bytes) -> str:
        """Write `sound` encrypted; the file's name in the folder. Written whole or not at all."""
        self.files.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path, nonce = self.files.folder / f"{sid}.wav.aes", secrets.token_bytes(NONCE)
        draft = path.with_suffix(f".{secrets.token_hex(4)}")
        try:
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(nonce + self._cipher.encrypt(nonce, sound, sid.encode()))
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
        return path.name

    def read(self, recording: Recording) -> bytes:
        """The WAV in the clear. Raises RecordingMissingError, RecordingUnreadableError."""
        try:
            data = self.files.locate(recording.path).read_bytes() if recording.path else None
        except OSError as error:
            raise RecordingMissingError(
                f"the file of recording {recording.sid} cannot be read: {error.strerror}"
            ) from error
        if data is None:
            raise RecordingMissingError(f"recording {recording.sid} has no file")
        try:
            return self._cipher.decrypt(data[:NONCE], data[NONCE:], recording.sid.encode())
        except (InvalidTag, ValueError) as error:
            raise RecordingUnreadableError(f"recording {recording.sid} was not written with this key") from error

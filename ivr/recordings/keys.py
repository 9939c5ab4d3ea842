"""The keys of the recordings: one that encrypts, and former ones, with which older recordings are read."""

import base64
import binascii
import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from ivr.recordings.sealing import Keys, key_id
from ivr.secret_keys import persistent_key

KEY_BYTES = (16, 24, 32)
NAME = "recordings"


class KeyMadeElsewhereError(RuntimeError):
    """The keys are set in the environment, where nothing here can change them."""


class Keyring(Protocol):
    """Asked each time that a key is needed: another process may have made a new one meanwhile."""

    def current(self) -> bytes:
        """The key that encrypts from now on."""
        ...

    def former(self) -> list[bytes]: ...

    def make_next(self) -> bytes:
        """Make a new key the current one; the one before is kept as a former. Raises KeyMadeElsewhereError."""
        ...

    def forget(self, key: bytes) -> None:
        """Drop a former key that nothing uses. Raises KeyMadeElsewhereError."""
        ...


def by_id(ring: Keyring) -> Keys:
    """Every key by its id."""
    # a former key is read last: one that is being replaced right now is then in one of the two places, or in both
    current = ring.current()
    return {key_id(key): key for key in (current, *ring.former(), ring.current())}


def make_keyring(current: str, former: str, data_dir: Path) -> Keyring:
    """As set (base64, `former` a list with commas), or made and kept in `data_dir`. Raises ValueError that names the
    setting."""
    old = [_decoded("WARMLINE_RECORDINGS_FORMER_KEYS", part.strip()) for part in former.split(",") if part.strip()]
    if not current:
        return KeyFiles(data_dir, old)
    return SetKeys(_decoded("WARMLINE_RECORDINGS_KEY", current), old)


class SetKeys:
    """Keys that an operator has set."""

    def __init__(self, current: bytes, former: Sequence[bytes] = ()) -> None:
        self._current, self._former = current, list(former)

    def current(self) -> bytes:
        return self._current

    def former(self) -> list[bytes]:
        return list(self._former)

    def make_next(self) -> bytes:
        raise KeyMadeElsewhereError(
            "the key is set in WARMLINE_RECORDINGS_KEY: move it to WARMLINE_RECORDINGS_FORMER_KEYS, set a new one "
            "(openssl rand -base64 32), start the processes anew and rotate again"
        )

    def forget(self, key: bytes) -> None:
        raise KeyMadeElsewhereError(f"take {key_id(key).hex()} out of WARMLINE_RECORDINGS_FORMER_KEYS")


class KeyFiles:
    """Keys in the data folder, shared by all processes that have it; `also` are former ones from the settings."""

    def __init__(self, data_dir: Path, also: Sequence[bytes] = ()) -> None:
        self._data_dir, self._also = data_dir, list(also)
        self._former = data_dir / "keys" / f"{NAME}.former"

    def current(self) -> bytes:
        return persistent_key(self._data_dir, NAME)

    def former(self) -> list[bytes]:
        files = sorted(self._former.iterdir()) if self._former.is_dir() else []
        return [base64.b64decode(file.read_bytes()) for file in files if len(file.name) == 16] + self._also

    def make_next(self) -> bytes:
        old = self.current()
        self._former.mkdir(mode=0o700, exist_ok=True)
        _write(self._former / key_id(old).hex(), old)
        new = secrets.token_bytes(32)
        _write(self._data_dir / "keys" / NAME, new)
        return new

    def forget(self, key: bytes) -> None:
        if key in self._also:
            raise KeyMadeElsewhereError(f"take {key_id(key).hex()} out of WARMLINE_RECORDINGS_FORMER_KEYS")
        (self._former / key_id(key).hex()).unlink(missing_ok=True)


def _write(path: Path, key: bytes) -> None:
    """Whole and on the disk before anything is encrypted with it."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(base64.b64encode(key))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _decoded(setting: str, text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(f"{setting} is not base64; make a key with: openssl rand -base64 32") from error
    if len(key) not in KEY_BYTES:
        raise ValueError(f"{setting} holds {len(key)} bytes, not 16, 24 or 32")
    return key

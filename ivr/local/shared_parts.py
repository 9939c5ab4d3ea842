"""Whether this host has the keys, and the store of recordings, that the line's other hosts have.

Each leaves a mark in the database: the key's id, a slow hash of the secret, the name that lies in the store. A host
that starts with another is refused, before a recording is made that no other host can read. SQLite is of one host.
"""

import hashlib
import secrets
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ivr.recordings.keys import by_id
from ivr.recordings.places.chosen import make_place
from ivr.recordings.places.port import NoSuchFileError, PlaceError
from ivr.recordings.sealing import key_id
from ivr.secret_keys import persistent_key
from ivr.settings import Settings
from ivr.store.engine import Sessions
from ivr.store.models import Recording, SharedPart

RECORDINGS_KEY, SECRET_KEY, STORE = "recordings key", "secret key", "recordings"
PARTS = (RECORDINGS_KEY, SECRET_KEY, STORE)
NEEDED = {"web": PARTS, "worker": (RECORDINGS_KEY, STORE), "media": ()}
MARK_FILE = "warmline-store"  # lies among the recordings, and is no recording
ADOPT = "if it was meant to change: `warmline setup shared`"


@dataclass(frozen=True, slots=True)
class Own:
    """This host's mark of a part, None where it has none yet; `known` are marks that it can do with as well."""

    mark: str | None
    known: Collection[str] = ()


def differences(settings: Settings, sessions: Sessions, now: datetime, parts: Sequence[str] = PARTS) -> list[str]:
    """What of `parts` differs here from the line's other hosts, as sentences with the mend; the first host's is noted.

    A store that cannot be reached is no difference. Raises SQLAlchemyError, ValueError.
    """
    if settings.database.startswith("sqlite"):
        return []
    return [words for name in parts if (words := CHECKS[name](settings, sessions, now))]


def adopt(settings: Settings, sessions: Sessions, now: datetime) -> None:
    """What this host has is the line's from now on. Raises SQLAlchemyError, ValueError, PlaceError."""
    if settings.database.startswith("sqlite"):
        return
    mark = _read_mark(settings) or secrets.token_hex(8)
    _write_mark(settings, mark)
    own = {RECORDINGS_KEY: _own_key(settings).mark, SECRET_KEY: _own_secret(settings).mark, STORE: mark}
    with sessions.begin() as tx:
        for name, value in own.items():
            tx.merge(SharedPart(name=name, mark=value, at=now))


def _differs(
    own: Callable[[Settings], Own], name: str, mend: str, settings: Settings, sessions: Sessions, now: datetime
) -> str:
    here = own(settings)
    theirs = _noted(sessions, name, str(here.mark), now)
    if theirs == here.mark:
        return ""
    if theirs in here.known:
        with sessions.begin() as tx:  # a rotation that has reached this host
            tx.merge(SharedPart(name=name, mark=str(here.mark), at=now))
        return ""
    return f"The {name} here ({here.mark}) is not that of the line's other hosts ({theirs}): {mend}; {ADOPT}."


def _store_differs(settings: Settings, sessions: Sessions, now: datetime) -> str:
    try:
        here = _read_mark(settings)
        theirs = _noted(sessions, STORE, here or secrets.token_hex(8), now)
        if here == theirs:
            return ""
        with sessions() as tx:
            kept = _any_recording(tx)
        if here is None and not kept:
            _write_mark(settings, theirs)
            return ""
    except PlaceError:
        return ""
    return (
        f"The store of recordings here, {settings.recordings}, is not that of the line's other hosts: set "
        f"RECORDINGS_URL, and the AWS settings, as there; {ADOPT}."
    )


def _noted(sessions: Sessions, name: str, mark: str, now: datetime) -> str:
    """What stands in the database; `mark`, where nothing did."""
    with sessions() as tx:
        found = tx.get(SharedPart, name)
    if found is not None:
        return found.mark
    try:
        with sessions.begin() as tx:
            tx.add(SharedPart(name=name, mark=mark, at=now))
    except IntegrityError:  # another host was a moment earlier
        return _noted(sessions, name, mark, now)
    return mark


def _own_key(settings: Settings) -> Own:
    ring = settings.keyring
    return Own(key_id(ring.current()).hex(), [name.hex() for name in by_id(ring)])


def _own_secret(settings: Settings) -> Own:
    secret = settings.secret_key.get_secret_value().encode() or b"".join(
        persistent_key(settings.data_dir, name) for name in ("session", "second-factors")
    )
    # slow on purpose: somebody who reads the database shall not try words until one fits
    return Own(hashlib.scrypt(secret, salt=b"warmline shared parts", n=2**14, r=8, p=1, dklen=8).hex())


def _read_mark(settings: Settings) -> str | None:
    try:
        return make_place(settings.recordings).read(MARK_FILE).data.decode()
    except NoSuchFileError:
        return None


def _write_mark(settings: Settings, mark: str) -> None:
    make_place(settings.recordings).put(MARK_FILE, [mark.encode()])


def _any_recording(tx: Session) -> bool:
    return tx.scalar(select(Recording.id).where(Recording.path.is_not(None)).limit(1)) is not None


CHECKS: dict[str, Callable[[Settings, Sessions, datetime], str]] = {
    RECORDINGS_KEY: partial(
        _differs, _own_key, RECORDINGS_KEY,
        "set WARMLINE_RECORDINGS_KEY as there, or copy `keys/` of their data folder",
    ),
    SECRET_KEY: partial(
        _differs, _own_secret, SECRET_KEY, "set WARMLINE_SECRET_KEY as there, or copy `keys/` of their data folder"
    ),
    STORE: _store_differs,
}  # fmt: skip

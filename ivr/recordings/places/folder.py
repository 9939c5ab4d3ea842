"""Files in a folder of this machine, or of one that all machines of the line mount."""

import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from ivr.recordings.places.port import NoSuchFileError, PlaceError, Stretch


class FolderPlace:
    """The files of one folder. A `name` may be the whole path of an older row: it is found where the folder is now."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, name: str, parts: Iterable[bytes]) -> None:
        path = self._path(name)
        draft = path.with_suffix(f".{secrets.token_hex(4)}")
        with _told("written", path):
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            try:
                with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                    file.writelines(parts)
                    file.flush()
                    os.fsync(file.fileno())
                draft.replace(path)
            finally:
                draft.unlink(missing_ok=True)

    def read(self, name: str, start: int = 0, stop: int | None = None) -> Stretch:
        path = self._path(name)
        with _told("read", path), path.open("rb") as file:
            total = os.fstat(file.fileno()).st_size
            file.seek(start)
            return Stretch(file.read(total if stop is None else max(0, stop - start)), total)

    def delete(self, name: str) -> None:
        with _told("deleted", self.folder):
            self._path(name).unlink(missing_ok=True)

    def files(self) -> Iterator[tuple[str, datetime]]:
        for path in self.folder.iterdir() if self.folder.is_dir() else ():
            with suppress(FileNotFoundError):  # one that has just been finished under another name
                yield path.name, datetime.fromtimestamp(path.stat().st_mtime, UTC)

    def locate(self, name: str) -> str:
        return str(self._path(name))

    def check(self) -> str:
        probe = f".probe.{secrets.token_hex(4)}"
        self.put(probe, [b"probe"])
        self.read(probe)
        self.delete(probe)
        return str(self.folder)

    def _path(self, name: str) -> Path:
        whole = Path(name)
        return whole if whole.is_absolute() and whole.exists() else self.folder / whole.name


@contextmanager
def _told(done: str, path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise NoSuchFileError(f"{path.name} is not in {path.parent}") from error
    except OSError as error:
        raise PlaceError(f"{path} cannot be {done} ({error.strerror}): see to RECORDINGS_URL") from error

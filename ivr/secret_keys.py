"""Keys that nobody set: made once, kept in the data folder, readable by its owner alone."""

import base64
import os
import secrets
from pathlib import Path


def persistent_key(folder: Path, name: str) -> bytes:
    """32 random bytes, the same at every call and for every process that shares `folder`."""
    path = folder / "keys" / name
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        # linked into place whole, so that two first processes agree on one key
        draft = path.with_suffix(f".{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(base64.b64encode(secrets.token_bytes(32)))
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink(missing_ok=True)
    return base64.b64decode(path.read_bytes())

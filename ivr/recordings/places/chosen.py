"""Which place `RECORDINGS_URL` names."""

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ivr.recordings.places.folder import FolderPlace
from ivr.recordings.places.port import Place
from ivr.recordings.places.s3 import S3Place

BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


def make_place(url: str) -> Place:
    """The place at a `file://` or `s3://bucket/prefix` address; raises ValueError that names RECORDINGS_URL."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        return FolderPlace(Path(unquote(parts.path)))
    if parts.scheme != "s3":
        raise ValueError(f"RECORDINGS_URL {url!r} is neither a folder's file:// address nor s3://bucket/prefix")
    if not BUCKET.fullmatch(parts.netloc):
        raise ValueError(f"RECORDINGS_URL {url!r} names no bucket: write it as s3://bucket/prefix")
    prefix = unquote(parts.path).strip("/")
    return S3Place(parts.netloc, f"{prefix}/" if prefix else "")

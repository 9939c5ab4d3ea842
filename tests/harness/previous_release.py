"""The code of the release before this one, as it stands in the repository's history."""

import io
import subprocess
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MIGRATIONS = "ivr/store/migrations/versions"


def previous_release(folder: Path) -> Path:
    """Its files, in `folder`: the newest tag whose tables are others than today's, or else the last such commit.

    Skips where there is no history."""
    commit = _tagged() or _before_the_newest_table()
    archive = _git("archive", commit)
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        files.extractall(folder, filter="data")
    return folder


def _tagged() -> str:
    tags = _git("tag", "--merged", "HEAD", "--sort=-creatordate").decode().split()
    return next((tag for tag in tags if _git("diff", "--name-only", tag, "HEAD", "--", MIGRATIONS)), "")


def _before_the_newest_table() -> str:
    grew = _git("log", "-1", "--format=%H", "--diff-filter=A", "--", MIGRATIONS).decode().strip()
    if not grew:
        pytest.skip("no migration stands in the history of this repository")
    return f"{grew}^"


def _git(*words: str) -> bytes:
    try:
        return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no history of the repository to be had here: git {words[0]}: {error}")

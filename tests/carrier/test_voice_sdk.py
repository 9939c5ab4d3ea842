"""The carrier's script for browsers: pinned, taken from its package, and never anything else in its place."""

import io
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest

from ivr.carrier.twilio import voice_sdk
from ivr.carrier.twilio.voice_sdk import SdkError, install_sdk, is_installed, sdk_in

pytestmark = pytest.mark.unit

SCRIPT = b"self.Twilio = {};"


def pack(path: Path, content: bytes = SCRIPT) -> Path:
    """A package with `content` as its script."""
    with tarfile.open(path, "w:gz") as archive:
        entry = tarfile.TarInfo(voice_sdk.INSIDE)
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    return path


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small package of ours, pinned in the real one's stead."""
    path = pack(tmp_path / "sdk.tgz")
    monkeypatch.setattr(voice_sdk, "PACKAGE_INTEGRITY", voice_sdk._integrity(path.read_bytes()))
    monkeypatch.setattr(voice_sdk, "SCRIPT_INTEGRITY", voice_sdk._integrity(SCRIPT))
    return path


def npm(monkeypatch: pytest.MonkeyPatch, brings: Path | None, says: str = "") -> list[list[str]]:
    """npm stands on this machine, and packs `brings` or fails; the commands that it was given."""
    commands: list[list[str]] = []

    def run(command: list[str], *, cwd: Path, **_more: Any) -> Any:
        commands.append(command)
        if brings is not None:
            shutil.copy(brings, cwd / "twilio-voice-sdk.tgz")
        return subprocess.CompletedProcess(command, 0 if brings else 1, "", says)

    monkeypatch.setattr("shutil.which", lambda _name: "/usr/bin/npm")
    monkeypatch.setattr("subprocess.run", run)
    return commands


def test_npm_brings_the_pinned_version_and_runs_nothing_of_it(
    tmp_path: Path, package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands = npm(monkeypatch, package)
    path = install_sdk(tmp_path)
    assert path.read_bytes() == SCRIPT
    assert is_installed(sdk_in(tmp_path))
    assert commands[0][-1] == f"@twilio/voice-sdk@{voice_sdk.VERSION}"
    assert "--ignore-scripts" in commands[0]


def test_what_is_there_is_not_fetched_again(tmp_path: Path, package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install_sdk(tmp_path, package)
    assert npm(monkeypatch, None) == []
    install_sdk(tmp_path)


def test_a_file_that_was_changed_is_not_there(tmp_path: Path, package: Path) -> None:
    install_sdk(tmp_path, package).write_bytes(b"other")
    assert not is_installed(sdk_in(tmp_path))


def test_another_package_is_refused_and_leaves_nothing(tmp_path: Path, package: Path) -> None:
    with pytest.raises(SdkError, match="not the package"):
        install_sdk(tmp_path, pack(tmp_path / "other.tgz", b"alert(1)"))
    assert not sdk_in(tmp_path).path.exists()


def test_without_npm_the_way_by_a_file_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _name: None)
    with pytest.raises(SdkError, match=r"warmline setup phone --from"):
        install_sdk(tmp_path)


def test_what_npm_complains_of_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    npm(monkeypatch, None, "npm error code ENOTFOUND\nand more")
    with pytest.raises(SdkError, match="ENOTFOUND"):
        install_sdk(tmp_path)

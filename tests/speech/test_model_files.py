"""Model files: where they are looked for, how they are checked, and what is said when they are missing."""

import hashlib
from pathlib import Path

import pytest

from speech import model_files
from speech.model_files import MissingModelError, ModelFiles, find_vad, find_whisper

pytestmark = pytest.mark.unit


@pytest.fixture
def packaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small model in two packages that are installed for this test."""
    for index, data in enumerate([b"first ", b"second"], start=1):
        folder = tmp_path / "site" / f"fake_part{index}"
        folder.mkdir(parents=True)
        (folder / "__init__.py").write_text("raise ImportError('a package of data is not imported')")
        (folder / f"model.bin.part{index}").write_bytes(data)
    (tmp_path / "site" / "fake_part1" / "config.json").write_text("{}")
    model = model_files._Packaged(
        parts=(("fake_part1", "model.bin.part1"), ("fake_part2", "model.bin.part2")),
        beside={"config.json": hashlib.sha256(b"{}").hexdigest()},
        sha256=hashlib.sha256(b"first second").hexdigest(),
    )
    monkeypatch.setitem(model_files.PACKAGED, "base", model)
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    return tmp_path / "site"


def test_a_path_comes_first(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"x")
    found = find_whisper(str(tmp_path), tmp_path / "data")
    assert found == ModelFiles(tmp_path, "path", hashlib.sha256(b"x").hexdigest())
    assert not (tmp_path / "data").exists()


def test_parts_in_packages_are_joined_once(packaged: Path, tmp_path: Path) -> None:
    found = find_whisper("base", tmp_path / "data")
    assert found.source == "packages"
    assert (found.path / "model.bin").read_bytes() == b"first second"
    assert (found.path / "config.json").read_text() == "{}"
    made = (found.path / "model.bin").stat().st_mtime_ns
    assert find_whisper("base", tmp_path / "data") == found
    assert (found.path / "model.bin").stat().st_mtime_ns == made


def test_a_part_that_is_not_the_pinned_one_is_refused_and_leaves_nothing(packaged: Path, tmp_path: Path) -> None:
    (packaged / "fake_part2" / "model.bin.part2").write_bytes(b"wrong!")
    with pytest.raises(MissingModelError, match="SHA-256"):
        find_whisper("base", tmp_path / "data")
    assert not (tmp_path / "data" / "models" / "whisper-base").exists()


def test_a_joined_file_that_was_damaged_is_noticed(packaged: Path, tmp_path: Path) -> None:
    found = find_whisper("base", tmp_path / "data")
    (found.path / "model.bin").write_bytes(b"first")
    with pytest.raises(MissingModelError, match="delete"):
        find_whisper("base", tmp_path / "data")


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingModelError, match=r"no model\.bin"):
        find_whisper(str(tmp_path), tmp_path)


def test_an_unknown_model_is_named_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(MissingModelError, match=r"colossal.*tiny\.en"):
        find_whisper("colossal", tmp_path)


def test_the_hub_out_of_reach_is_said_with_the_mend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*_: object, **__: object) -> str:
        raise OSError("no route")

    monkeypatch.setattr("faster_whisper.download_model", unreachable)
    with pytest.raises(MissingModelError, match=r"small.*WARMLINE_WHISPER_MODEL"):
        find_whisper("small", tmp_path)


def test_the_voice_detector_is_found_without_importing_its_package() -> None:
    pytest.importorskip("onnxruntime")
    import sys

    try:
        path = find_vad()
    except MissingModelError as error:
        pytest.skip(str(error))
    assert path.name == "silero_vad.onnx"
    assert "silero_vad" not in sys.modules


def test_a_missing_voice_detector_is_said_with_the_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingModelError, match="pip install silero-vad"):
        find_vad()

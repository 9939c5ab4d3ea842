"""A checkpoint of train.py as the files that ship: `encoder.onnx` (8-bit), `tokenizer.json`, `head.npz`, `head.json`.

python -m bench.train.nlu.export --checkpoint FILE --base PACKAGE_MODEL_DIR --out ivr/nlu/weights [--temperature T]
"""

import argparse
import json
import shutil
import tempfile
from pathlib import Path

import numpy as np
import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

from bench.train.nlu.bert import SCALE, Encoder, published_names
from bench.train.nlu.graph import encoder_graph
from ivr.nlu.intents import INTENTS


def export(checkpoint: Path, base: Path, out: Path, temperature: float) -> None:
    """Write the four files."""
    state = torch.load(checkpoint)
    encoder = Encoder()
    encoder.load_state_dict(state["encoder"])
    weights = {name: value.numpy() for name, value in published_names(encoder).items()}
    with tempfile.TemporaryDirectory() as scratch:
        full = Path(scratch) / "full.onnx"
        onnx.save(encoder_graph(weights), full)
        quantize_dynamic(
            full,
            out / "encoder.onnx",
            per_channel=True,
            weight_type=QuantType.QInt8,
            op_types_to_quantize=["MatMul", "Gather"],
        )
    shutil.copyfile(base / "tokenizer.json", out / "tokenizer.json")
    intents = {name: value.numpy() for name, value in state["intents"].items()}
    np.savez(out / "head.npz", weights=(SCALE * intents["weight"].T).astype(np.float32), bias=intents["bias"])
    (out / "head.json").write_text(json.dumps({"labels": INTENTS, "temperature": temperature}) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--checkpoint", "--base", "--out"):
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("--temperature", type=float, default=1.0)
    chosen = parser.parse_args()
    export(chosen.checkpoint, chosen.base, chosen.out, chosen.temperature)


if __name__ == "__main__":
    main()

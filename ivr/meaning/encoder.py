"""Texts to vectors with the small sentence encoder, on one core."""

from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

LONGEST = 48


class MissingWeights(RuntimeError):
    """A weights file is absent or not the one expected; the message says how to get it."""


class Encoder:
    """An ONNX sentence encoder and its tokenizer."""

    def __init__(self, session: Any, tokenizer: Tokenizer) -> None:
        self._session = session
        self._tokenizer = tokenizer
        tokenizer.enable_truncation(LONGEST)
        tokenizer.enable_padding()

    @classmethod
    def load(cls, folder: Path) -> "Encoder":
        """From `encoder.onnx` and `tokenizer.json` in `folder`; raises MissingWeights."""
        for name in ("encoder.onnx", "tokenizer.json"):
            if not (folder / name).is_file():
                raise MissingWeights(f"{folder / name} is missing: run `warmline setup` to build it")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        session = onnxruntime.InferenceSession(folder / "encoder.onnx", options, providers=["CPUExecutionProvider"])
        return cls(session, Tokenizer.from_file(str(folder / "tokenizer.json")))

    def encode(self, texts: list[str]) -> NDArray[np.float32]:
        """Unit vectors, shape (texts, 384)."""
        tokens = self._tokenizer.encode_batch(texts)
        ids = np.array([token.ids for token in tokens], np.int64)
        mask = np.array([token.attention_mask for token in tokens], np.int64)
        vectors: NDArray[np.float32] = self._session.run(["vector"], {"input_ids": ids, "attention_mask": mask})[0]
        return vectors

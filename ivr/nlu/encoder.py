"""The sentence encoder: turns a text into a vector, on one processor core."""

from pathlib import Path
from typing import Any, Protocol

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

LONGEST = 48


class MissingModelError(RuntimeError):
    """A weights file is absent or not the one expected; the message says how to get it."""


class Encodes(Protocol):
    """Turns a text into a unit vector, shape (384)."""

    def encode(self, text: str) -> NDArray[np.float32]: ...


class Encoder:
    """An ONNX sentence encoder and its tokenizer."""

    def __init__(self, session: Any, tokenizer: Tokenizer) -> None:
        self._session = session
        self._tokenizer = tokenizer
        tokenizer.enable_truncation(LONGEST)
        tokenizer.no_padding()

    @classmethod
    def load(cls, folder: Path) -> "Encoder":
        """From `encoder.onnx` and `tokenizer.json` in `folder`; raises MissingModelError."""
        for name in ("encoder.onnx", "tokenizer.json"):
            if not (folder / name).is_file():
                raise MissingModelError(f"{folder / name} is missing: install warmline again, or train anew")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        session = onnxruntime.InferenceSession(folder / "encoder.onnx", options, providers=["CPUExecutionProvider"])
        return cls(session, Tokenizer.from_file(str(folder / "tokenizer.json")))

    def encode(self, text: str) -> NDArray[np.float32]:
        """A unit vector, shape (384)."""
        ids = np.array([self._tokenizer.encode(text).ids], np.int64)
        vectors = self._session.run(["vector"], {"input_ids": ids, "attention_mask": np.ones_like(ids)})[0]
        return np.asarray(vectors[0], np.float32)

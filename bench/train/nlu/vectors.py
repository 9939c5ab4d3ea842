"""Sentence vectors of the encoder as published, each text encoded once and kept in a file."""

import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer

from bench.train.nlu.bert import pretrained
from ivr.nlu.encoder import LONGEST

BATCH = 64


class Vectors:
    """What the published encoder in the folder `base` makes of texts; kept in the file `kept`."""

    def __init__(self, base: Path, kept: Path) -> None:
        self._base = base
        self._kept = kept
        self._known: dict[str, NDArray[np.float32]] = {}
        if zipfile.is_zipfile(kept):
            with np.load(kept) as arrays:
                self._known = dict(zip(arrays["texts"].tolist(), arrays["vectors"], strict=True))

    def of(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(texts, 384)"""
        missing = sorted(set(texts) - set(self._known), key=len)
        if missing:
            print(f"encoding {len(missing)} texts ...", flush=True)
            self._known.update(zip(missing, self._encoded(missing), strict=True))
            np.savez(self._kept, texts=np.array(list(self._known)), vectors=np.array(list(self._known.values())))
        return np.array([self._known[text] for text in texts], np.float32)

    def _encoded(self, texts: Sequence[str]) -> NDArray[np.float32]:
        tokenizer = Tokenizer.from_file(str(self._base / "tokenizer.json"))
        tokenizer.enable_truncation(LONGEST)
        tokenizer.enable_padding()
        encoder = pretrained(self._base / "model.safetensors").eval()
        found = []
        for at in range(0, len(texts), BATCH):
            batch = tokenizer.encode_batch(list(texts[at : at + BATCH]))
            ids, mask = ([getattr(one, part) for one in batch] for part in ("ids", "attention_mask"))
            with torch.no_grad():
                vectors = encoder(torch.tensor(ids), torch.tensor(mask, dtype=torch.float32))
            found.append(vectors.numpy())
        return np.concatenate(found)

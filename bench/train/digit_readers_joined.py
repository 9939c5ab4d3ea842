"""Put several trained digit readers into one file, to be heard together (speech/digit_reader.py).

    python -m bench.train.digit_readers_joined reader-1.npz reader-2.npz --out speech/digit_reader.npz

Readers that learnt from other examples make other mistakes. Each keeps its own size; the time is that of all of them.
"""

import argparse
from pathlib import Path
from typing import Any

import numpy as np


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("readers", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    layers: dict[str, Any] = {}
    for number, path in enumerate(given.readers, 1):
        with np.load(path) as stored:
            layers |= {f"{number}.{name}": stored[name] for name in stored.files}
    np.savez_compressed(given.out, **layers)


if __name__ == "__main__":
    main()

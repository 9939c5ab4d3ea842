"""Pictures for the docs, taken by the browser tests: `python -m bench.tools.shots`. Needs Chromium and some minutes."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

TESTS = (
    ("tests/web/pages/test_pages_in_browser.py", "every_state or card_payment"),
    ("tests/web/pages/test_whole_call_in_browser.py", "whole_call"),
)
PICTURES = {
    "agent-ringing": "house-ringing-screen",
    "agent-talking": "house-talking",
    "agent-narrow": "agent-ringing-390-dark-screen",
    "agent-card": "card-keyed-light-screen",
    "agent-transfer": "transfer-alone-1280-light-screen",
    "call-backs": "call-backs-1280-light-screen",
    "board": "board-1280-light",
    "quality-call": "house-reviewed",
    "phone": "house-phone-screen",
}
TARGET = Path(__file__).parents[2] / "docs" / "shots"
LARGEST = 250_000  # bytes


def main() -> int:
    """Takes every picture and keeps those of PICTURES; 1 when one is missing or too large."""
    with tempfile.TemporaryDirectory() as folder:
        for file, which in TESTS:
            _run(file, which, folder)
        wrong = [_keep(Path(folder) / f"{taken}.png", name) for name, taken in PICTURES.items()]
        return 1 if any(wrong) else 0


def _run(file: str, which: str, folder: str) -> None:
    command = [sys.executable, "-m", "pytest", file, "-k", which]
    subprocess.run(command, env={**os.environ, "WARMLINE_SHOTS": folder}, check=False)


def _keep(taken: Path, name: str) -> str:
    """What is wrong with a picture; empty when it is kept."""
    wrong = "was not taken" if not taken.is_file() else ""
    if not wrong and taken.stat().st_size > LARGEST:
        wrong = f"has {taken.stat().st_size} bytes, more than {LARGEST}"
    if not wrong:
        TARGET.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(taken, TARGET / f"{name}.png")
    print(f"{name}: {wrong or 'kept'}")
    return wrong


if __name__ == "__main__":
    raise SystemExit(main())

"""Pictures of every page in every state, taken by the browser tests: `python -m bench.tools.shots [FOLDER]`.

All of them, in three widths, light and dark, are left in FOLDER to be looked at; a few are kept for the docs.
Needs Chromium and some minutes.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

TESTS = (
    "tests/web/pages/test_looks_in_browser.py",
    "tests/web/pages/test_doors_in_browser.py::test_the_pages_are_for_everyone",
    "tests/web/pages/test_board_in_browser.py::test_a_full_board_is_readable_by_all",
    "tests/web/pages/test_phone_strip_in_browser.py::test_the_strip_in_each_state",
    "tests/web/pages/quality/test_judging_in_browser.py::test_every_page_of_judging_is_clean_at_both_widths_in_both_lights",
    "tests/web/pages/quality/test_figures_in_browser.py",
    "tests/web/pages/quality/test_learning_in_browser.py::test_the_form_and_the_list_look_right",
    "tests/switch/phones/test_page.py::test_the_page_can_be_used_by_everyone",
)
PICTURES = {
    "agent-ringing": "agent-ringing-1280-light",
    "agent-talking": "agent-talking-1280-light",
    "agent-transfer": "transfer-alone-1280-light",
    "agent-wrap-up": "agent-wrap-up-1280-light",
    "agent-narrow": "agent-ringing-390-dark",
    "call-backs": "call-backs-1280-light",
    "board": "board-1280-light",
    "board-listening": "board-listening-1280-dark",
    "quality-calls": "quality-calls-1280-light",
    "quality-call": "quality-call-1280-light",
    "quality-card": "judging-form-1280-light",
    "quality-figures": "figures-1280-light",
    "quality-narrow": "quality-call-390-dark",
    "phone": "softphone-talking-1280-light",
}
TARGET = Path(__file__).parents[2] / "docs" / "shots"
LARGEST = 150_000  # bytes


def main(arguments: list[str]) -> int:
    """Takes every picture and keeps those of PICTURES; 1 when one is missing or too large."""
    if arguments:
        return _take(Path(arguments[0]))
    with tempfile.TemporaryDirectory() as folder:
        return _take(Path(folder))


def _take(folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "pytest", *TESTS]
    subprocess.run(command, env={**os.environ, "WARMLINE_SHOTS": str(folder)}, check=False)
    wrong = [_keep(folder / f"{taken}-screen.png", name) for name, taken in PICTURES.items()]
    return 1 if any(wrong) else 0


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
    raise SystemExit(main(sys.argv[1:]))

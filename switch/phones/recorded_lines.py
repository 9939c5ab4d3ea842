"""The callers' lines that come with the switch: looked up by what is said and who says it."""

import json
import re
from pathlib import Path

from speech.audio import read_mono
from switch.media.audio import Samples

FOLDER = Path(__file__).parents[1] / "lines"
_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def normalised(text: str) -> str:
    """Lower-case words parted by one space; figures digit by digit, so "27" is "two, seven"; "P.I.N." is "pin"."""
    plain = re.sub(r"\b(?:[^\W\d_]\.){2,}", lambda letters: letters[0].replace(".", ""), text.lower().replace("’", "'"))
    spelled = re.sub(r"\d", lambda figure: f" {_DIGITS[int(figure[0])]} ", plain)
    return " ".join(re.findall(r"[^\W_]+", spelled.replace("'", "")))


class RecordedLines:
    """Rendered lines by voice. The exact words first, then the same words however punctuated."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder
        self._exact: dict[str, dict[str, str]] = json.loads((folder / "index.json").read_text(encoding="utf-8"))
        self._alike = {
            voice: {normalised(text): file for text, file in lines.items()} for voice, lines in self._exact.items()
        }

    @property
    def voices(self) -> tuple[str, ...]:
        return tuple(sorted(self._exact))

    def find(self, text: str, voice: str) -> Samples | None:
        """int16 at 8 kHz, or None when this voice has not been recorded saying it."""
        alike = self._alike.get(voice, {}).get(normalised(text))
        file = self._exact.get(voice, {}).get(text, alike)
        return None if file is None else read_mono(self._folder / file)

"""What the benches' callers say: people's recordings where there are some, else the lines that ship with the switch."""

import json
import random
from dataclasses import dataclass
from pathlib import Path

from bench.tools.callers import Clip, trimmed
from bench.tools.recorded_speech import listed_strings, rows
from speech.audio import read_mono
from switch.phones.recorded_lines import FOLDER, RecordedLines

ENGLISH = ("bella", "george", "michael", "emma")
WISHES = {
    "balance": (("george", "Hi, what's my current balance please?"), ("michael", "How much do I owe?")),
    "due": (("george", "When is my payment due?"), ("bella", "Actually, when do I have to pay?")),
    "transactions": (("george", "What are my recent transactions?"),),
    "pay": (("bella", "Pay fifty dollars tomorrow from checking."),),
    "bye": (("bella", "No, that's all. Thank you."), ("george", "No, that's all. Thank you.")),
}
ANSWERS = {
    "yes": (
        ("bella", "Yes, that's right."),
        ("george", "Yes."),
        ("bella", "Yes please"),
        ("michael", "Yeah, go ahead."),
    ),
    "no": (("george", "No."), ("bella", "No thank you"), ("michael", "Nope.")),
}
REST = {
    "amount": ("bella", "Fifty."),
    "source": ("bella", "From my checking account."),
    "date": ("bella", "Tomorrow, please."),
}
PINS = {
    "2749": (("bella", "Two, seven, four, nine."), ("george", "two seven four nine")),
    "4816": (("bella", "four eight one six"),),
    "7305": (("michael", "seven three oh five"),),
}


@dataclass(frozen=True)
class Sayings:
    """Everything that is said, by what it answers; `pins` are digits with the ways of saying them."""

    wishes: dict[str, list[Clip]]
    answers: dict[str, list[Clip]]
    rest: dict[str, Clip]
    pins: list[tuple[str, list[Clip]]]


def sayings(data: Path | None = None) -> Sayings:
    """Wishes in neural voices; digits, yes and no by people where `data` has them. Raises NoDataError."""
    lines = RecordedLines()

    def clips(kind: str, said: tuple[tuple[str, str], ...]) -> list[Clip]:
        return [_line(lines, kind, voice, text) for voice, text in said]

    pins = [(pin, clips("digits", said)) for pin, said in PINS.items()]
    answers = {name: clips("yes-no", said) for name, said in ANSWERS.items()}
    if data is not None:
        pins = _human_pins(data)
        answers = {name: _human_words(data, name) or said for name, said in answers.items()}
    return Sayings(
        wishes={name: clips("open", said) for name, said in WISHES.items()},
        answers=answers,
        rest={name: _line(lines, "other", *said) for name, said in REST.items()},
        pins=pins,
    )


def _line(lines: RecordedLines, kind: str, voice: str, text: str) -> Clip:
    sound = lines.find(text, voice)
    if sound is None:
        raise LookupError(f"{voice} does not say {text!r}: add it to bench/tools/callers_lines.yaml and render it")
    return Clip(kind, text, trimmed(sound))


def _human_pins(data: Path) -> list[tuple[str, list[Clip]]]:
    said = [one for one in listed_strings(data) if len(one.text) == 4]
    random.Random(3).shuffle(said)
    return [(one.text, [Clip("digits", one.text, trimmed(one.sound))]) for one in said]


def _human_words(data: Path, word: str) -> list[Clip]:
    found = [row for row in rows(data, "speech.jsonl") if row["text"] == word]
    return [Clip("yes-no", word, trimmed(read_mono(data / row["file"]))) for row in found]


def human_clips(data: Path, seconds: float = 4.0) -> list[Clip]:
    """People's words that have a reference, for bots that answer anything: sentences, commands, spoken numbers."""
    texts = [row for row in rows(data, "speech.jsonl") if row["text"] and row["source"] != "fsdd"]
    clips = [
        Clip("open", row["text"], trimmed(read_mono(data / row["file"]))) for row in texts if row["seconds"] < seconds
    ]
    clips += [Clip("digits", one.text, trimmed(one.sound)) for one in listed_strings(data) if len(one.text) == 4]
    random.Random(4).shuffle(clips)
    return clips


def rendered_clips() -> list[Clip]:
    """The switch's English lines, each with its words."""
    index = json.loads((FOLDER / "index.json").read_text(encoding="utf-8"))
    lines = RecordedLines()
    return [_line(lines, "open", voice, text) for voice in ENGLISH for text in index[voice]]

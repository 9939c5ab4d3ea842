"""How well people are understood: wrong words, digits, and what is made of noise (--data).

    warmline bench accuracy --data DIR [--many N]

`DIR` holds speech.jsonl, digit_strings.jsonl and extras/. Every variant is measured on the same sounds in one run.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.tools.line import Tell
from bench.tools.machine import machine
from bench.tools.recorded_speech import Spoken, clips, composed_strings, distance, listed_strings, normal
from ivr.settings import Settings
from speech.audio import RATE, Samples, read_mono, resample, telephone, to_float
from speech.digit_words import spoken_digits
from speech.endpointing.turn_detector import Signal, TurnDetector
from speech.events import Expectation
from speech.model_files import find_vad, find_whisper
from speech.stt import WhisperSpeechToText
from speech.vad import SileroModel, WindowCutter
from speech.whisper import Whisper

BELIEVED = 0.6  # confidence from which the dialogue takes a string without asking whether it is right
COMPOSED = {4: 20, 6: 10, 10: 10}  # strings per held-out speaker
TUNED_ON = "fsdd-"  # speakers whose voices the digit reader may have been trained on
Hear = Callable[[Samples, Expectation], tuple[str, float]]


@dataclass(frozen=True, slots=True)
class Variant:
    """A way of hearing, and whether it stands for what the project does ("now") or did before."""

    name: str
    hear: Hear


def run(
    settings: Settings,
    data: Path,
    *,
    many: int | None = None,
    tell: Tell = print,
    windows: Sequence[float] = (8.0,),
) -> dict[str, Any]:
    """Hear the data folder with each variant, or of it `many` strings and as many clips.

    Raises NoDataError, MissingModelError.
    """
    weights, vad = find_whisper(settings.whisper_model, settings.data_dir), SileroModel(find_vad())
    recogniser = WhisperSpeechToText(weights, 1, vad=vad.stream)
    variants = [Variant("now", _recogniser(recogniser)), *_earlier(Whisper(weights, 1), windows)]
    try:
        table = [*_strings(data, variants, many, tell), *_words(data, variants, many, tell)]
        quiet = [(group, telephone(sound, RATE)) for group, sound in quiet_sounds(data)]
        table += [*_nothing(quiet, recogniser, tell), *_begun(quiet, vad)]
    finally:
        recogniser.close()
    return {"bench": "accuracy", "machine": machine(), "figures": _figures(table), "table": table}


def _recogniser(recogniser: WhisperSpeechToText) -> Hear:
    def hear(sound: Samples, expect: Expectation) -> tuple[str, float]:
        said = recogniser.transcribe(sound, expect).result()
        return said.text, said.confidence

    return hear


def _earlier(whisper: Whisper, windows: Sequence[float]) -> Iterator[Variant]:
    """Whisper's own text, the digits taken from it as they stand; 30 s is slow, and so not among the usual ones."""

    def with_window(window: float) -> Hear:
        def hear(sound: Samples, expect: Expectation) -> tuple[str, float]:
            samples = np.asarray(resample(to_float(sound), RATE, 16000), np.float32)
            heard = whisper.decode(whisper.encode(samples, window=window))
            digits = spoken_digits(heard.text, expect.digits) if expect.kind == "digits" else None
            return digits or heard.text, heard.confidence

        return hear

    for seconds in windows:
        yield Variant(f"plain {seconds:g} s", with_window(seconds))


def _strings(
    data: Path, variants: list[Variant], many: int | None, tell: Callable[[str], None]
) -> list[dict[str, Any]]:
    said = list(listed_strings(data))
    said += [one for one in composed_strings(data, COMPOSED) if not one.speaker.startswith(TUNED_ON)]
    said = _spread(said, many)
    rows = []
    for variant in variants:
        tell(f"{len(said)} digit strings, {variant.name}")
        for one in said:
            text, confidence, seconds = _timed(variant.hear, one, Expectation("digits", len(one.text)))
            right = text == one.text
            rows.append(_row("digits", variant, one, confidence, seconds) | {"heard": text, "wrong": int(not right)})
    return rows


def _words(data: Path, variants: list[Variant], many: int | None, tell: Callable[[str], None]) -> list[dict[str, Any]]:
    said = _spread(list(clips(data)), many)
    rows = []
    for variant in variants:
        tell(f"{len(said)} clips, {variant.name}")
        for one in said:
            text, confidence, seconds = _timed(variant.hear, one, Expectation())
            wanted = normal(one.text)
            counts = {"heard": text, "words": len(wanted), "wrong": min(len(wanted), distance(wanted, normal(text)))}
            rows.append(_row("words", variant, one, confidence, seconds) | counts)
            if one.group == "digits" and len(wanted) == 1:
                rows.append(_single(variant, one))
    return rows


def _spread(said: list[Spoken], many: int | None) -> list[Spoken]:
    """As many, from all over the list."""
    return said if many is None or many >= len(said) else [said[index * len(said) // many] for index in range(many)]


def _single(variant: Variant, one: Spoken) -> dict[str, Any]:
    """One digit, heard as the answer to a question for one digit."""
    digits = spoken_digits(one.text) or ""
    text, confidence, seconds = _timed(variant.hear, one, Expectation("digits", len(digits) or None))
    return _row("single digit", variant, one, confidence, seconds) | {"heard": text, "wrong": int(text != digits)}


def _timed(hear: Hear, one: Spoken, expect: Expectation) -> tuple[str, float, float]:
    began = time.process_time()
    text, confidence = hear(one.sound, expect)
    return text, confidence, time.process_time() - began


def _row(what: str, variant: Variant, one: Spoken, confidence: float, seconds: float) -> dict[str, Any]:
    row = {"what": what, "variant": variant.name, "group": one.group, "speaker": one.speaker, "said": one.text}
    return row | {"confidence": round(confidence, 3), "cpu_ms": round(1000 * seconds)}


def quiet_sounds(data: Path) -> Iterator[tuple[str, Samples]]:
    """Four-second sounds in which nobody speaks (8 kHz), by kind."""
    for group, sound in _wide_sounds(data):
        yield group, np.clip(sound, -32768, 32767).astype(np.int16)


def _wide_sounds(data: Path) -> Iterator[tuple[str, NDArray[Any]]]:
    time_axis = np.arange(4 * RATE) / RATE
    chance = np.random.default_rng(3)
    for level in (0, 1, 10, 100, 600, 2000):
        yield "noise" if level else "silence", chance.normal(0, level, len(time_axis))
    for hertz in (50, 350, 440, 1000, 2100):
        yield "tone", 3000 * np.sin(2 * np.pi * hertz * time_axis)
    for path in sorted((data / "extras" / "dtmf").glob("*.wav")):
        yield "key", np.tile(read_mono(path), 8)[: 4 * RATE]
    for root in (110, 196, 262, 330):
        yield "music", _music(root, time_axis)
    [office] = (data / "extras" / "noise").glob("*.wav")
    sound = read_mono(office)
    for start in range(0, len(sound) - 4 * RATE, 8 * RATE):
        yield "office", sound[start : start + 4 * RATE]


def _music(root: float, time_axis: Any) -> Any:
    """Four chords of plucked strings: what a held line plays, without anyone's recording."""
    sound = np.zeros(len(time_axis))
    for beat in range(8):
        since = np.maximum(0, time_axis - beat / 2)
        for step in (1, 5 / 4, 3 / 2, 2):
            tone = np.sin(2 * np.pi * root * step * (1 if beat % 4 < 2 else 4 / 3) * since)
            sound += 1500 * tone * np.exp(-4 * since) * (since > 0)
    return sound


def _nothing(
    quiet: list[tuple[str, Samples]], recogniser: WhisperSpeechToText, tell: Callable[[str], None]
) -> list[dict[str, Any]]:
    """The recogniser on sounds without words, both for an open question and for a PIN."""
    tell("sounds in which nobody speaks")
    rows = []
    for group, sound in quiet:
        for expect in (Expectation(), Expectation("digits", 4), Expectation("yes-no")):
            said = recogniser.transcribe(sound, expect).result()
            row: dict[str, Any] = {"what": "nothing", "variant": "now", "group": group, "expect": expect.kind}
            rows.append(
                row | {"heard": said.text, "wrong": int(bool(said.text)), "confidence": round(said.confidence, 3)}
            )
    return rows


def _begun(quiet: list[tuple[str, Samples]], vad: SileroModel) -> Iterator[dict[str, Any]]:
    """Whether such a sound on a caller's line is taken for a turn at all: only turns are ever heard."""
    for group, sound in quiet:
        detector, stream = TurnDetector(), vad.stream()
        signals = [detector.window(stream(window)) for window in WindowCutter().add(sound)]
        yield {"what": "turn begun", "group": group, "wrong": int(Signal.STARTED in signals)}


def _figures(table: list[dict[str, Any]]) -> dict[str, float]:
    sums: dict[str, list[float]] = defaultdict(list)
    for row in table:
        if row["what"] == "turn begun":
            sums[f"taken for a turn %: {row['group']}"].append(100.0 * row["wrong"])
            continue
        name = f"{row['what']} {row['group']}, {row['variant']}".replace("digits digits", "digits")
        if row["what"] == "words":
            sums[f"word errors %: {row['group']}, {row['variant']}"] += [row["wrong"], row["words"]]
            continue
        if row["what"] == "nothing":
            sums[f"false accepts %: {row['group']}"].append(100.0 * row["wrong"])
            continue
        whose = "all" if row["what"] != "digits" else "fsdd" if row["speaker"].startswith(TUNED_ON) else "held out"
        sums[f"all right %: {name}, {whose}"].append(100.0 * (1 - row["wrong"]))
        sums[f"cpu ms: {row['what']}, {row['variant']}"].append(row["cpu_ms"])
        sure = row["confidence"] >= BELIEVED
        sums[f"believed %: {row['what']}, {row['variant']}"].append(100.0 * sure)
        if sure:
            sums[f"wrong of the believed %: {row['what']}, {row['variant']}"].append(100.0 * row["wrong"])
    return {name: round(_average(name, values), 1) for name, values in sorted(sums.items())}


def _average(name: str, values: list[float]) -> float:
    if name.startswith("word errors"):
        return 100 * sum(values[::2]) / sum(values[1::2])
    return sum(values) / len(values)

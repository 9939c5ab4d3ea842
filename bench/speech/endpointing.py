"""Are callers let finish, and how long do they wait: cut-offs and delay after their turns (--data).

    warmline bench turns --data DIR [--many N]

The real voice detector and recogniser, in virtual time: an early hearing is there `LISTEN` seconds after its pause.
Sentences are people's, and lines of the switch's callers, that nothing was trained on; each once more with a hesitation
inserted at its faintest place. Numbers are read with the pauses of digit_strings.jsonl, and once more slowly. The plain
rows end every turn after one and the same silence.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from bench.tools.line import Tell
from bench.tools.machine import machine
from bench.tools.recorded_speech import held, over_the_line, rest, rows, spliced
from ivr.settings import Settings
from speech.audio import FRAME, RATE, Samples, normalise, power, read_mono, to_float
from speech.endpointing.delay import DELAYS, DelayRules
from speech.endpointing.early_transcription import missing_rest
from speech.endpointing.turn_detector import Signal, TurnDetector
from speech.events import Expectation
from speech.model_files import find_vad, find_whisper
from speech.stt import Transcript, WhisperSpeechToText
from speech.vad import WINDOW, WINDOW_SECONDS, SileroModel, WindowCutter, speech_spans
from switch.phones.recorded_lines import FOLDER

# seconds to hear an utterance on a quiet machine: a sentence is encoded, decoded and its words timed, digits are read
LISTEN = {"open": 0.24, "yes-no": 0.1, "digits": 0.06}
AFTER = 3.0  # seconds of silence after each turn
DOUBTS = (-1.0, 0.0, 1.0, 2.0, 4.0)  # added to the log-odds from which it is surely over, and to those of doubt
LONGEST = 10.0  # seconds of a sentence
SILENCES = (0.3, 0.45, 0.6, 0.8, 1.0, 1.5, 2.0)


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn: its sound, what was asked, its group, and when its last sound ends (seconds)."""

    sound: Samples
    expect: Expectation
    group: str
    end: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """Whether the turn was cut off, how long after it it was over (seconds), and how often it was heard for that."""

    cut: bool
    delay: float
    hearings: int


class Player:
    """Turns with their detector probabilities; transcripts are kept, since every rule asks for the same ones."""

    def __init__(self, recogniser: WhisperSpeechToText, vad: SileroModel) -> None:
        self._recogniser, self._vad = recogniser, vad
        self._heard: dict[tuple[Expectation, bytes], Transcript] = {}

    def probabilities(self, turn: Turn) -> list[float]:
        stream = self._vad.stream()
        return [stream(window) for window in WindowCutter().add(turn.sound)]

    def play(
        self,
        turn: Turn,
        chances: list[float],
        rules: DelayRules,
        *,
        hear: bool = True,
        sound: bool = True,
        free: bool = True,
    ) -> Outcome:
        """What the rules make of a turn; without `hear` not knowing its words, without `sound` nothing but them.

        `free`: the recogniser has nothing else to do.
        """
        detector, listen = TurnDetector(rules), LISTEN[turn.expect.kind]
        detector.expect = turn.expect
        due: tuple[float, Samples] | None = None
        hearings = 0
        for index, (chance, window) in enumerate(zip(chances, WindowCutter().add(turn.sound), strict=True)):
            now = (index + 1) * WINDOW_SECONDS
            signal = detector.window(chance, free=free, level=power(window))
            if signal is Signal.PAUSED and hear:
                due = (now + listen, _so_far(turn, index, detector.silence))
                hearings += 1
            elif signal is Signal.RESUMED:
                due = None
            if due is not None and signal is None and now >= due[0]:
                said = self._said(turn, due[1])
                signal, due = (
                    detector.take_early_transcript(said.text, said.confidence, said.end_of_turn if sound else None),
                    None,
                )
                if signal is Signal.PAUSED:
                    due = (now + listen, _so_far(turn, index, detector.silence))
                    hearings += 1
            if signal is Signal.ENDED:
                return Outcome(now < turn.end - 0.05, max(0.0, now - turn.end), hearings)
        return Outcome(False, len(turn.sound) / RATE - turn.end, hearings)

    def _said(self, turn: Turn, sound: Samples) -> Transcript:
        key = turn.expect, sound.tobytes()
        if key not in self._heard:
            self._heard[key] = self._recogniser.transcribe(sound, turn.expect).result()
        return self._heard[key]


def run(settings: Settings, data: Path, *, many: int = 24, tell: Tell = print) -> dict[str, Any]:
    """`many` turns of each group, under our delays and under one for all. Raises NoDataError, MissingModelError."""
    vad = SileroModel(find_vad())
    recogniser = WhisperSpeechToText(find_whisper(settings.whisper_model, settings.data_dir), 1, vad=vad.stream)
    player = Player(recogniser, vad)
    table = []
    try:
        said = list(turns(data, many, vad))
        chances = [player.probabilities(turn) for turn in said]
        for name, rules, how in _rules():
            tell(f"{len(said)} turns, {name}")
            for turn, chance in zip(said, chances, strict=True):
                outcome = player.play(turn, chance, rules, **how)
                table.append({"rules": name, "group": turn.group, "cut": int(outcome.cut)})
                table[-1] |= {"delay_ms": round(1000 * outcome.delay), "hearings": outcome.hearings}
    finally:
        recogniser.close()
    return {"bench": "turns", "machine": machine(), "figures": _figures(table), "table": table}


def _rules() -> Iterator[tuple[str, DelayRules, dict[str, bool]]]:
    yield "now", DELAYS, {}
    yield "never free", DELAYS, {"free": False}
    for more in DOUBTS:
        sure, doubted = DELAYS.finished_odds + more, DELAYS.unsure_odds + more
        yield f"doubt {more:+g}", replace(DELAYS, finished_odds=sure, unsure_odds=doubted), {}
    yield "words alone", DELAYS, {"sound": False}
    for silence in SILENCES:
        yield f"plain {silence:g} s", replace(DELAYS, no_transcript=silence, digits_missing=silence), {"hear": False}


def turns(data: Path, many: int, vad: SileroModel) -> Iterator[Turn]:
    """The callers: yes and no, sentences with and without a hesitation, numbers at the usual pace and slowly."""
    chance = random.Random(5)
    listed = rows(data, "speech.jsonl")
    answers = [row for row in listed if row["text"] in ("yes", "no", "right")]
    for row in answers[:many]:
        yield _turn([read_mono(data / row["file"])], [], Expectation("yes-no"), "yes or no")
    said = [read_mono(data / row["file"]) for row in listed if row["kind"] == "sentence" and held(row["file"])]
    yield from _sentences(said, many, vad, chance, "sentence")
    lines = [read_mono(path) for path in sorted(FOLDER.rglob("*.wav")) if held(str(path.relative_to(FOLDER)))]
    yield from _sentences(lines, many, vad, chance, "caller's line")
    listed = rows(data, "digit_strings.jsonl")
    strings = chance.sample(listed, min(many, len(listed)))
    for row in strings:
        clips = [read_mono(data / file) for file in row["files"]]
        expect = Expectation("digits", len(clips))
        yield _turn(clips, [gap / 1000 for gap in row["gap_ms"]], expect, "number")
        yield _turn(clips, [chance.uniform(0.4, 1.4) for _ in clips[1:]], expect, "number read slowly")


def _sentences(sounds: list[Samples], many: int, vad: SileroModel, chance: random.Random, group: str) -> Iterator[Turn]:
    for sound in chance.sample(sounds, min(many, len(sounds))):
        [(start, end)] = speech_spans(sound, vad.stream(), gap=60, pad=0.06) or [(0, len(sound))]
        sound = sound[start:end]  # many clips end in seconds of silence
        if len(sound) > LONGEST * RATE:
            continue
        yield _turn([sound], [], Expectation(), group)
        place, pause = faintest(sound), chance.uniform(0.3, 0.9)
        yield _turn([sound[:place], sound[place:]], [pause], Expectation(), f"{group} with hesitation")


def faintest(sound: Samples) -> int:
    """Where in its middle third a sound is faintest, in samples: the likeliest place for a breath."""
    power = np.convolve(to_float(sound) ** 2, np.ones(4 * FRAME), "same")
    third = len(sound) // 3
    return third + int(power[third : 2 * third].argmin())


def _so_far(turn: Turn, index: int, silence: float) -> Samples:
    """The turn's sound up to a window, as the recogniser gets it."""
    return np.concatenate([turn.sound[: (index + 1) * WINDOW], rest(missing_rest(turn.expect, silence))])


def _turn(clips: list[Samples], gaps: list[float], expect: Expectation, group: str) -> Turn:
    said = spliced([normalise(clip) for clip in clips], gaps, tail=0)
    level = np.convolve(to_float(said) ** 2, np.ones(FRAME) / FRAME, "same")
    end = int(np.flatnonzero(level > level.max() / 1000)[-1]) / RATE
    return Turn(over_the_line(np.concatenate([said, rest(AFTER)])), expect, group, end)


def _figures(table: list[dict[str, Any]]) -> dict[str, float]:
    figures: dict[str, float] = {}
    for rules in dict.fromkeys(row["rules"] for row in table):
        for group in ("all", *dict.fromkeys(row["group"] for row in table)):
            found = [row for row in table if row["rules"] == rules and group in ("all", row["group"])]
            whole = [row["delay_ms"] for row in found if not row["cut"]]
            figures[f"cut off %: {group}, {rules}"] = round(100 * sum(row["cut"] for row in found) / len(found), 1)
            figures[f"mean delay ms: {group}, {rules}"] = round(sum(whole) / max(1, len(whole)))
            figures[f"hearings a turn: {group}, {rules}"] = round(sum(row["hearings"] for row in found) / len(found), 2)
    return figures

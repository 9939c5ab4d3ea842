"""Train the end-of-turn model (speech/end_of_turn.npz) on whole sentences, and on the same ones broken off.

    python -m bench.train.end_of_turn --data DIR --out ending.npz

`DIR` holds speech.jsonl, its clips and intents.jsonl, whose texts the bot's own voice reads; the lines of the switch's
callers are learnt from as well. Recordings that bench.tools.recorded_speech.held keeps apart are never trained on. Each
sentence is broken off at its faintest places, once abruptly and once fading, so that an abrupt end alone tells nothing.
"""

import argparse
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.tools.recorded_speech import held, over_the_line, rest, rows, spliced
from speech.audio import FRAME, RATE, Samples, read_mono, to_float
from speech.end_of_turn import SPANS, end_of_turn_features
from speech.endpointing.early_transcription import PAUSE as EARLY_PAUSE
from speech.model_files import find_vad, find_whisper
from speech.stt import prepared
from speech.vad import WINDOW, Hysteresis, SileroModel, WindowCutter, speech_spans
from speech.voices import make_voice
from speech.whisper import Whisper, encoder_output
from switch.phones.recorded_lines import FOLDER

Array = NDArray[np.float64]

BREAKS = ((0.2, 0.5), (0.5, 0.8))  # parts of a sentence in whose faintest place it is broken off
SPOKEN, WORDS = ("nlupp-banking", "clinc150", "hwu64"), (4, 14)  # sources of what the bot's voice reads; words in it
READ = 400  # of those texts
LONGEST = 10.0  # seconds
FADE = (0.01, 0.07)  # seconds
LINES = (-58.0, -50.0, -45.0)  # dBFS of the line's noise
PAUSE = round(EARLY_PAUSE / 0.032) + np.array([0, 1, 1, 1, 2])  # windows until it is heard, mostly as live
PRINCIPAL, TAUT = 40, 10.0  # directions of the features that are kept, and how strongly their weights are held small


def sounds(data: Path) -> Iterator[Samples]:
    """Sentences of people, of the switch's callers and of the bot's voice. Raises NoDataError."""
    for row in rows(data, "speech.jsonl"):
        if row["kind"] == "sentence" and not held(row["file"]):
            yield read_mono(data / row["file"])
    for path in sorted(FOLDER.rglob("*.wav")):
        if not held(str(path.relative_to(FOLDER))):
            yield read_mono(path)
    said = {row["text"] for row in rows(data, "intents.jsonl") if row["source"] in SPOKEN}
    texts = sorted(text for text in said if WORDS[0] <= len(text.split()) <= WORDS[1])
    random.Random(4).shuffle(texts)
    voice = make_voice("heart")
    yield from (voice.speak(text) for text in texts[:READ])


def examples(data: Path, whisper: Whisper, vad: SileroModel) -> Iterator[tuple[NDArray[np.float32], bool]]:
    """Features of every end, and whether it is one."""
    chance = random.Random("endings")
    for sound in sounds(data):
        spans = speech_spans(sound, vad.stream(), gap=60, pad=0.06)
        if not spans or spans[0][1] - spans[0][0] > LONGEST * RATE:
            continue
        whole = sound[spans[0][0] : spans[0][1]]
        places = [_faintest(whole, *part) for part in BREAKS] if len(whole) > RATE else []
        for end in (*places, len(whole)):
            for said in (whole[:end], _faded(whole[:end], chance)):
                if (heard := _heard(said, vad, chance)) is not None:
                    encoded = whisper.encode(heard)
                    yield end_of_turn_features(encoder_output(encoded), encoded.seconds).ravel(), end == len(whole)


def _faintest(sound: Samples, begin: float, end: float) -> int:
    power = np.convolve(to_float(sound) ** 2, np.ones(4 * FRAME), "same")
    first, last = int(begin * len(sound)), int(end * len(sound))
    return first + int(power[first:last].argmin())


def _faded(sound: Samples, chance: random.Random) -> Samples:
    length = min(len(sound), int(chance.uniform(*FADE) * RATE))
    ramp = np.ones(len(sound))
    ramp[-length:] = np.linspace(1, 0, length) ** chance.choice((1, 2))
    return (sound * ramp).astype(np.int16)


def _heard(said: Samples, vad: SileroModel, chance: random.Random) -> Any:
    """The sound up to the early hearing after its last word, as the recogniser gets it; None: there is no voice."""
    sound = over_the_line(
        np.concatenate([spliced([said], [], tail=0), rest(1.2)]), chance.randrange(1000), dbfs=chance.choice(LINES)
    )
    stream, speaking = vad.stream(), Hysteresis()
    voices = [index for index, window in enumerate(WindowCutter().add(sound)) if speaking(stream(window))]
    return prepared(sound[: (voices[-1] + 1 + int(chance.choice(PAUSE))) * WINDOW]) if voices else None


def train(features: Array, ended: NDArray[np.bool_]) -> dict[str, NDArray[np.float32]]:
    """Logistic regression over the main directions [n, spans x 512], both kinds of ends counting alike."""
    mean = features.mean(axis=0)
    _, sizes, directions = np.linalg.svd(features - mean, full_matrices=False)
    kept = directions[:PRINCIPAL].T / (sizes[:PRINCIPAL] / np.sqrt(len(features)))
    inputs = np.hstack([(features - mean) @ kept, np.ones((len(features), 1))])
    held_small = TAUT * np.append(np.ones(PRINCIPAL), 0)
    counts = np.where(ended, 0.5 / ended.mean(), 0.5 / (1 - ended.mean()))
    weights = np.zeros(PRINCIPAL + 1)
    for _ in range(25):  # Newton's steps: it converges in a few
        chances = 1 / (1 + np.exp(-inputs @ weights))
        slope = inputs.T @ (counts * (chances - ended)) + held_small * weights
        bend = (inputs * (counts * chances * (1 - chances))[:, None]).T @ inputs + np.diag(held_small + 1e-6)
        weights -= np.linalg.solve(bend, slope)
    linear = kept @ weights[:-1]
    bias = weights[-1] - mean @ linear
    return {"w": linear.reshape(len(SPANS), -1).astype(np.float32), "b": np.array([bias], np.float32)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--folder", type=Path, default=Path("var"), help="where joined model files are kept")
    given = parser.parse_args()
    whisper = Whisper(find_whisper("base", given.folder), 1)
    found = list(examples(given.data, whisper, SileroModel(find_vad())))
    features, ended = np.stack([one for one, _ in found]).astype(np.float64), np.array([end for _, end in found])
    print(f"{len(found)} ends, {ended.sum()} of them whole")
    np.savez_compressed(given.out, **train(features, ended))  # type: ignore[arg-type]


if __name__ == "__main__":
    main()

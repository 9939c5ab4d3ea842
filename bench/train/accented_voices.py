"""Render people of many languages who say English digits: blends of neural voices with the accents of accents.yaml.

    python -m bench.train.accented_voices --model kokoro.onnx --voices package/voices --out DIR [--speakers 10]

The model and the voices are those of bench/tools/render_lines.py, which says how to get them; needs onnx, which is no
part of the project. A speaker is one .npz: `s` (int16 at 8 kHz, piece after piece), `ends` of the pieces, what each
says (`said`) and `accent`. The first pieces are single digits, the last is a string run together. Those of
`out/choosing` and `out/held` speak with the Hindi and Chinese voices, from which nothing is ever learnt: by the former
weights and thresholds are chosen, by the latter nothing is. What is there is not made again.
"""

import argparse
import json
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from hibari.tts import ASSETS
from numpy.typing import NDArray

from bench.tools.render_lines import checked, telephone
from bench.train.accents import FAMILY, OH, WAYS, Speaker
from speech.audio import RATE, Samples

Style = NDArray[np.float32]

BENCH_VOICE = "af_heart"  # as hibari speaks it
HELD = "hz"  # the first letters of the voices that are only measured: Hindi and Chinese
CHOOSING, FIGURES = 1, 1  # of their speakers of each accent: those by whom weights are chosen, and all the others
DURATIONS = "/encoder/Clip_output_0"  # inside the model: frames that each sound takes
FRAME = 600  # samples of it
AHEAD = 3  # frames by which a sound is heard before the model's own time for it
BLENDED = (1, 2, 2, 3)  # voices in a blend
EXAGGERATED = 0.3  # by how much a blend may go past one of two voices: a throat that neither has
SLOW, RUNNING = (0.65, 1.05), (0.75, 1.15)  # speed of single digits, and of digits run together
SHORTEST = 0.2  # seconds, margins included, below which no digit can be understood: then all are said again
SLOWER, SLOWEST = 0.8, 0.3  # so much slower, while the speed is above this
RUN = (4, 6)  # digits run together
PAUSE = ", "
STRONG = 2  # speakers of each accent who have it in full; of those after them one in three has
PARTLY = 0.5  # share of digits that the others say in their accent: the rest as in MILD, or as their neighbours do
MILD = ("american", "british")


@dataclass(frozen=True, slots=True)
class Piece:
    said: str
    sound: Samples


class TimedKokoro:
    """Kokoro, and when each of its sounds is heard."""

    def __init__(self, model: Path) -> None:
        import onnx

        graph = onnx.load(checked(model, "kokoro.onnx"))
        graph.graph.output.append(onnx.helper.make_empty_tensor_value_info(DURATIONS))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(graph.SerializeToString(), options)
        self._vocabulary = json.loads((Path(ASSETS) / "vocab.json").read_text(encoding="utf-8"))

    def say(self, words: list[str], style: Style, speed: float) -> list[NDArray[np.float32]]:
        """Words given in sounds, with rests between; each word's own sound at 24 kHz."""
        ids = [self._vocabulary[sound] for sound in PAUSE.join(words) + "."]
        inputs = {
            "tokens": np.array([[0, *ids, 0]], np.int64),
            "style": style[len(ids)][None],
            "speed": np.array([speed], np.float32),
        }
        audio, durations = self._session.run(None, inputs)
        audio, ends = np.ravel(audio), np.cumsum(np.ravel(durations).astype(int))  # of the first mark, and each sound
        commas = np.cumsum([len(word) + len(PAUSE) for word in words[:-1]], dtype=int) - len(PAUSE)
        return list(np.split(audio, [_quietest(audio, ends[at] - AHEAD, ends[at + 2]) for at in commas]))


def _quietest(audio: NDArray[np.float32], start: int, end: int) -> int:
    """The sample in the middle of the quietest of these frames."""
    frames = audio[FRAME * start : FRAME * (end - 1)].reshape(-1, FRAME)
    return FRAME * start + FRAME * int((frames**2).mean(axis=1).argmin()) + FRAME // 2


def blend(voices: dict[str, Style], chance: random.Random) -> Style:
    """A voice that is none of `voices`."""
    chosen = chance.sample(sorted(voices), chance.choice(BLENDED))
    shares = [chance.uniform(0.3, 1.0) for _ in chosen]
    if len(shares) == 2 and chance.random() < 0.5:
        shares[1] = -chance.uniform(0, EXAGGERATED) * shares[0]
    return np.asarray(sum(share * voices[name] for share, name in zip(shares, chosen, strict=True)) / sum(shares))


def habits_of(accent: str, number: int, chance: random.Random) -> Speaker:
    """The `number`th speaker of an accent: some have it in full, some mildly, some mixed with their neighbours'."""
    if number < STRONG or number % 3 == STRONG % 3:
        return Speaker(accent, chance)
    neighbours = [other for other, family in FAMILY.items() if family == FAMILY[accent]]
    return Speaker(accent, chance, PARTLY, MILD if number % 3 == (STRONG + 1) % 3 else neighbours)


def spoken(kokoro: TimedKokoro, habits: Speaker, voices: dict[str, Style], chance: random.Random) -> list[Piece]:
    """One speaker: the digits one by one, in any order, and some of them run together."""
    style = blend(voices, chance)
    singles = [*"0123456789", OH]
    chance.shuffle(singles)
    sounds = separate(kokoro, [habits.say(digit) for digit in singles], style, chance.uniform(*SLOW))
    pieces = [Piece("0" if digit == OH else digit, sound) for digit, sound in zip(singles, sounds, strict=True)]
    zero = chance.choice(("0", "0", OH))
    run = [chance.choice("0123456789") for _ in range(chance.randint(*RUN))]
    words = " ".join(habits.say(zero if digit == "0" else digit) for digit in run)
    [sound] = kokoro.say([words], style, chance.uniform(*RUNNING))
    return [*pieces, Piece("".join(run), telephone(sound))]


def separate(kokoro: TimedKokoro, words: list[str], style: Style, speed: float) -> list[Samples]:
    """Each word's sound, none of them too short to be understood: a hurried "oh" is lost between two rests."""
    sounds = [telephone(sound) for sound in kokoro.say(words, style, speed)]
    if min(map(len, sounds)) >= SHORTEST * RATE or speed < SLOWEST:
        return sounds
    return separate(kokoro, words, style, SLOWER * speed)


def load(path: Path) -> tuple[str, list[Piece]]:
    """A speaker's accent and pieces."""
    with np.load(path) as stored:
        sounds = np.split(stored["s"], stored["ends"][:-1])
        return str(stored["accent"]), [Piece(str(s), sound) for s, sound in zip(stored["said"], sounds, strict=True)]


def _save(path: Path, accent: str, pieces: list[Piece]) -> None:
    sounds: dict[str, Any] = {"s": np.concatenate([piece.sound for piece in pieces])}
    ends = np.cumsum([len(piece.sound) for piece in pieces])
    np.savez_compressed(path, **sounds, ends=ends, said=[piece.said for piece in pieces], accent=accent)


def _voices(folder: Path, held: bool) -> dict[str, Style]:
    paths = [path for path in sorted(folder.glob("*.bin")) if path.stem != BENCH_VOICE]
    chosen = [path for path in paths if (path.stem[0] in HELD) == held]
    return {path.stem: np.fromfile(path, np.float32).reshape(-1, 256) for path in chosen}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for option in ("--model", "--voices", "--out"):
        parser.add_argument(option, type=Path, required=True)
    parser.add_argument("--speakers", type=int, default=8, help="of each accent, besides those that are held out")
    given = parser.parse_args()
    kokoro = TimedKokoro(given.model)
    learnt, others = (_voices(given.voices, held) for held in (False, True))
    for folder, voices, numbers in (
        ("choosing", others, range(CHOOSING)),
        ("held", others, range(CHOOSING, CHOOSING + FIGURES)),
        (".", learnt, range(given.speakers)),
    ):
        (given.out / folder).mkdir(parents=True, exist_ok=True)
        for number in numbers:
            for accent in WAYS:
                path = given.out / folder / f"{accent}-{number:02}.npz"
                chance = random.Random(f"{path.stem} {voices is others}")
                if not path.exists():
                    habits = Speaker(accent, chance) if voices is others else habits_of(accent, number, chance)
                    _save(path, accent, spoken(kokoro, habits, voices, chance))
            print(f"{folder}: speakers {number} of each accent", flush=True)


if __name__ == "__main__":
    main()

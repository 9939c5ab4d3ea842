"""The sounds from which the network of speech/sound_kind.py learns, and what it sees of each.

Recorded digits, sentences of people whose names are not known, and neural voices; hums and laughs of those voices, and
hums, laughs, coughs, knocks and what sounds around a caller, made up. Each is taken several times: in another throat,
at another level, over another line.
"""

import random
import wave
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray

from bench.speech.accuracy import quiet_sounds
from bench.speech.interruptions import from_onset, learnt
from bench.tools.noises import AROUND, closed_hum, cough, knock, laugh
from bench.tools.recorded_speech import rest, rows
from bench.train.telephones import recoloured
from speech.audio import RATE, Samples, decode, encode, normalise, read_mono, to_float, to_int
from speech.endpointing.turn_detector import TurnDetector
from speech.interruption_detector import InterruptionDetector
from speech.sound_kind import sound_features
from speech.vad import WINDOW, WINDOW_SECONDS, SileroModel, WindowCutter

Array = NDArray[np.float32]

CLASS_OF = {
    **dict.fromkeys(("people", "sentence", "words", "digits"), 0),
    **dict.fromkeys(("hum", "open hum", "closed hum"), 1),
    **dict.fromkeys(("laugh", "cough", "knock", "around", "nothing"), 2),
}
"""The class (speech.sound_kind.KINDS) of each kind; kinds that are not named are never learnt from."""
TIMES = {"people": 7, "words": 7, "sentence": 5, "hum": 4, "open hum": 6, "laugh": 6}  # how often each is taken
PICOVOICE = "picovoice-speech-to-intent-benchmark"
FEWER = 4  # of the three FSDD speakers' digits one in so many is taken
MADE = (cough, laugh, closed_hum, knock, *AROUND)
MADE_MANY = {"cough": 300, "laugh": 300, "closed_hum": 300, "knock": 120}  # and of each sound around a caller:
AROUND_MANY = 80
LEAD = 0.4  # seconds of line before the sound
SETTLING = 2  # windows after the onset that are not learnt from: everything begins alike
SEEN = 1.5  # seconds of a sound that are seen
AFTER = 0.2  # seconds of line after it that are
PITCH = (0.74, 1.32)  # other throats
EARLIER = 400  # sounds of speech, of which one may have come before
PAUSE = (0.4, 3.0)  # seconds of line between


@dataclass(frozen=True, slots=True)
class Sound:
    """What the network sees [n, features] of one sound, and the seconds of voice and of silence by then."""

    windows: Array
    first: Array  # what the interruption detector says by then [n]
    voiced: Array
    silence: Array
    kind: str
    voice: str


def held(voice: str) -> bool:
    """Whether a neural voice is kept for measuring, and nothing is learnt from it: one in four."""
    return zlib.crc32(voice.encode()) % 4 == 0


def sounds(data: Path, rendered: list[Path], vad: SileroModel) -> Iterator[Sound]:
    """All that is learnt from, and the held voices' sounds once, as they are."""
    chance = random.Random("barge")
    earlier: list[Samples] = []
    for sound, kind, voice in sources(data, rendered, chance):
        if held(voice):
            yield seen(_over_a_line(sound, chance), kind, voice, vad, rest(0))
            continue
        if kind not in CLASS_OF:
            continue
        for _ in range(TIMES.get(kind, 1)):
            heard = _changed(recoloured(sound, chance) if chance.random() < 0.5 else sound, chance)
            yield seen(heard, kind, voice, vad, _before(earlier, chance))
            if CLASS_OF[kind] == 0 and len(earlier) < EARLIER:
                earlier.append(heard)


def sources(data: Path, rendered: list[Path], chance: random.Random) -> Iterator[tuple[Samples, str, str]]:
    """Each sound from its onset on, its kind and its voice."""
    for row in rows(data, "speech.jsonl"):
        if learnt(row) and (row["source"] != "fsdd" or zlib.crc32(row["file"].encode()) % FEWER == 0):
            kind = {"fsdd": "digits", PICOVOICE: "sentence"}.get(row["source"], "people")
            yield from_onset(normalise(read_mono(data / row["file"]))), kind, "people"
    yield from voices(rendered)
    for make in MADE:
        name = make.__name__
        for _ in range(MADE_MANY.get(name, AROUND_MANY)):
            made: Any = make(chance)
            sound = normalise(to_int((0.5 * made / np.abs(made).max()).astype(np.float32)))
            yield sound, "around" if make in AROUND else name.replace("_", " "), "made up"
    for name, sound in quiet_sounds(data):
        yield sound, "nothing", name


def voices(rendered: list[Path]) -> Iterator[tuple[Samples, str, str]]:
    """What was rendered: of sound_kind_voices.py, and the digits of accented_voices.py."""
    for path in (path for folder in rendered for path in sorted(folder.glob("*.npz"))):
        with np.load(path) as line:
            if "ends" not in line:
                yield from_onset(normalise(line["s"])), str(line["kind"]), str(line["voice"])
                continue
            for piece in np.split(line["s"], line["ends"]):
                if len(piece) > WINDOW:
                    yield from_onset(normalise(piece)), "digits", path.stem


def write_held(rendered: list[Path], folder: Path) -> None:
    """The held voices' sounds as WAV, for `warmline bench bargein`: `folder`/KIND/VOICE-NUMBER.wav."""
    for number, (sound, kind, voice) in enumerate(voices(rendered)):
        if not held(voice):
            continue
        name = {0: "interruption, neural", 1: "backchannel, neural"}.get(CLASS_OF.get(kind, 3), f"{kind}, neural")
        (folder / name).mkdir(parents=True, exist_ok=True)
        with wave.open(str(folder / name / f"{voice}-{number}.wav"), "wb") as file:
            file.setparams((1, 2, RATE, 0, "NONE", ""))
            file.writeframes(sound.astype("<i2").tobytes())


def seen(sound: Samples, kind: str, voice: str, model: SileroModel, earlier: Samples) -> Sound:
    """What the network sees from the sound's onset (`LEAD`) on."""
    detector, turn = InterruptionDetector(model.stream()), TurnDetector()
    for window in WindowCutter().add(earlier):
        detector(window)
    found, first, voiced, silence = [], [], [], []
    for start in range(0, min(len(sound) - WINDOW, int((LEAD + SEEN) * RATE)), WINDOW):
        turn.window(detector(sound[start : start + WINDOW]))
        if start >= LEAD * RATE:
            found.append(sound_features(*detector.sound_so_far()))
            first.append(detector.interruption)
            voiced.append(turn.voiced if turn.active else 0.0)
            silence.append(turn.silence if turn.active else 1.0)
    told = [np.array(numbers, np.float32) for numbers in (first, voiced, silence)]
    return Sound(np.array(found, np.float16), told[0], told[1], told[2], kind, voice)


def _before(earlier: list[Samples], chance: random.Random) -> Samples:
    """What the detector heard before, and remembers: nothing, a quiet line, or somebody."""
    drawn = chance.random()
    if drawn < 0.4:
        return rest(0)
    said = chance.choice(earlier)[: int(1.5 * RATE)] if earlier and drawn > 0.7 else rest(0)
    return np.concatenate([said, decode(encode(to_int(rest(chance.uniform(*PAUSE)).astype(np.float32))))])


def _changed(sound: Samples, chance: random.Random) -> Samples:
    """Another throat, another level; sometimes the very beginning is lost."""
    voice = np.asarray(soxr.resample(to_float(sound), RATE, RATE * chance.uniform(*PITCH)), np.float32)
    voice = voice[chance.choice((0, 0, 0, 160, 320)) :] * np.float32(10 ** (chance.uniform(-14, 4) / 20))
    return _over_a_line(to_int(voice), chance)


def _over_a_line(sound: Samples, chance: random.Random) -> Samples:
    lead, tail = rest(LEAD), rest(AFTER)
    whole = to_float(np.concatenate([lead, rest(chance.random() * WINDOW_SECONDS), sound, tail]))
    hiss = np.random.default_rng(chance.randrange(1 << 30)).normal(0, 10 ** (chance.uniform(-70, -42) / 20), len(whole))
    return decode(encode(to_int((whole + hiss).astype(np.float32))))

"""The sounds a script needs, made ready before its call begins, so that the call never waits for them."""

import asyncio
from dataclasses import dataclass, field

import numpy as np

from speech.audio import UnreadableAudioError, read_mono
from switch.media.audio import RATE, Samples, decode
from switch.phones.recorded_lines import RecordedLines
from switch.phones.script import Converse, Noise, Say, Script, ScriptError, Step, Wav
from switch.ports import TextToSpeech

NOISE_SECONDS = 8


@dataclass(frozen=True, slots=True)
class ScriptAudio:
    """int16 samples at 8 kHz for each step that is heard, and a loop for each background noise.

    `tts` speaks what nobody knows before the call.
    """

    tts: TextToSpeech
    speech: dict[Say | Wav, Samples] = field(default_factory=dict)
    noise: dict[Noise, Samples] = field(default_factory=dict)


async def load_audio(script: Script, lines: RecordedLines, tts: TextToSpeech) -> ScriptAudio:
    """Recorded lines first, then `tts`, which gives mu-law and runs in a thread.

    Raises ScriptError naming the step whose sound cannot be had.
    """
    audio = ScriptAudio(tts)
    if script.noise:
        audio.noise[script.noise] = background(script.noise)
    for number, step in enumerate(script.steps, 1):
        try:
            await _load(audio, step, script.voice, lines, tts)
        except UnreadableAudioError as error:
            raise ScriptError(f"step {number}: {error}") from error
    return audio


async def _load(audio: ScriptAudio, step: Step, voice: str, lines: RecordedLines, tts: TextToSpeech) -> None:
    match step:
        case Say(text=text):
            recorded = lines.find(text, voice)
            audio.speech[step] = recorded if recorded is not None else decode(await asyncio.to_thread(tts, text))
        case Wav(path=path):
            audio.speech[step] = read_mono(path)
        case Noise():
            audio.noise[step] = background(step)
        case Converse(replies=replies):
            for inner in (inner for reply in replies for inner in reply.does):
                await _load(audio, inner, voice, lines, tts)
        case _:
            pass


def background(noise: Noise) -> Samples:
    """A loop of int16 samples at the level asked for: the WAV given, or pink noise, the same at every call."""
    sound = pink(NOISE_SECONDS * RATE) if noise.wav is None else read_mono(noise.wav).astype(np.float64)
    power = float(np.sqrt(np.mean(sound**2)))
    scaled = sound * (32768 * 10 ** (noise.level_db / 20) / max(power, 1e-9))
    return np.clip(scaled, -32768, 32767).astype(np.int16)


def pink(count: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Noise whose power falls 3 dB an octave, like rooms and streets."""
    spectrum = np.fft.rfft(np.random.default_rng(1).standard_normal(count))
    spectrum /= np.sqrt(np.maximum(np.arange(len(spectrum)), 1))
    return np.fft.irfft(spectrum, count)

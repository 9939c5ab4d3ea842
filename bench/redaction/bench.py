"""Secrets in kept sound and text: how many can be got out again, and what else is lost with them.

    warmline bench redaction [--calls CALLS] [--seed SEED]

Calls are made up of rendered sentences, with secrets that are known to the sample: asked for and volunteered, said by
caller and agent, in groups and pairs, keyed. Each goes through the whole post-call pipeline. Then two recognisers
(Whisper with more hypotheses than the line's, and the digit reader, which knows no words) and a decoder of tones look
for every secret in the kept sound, near where it was said, and a reader of digits looks in everything that was
written down.
"""

import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from bench.redaction.calls import Renderer, Said, SoundCall, compose
from bench.redaction.pipeline import Kept, Pipeline, RememberingSpeechToText
from bench.redaction.recovery import gives_away, in_digits
from bench.redaction.scripts import Secret, Writer
from bench.tools.machine import machine
from ivr.settings import Settings
from speech.audio import RATE, Samples
from speech.model_files import find_vad, find_whisper
from speech.stt import prepared
from speech.tones import Tone, keys_heard
from speech.vad import SileroModel
from speech.voices import make_voice
from speech.whisper import Whisper

NEAR = 1.5  # seconds round a secret that the recognisers hear
BEAMS = 5
LOST = 0.5  # share of a word's sound that is gone when the word is
BESIDE = 0.5  # seconds round a word in which it may be written down


@dataclass
class Tally:
    """What was found and what was lost, by kind."""

    secrets: Counter[str] = field(default_factory=Counter)
    recovered: Counter[str] = field(default_factory=Counter)  # by kind and by where
    words: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)


def run(settings: Settings, many: int = 1000, seed: int = 1, tell: Callable[[str], None] = print) -> dict[str, Any]:
    """{bench, machine, figures, told}: figures are counts, and shares in percent."""
    files, tally = find_whisper(settings.whisper_model, settings.data_dir), Tally()
    stt = RememberingSpeechToText(files, settings.whisper_threads, vad=SileroModel(find_vad()).stream)
    ears, writer = Whisper(files, settings.whisper_threads), Writer(seed)
    neural, robot = make_voice("heart"), make_voice("pyttsx3")
    voices = {"bot": [neural], "caller": [neural, neural, robot], "agent": [neural, robot]}
    renderer = Renderer(voices, settings.data_dir / "bench" / "redaction")  # type: ignore[arg-type]
    with tempfile.TemporaryDirectory(prefix="redaction-") as folder:
        pipeline = Pipeline(Path(folder), stt)
        for number in range(many):
            call = compose(writer.script(), renderer, seed * 100_000 + number)
            kept = pipeline.through(call, number)
            tally.states[kept.redaction or "none"] += 1
            for note in (*_count_secrets(call, kept, ears, tally), *_count_losses(call, kept, tally)):
                tally.told.append(f"call {number}: {note}")
                tell(tally.told[-1])
            said, found = tally.secrets.total(), tally.recovered.total()
            tell(
                f"call {number + 1} of {many}: {said} secrets so far, {found} recovered; its sound is {kept.redaction}"
            )
    stt.close()
    return {"bench": "redaction", "machine": machine(), "figures": _figures(tally, many), "told": tally.told}


def _count_secrets(call: SoundCall, kept: Kept, ears: Whisper, tally: Tally) -> Iterator[str]:
    for secret, where, start, end, voice in secrets_of(call):
        tally.secrets[f"{secret.kind}, {voice}"] += 1
        heard = kept.redaction == "proved"  # else nobody hears it
        ways = [
            ("text", any(gives_away(text, secret) for text in kept.texts)),
            ("sound", heard and secret.kind != "keyed" and _in_sound(kept.copy[where], start, end, secret, ears)),
            ("tones", heard and secret.kind == "keyed" and bool(_keys(kept.copy[where], start, end))),
        ]
        for way, found in ways:
            if found:
                tally.recovered[f"{secret.kind} in {way}, {voice}"] += 1
                yield f"recovered: {secret.kind} {' '.join(secret.told)} in {way}, {voice}, at {start / RATE:.1f} s"


def _keys(channel: Samples, start: int, end: int) -> list[Tone]:
    """What a decoder that is content with little hears where keys were pressed."""
    near = int(NEAR * RATE)
    return keys_heard(channel[max(0, start - near) : end + near], 0.3)


def secrets_of(call: SoundCall) -> Iterator[tuple[Secret, int, int, int, str]]:
    """(secret, channel from 0, start, end, voice), in samples."""
    for one in call.uttered:
        if one.saying.secret is not None:
            yield one.saying.secret, one.channel - 1, one.start, one.end, "keys"
        for said in one.said:
            if said.fragment.secret is not None:
                yield said.fragment.secret, said.channel - 1, said.start, said.end, call.voices[one.saying.who]


def _in_sound(channel: Samples, start: int, end: int, secret: Secret, ears: Whisper) -> bool:
    """Whether either recogniser hears the secret round the place where it was said."""
    near = int(NEAR * RATE)
    sound = prepared(channel[max(0, start - near) : end + near])
    if sound is None:
        return False
    encoded = ears.encode(sound, stretch=1.0)
    text = ears.decode(encoded, beams=BEAMS).text
    read = [reading.digits for reading in ears.read_digits(encoded)]
    return gives_away(text, secret) or in_digits(read, secret)


def _count_losses(call: SoundCall, kept: Kept, tally: Tally) -> Iterator[str]:
    for one in call.uttered:
        for said in one.said:
            if said.fragment.secret is None:
                lost = [*_lost_words(call, kept, said, tally)]
                for way in ("sound", "text"):
                    if words := " ".join(word for word, how in lost if how == way):
                        at = f"{call.voices[one.saying.who]}, at {said.start / RATE:.1f} s"
                        yield f"lost in {way}: {words} of {said.fragment.category} {said.fragment.text!r}, {at}"


def _lost_words(call: SoundCall, kept: Kept, said: Said, tally: Tally) -> Iterator[tuple[str, str]]:
    channel, category = said.channel - 1, said.fragment.category
    for word, (start, end) in zip(said.fragment.text.split(), word_places(said), strict=True):
        tally.words[category] += 1
        masked = any(_masked(one, said.channel, start, end) for one in kept.masked)
        ways = [
            ("sound", _gone(call.samples[channel], kept.copy[channel], start, end)),
            ("text", masked and not any(_is_it(one, word, said.channel, start, end) for one in kept.words)),
        ]
        for way in (way for way, lost in ways if lost):
            tally.lost[f"{category} in {way}"] += 1
            yield word, way


def word_places(said: Said) -> Iterator[tuple[int, int]]:
    """Where each word of a fragment lies, as long as its letters are many."""
    words = said.fragment.text.split()
    sizes = np.cumsum([0, *(len(word) + 1 for word in words)]) / sum(len(word) + 1 for word in words)
    edges = said.start + sizes * (said.end - said.start)
    yield from zip(edges[:-1].astype(int), edges[1:].astype(int), strict=True)


def _gone(before: Samples, after: Samples, start: int, end: int) -> bool:
    was, left = (np.abs(one[start:end].astype(np.int64)).sum() for one in (before, after))
    return bool(was > 0 and left < (1 - LOST) * was)


def _masked(word: tuple[int, float, float], channel: int, start: int, end: int) -> bool:
    """Whether a masked stretch of the transcript takes most of the word."""
    shared = min(word[2] * RATE, end) - max(word[1] * RATE, start)
    return word[0] == channel and shared > 0.75 * (end - start)


def _is_it(kept: tuple[int, float, float, str], word: str, channel: int, start: int, end: int) -> bool:
    """Whether the word is written down beside what was masked, whose times begin with the pause before it."""
    there = kept[2] * RATE > start - BESIDE * RATE and kept[1] * RATE < end + BESIDE * RATE
    return kept[0] == channel and there and _letters(kept[3]) == _letters(word)


def _letters(word: str) -> str:
    return re.sub(r"[^a-z0-9]", "", word.lower())


def _figures(tally: Tally, many: int) -> dict[str, float]:
    found = {f"recovered: {way}": float(count) for way, count in sorted(tally.recovered.items())}
    said = tally.words
    lost = {
        f"lost: {name}, %": 100 * tally.lost[name] / max(1, said[name.split()[0]])
        for name in (f"{category} in {way}" for category in ("amount", "date", "other") for way in ("sound", "text"))
    }
    states = {f"calls {state}": float(count) for state, count in sorted(tally.states.items())}
    by_voice = Counter(name.rpartition(", ")[2] for name in tally.recovered.elements())
    voices = {f"recovered from {voice}": float(count) for voice, count in sorted(by_voice.items())}
    secrets = {f"secrets: {kind}": float(count) for kind, count in sorted(tally.secrets.items())}
    return {
        "calls": float(many),
        **secrets,
        "recovered": float(tally.recovered.total()),
        **voices,
        **found,
        **lost,
        **states,
    }

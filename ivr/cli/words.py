"""`transcribe` and `understand`: what is heard in a file, and what is understood by a text."""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from ivr.cli.common import MISSING, MISUSED, WRONG, fail, json_option, load_settings, report, show
from ivr.clock import SystemClock, today

KINDS = ("open", "digits", "money", "date", "yes-no")


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option("--expect", type=click.Choice(KINDS), default="open", show_default=True, help="What was asked.")
@json_option
def transcribe(files: tuple[Path, ...], expect: str, as_json: bool) -> None:
    """What Whisper hears in each FILE over the telephone path (mu-law, 8 kHz)."""
    settings = load_settings()
    from speech.audio import UnreadableAudioError
    from speech.events import Expectation
    from speech.model_files import MissingModelError, find_vad, find_whisper
    from speech.stt import WhisperSpeechToText
    from speech.vad import SileroModel

    try:
        weights = find_whisper(settings.whisper_model, settings.data_dir)
        vad = SileroModel(find_vad()).stream
    except MissingModelError as error:
        fail(str(error), MISSING)
    stt = WhisperSpeechToText(weights, settings.whisper_threads, vad=vad)
    failed = False
    try:
        for file in files:
            try:
                heard = stt.transcribe_file(file, Expectation(expect))  # type: ignore[arg-type]
            except UnreadableAudioError as error:
                failed = True
                report(str(error))
                continue
            row = {
                "file": str(file), "text": heard.text, "confidence": round(heard.confidence, 3),
                "words": [asdict(word) for word in heard.words],
                "seconds": round(heard.seconds, 3), "elapsed": round(heard.elapsed, 3),
            }  # fmt: skip
            show(row) if as_json else click.echo(f"{file}: {heard.text or '(nothing)'}  [{heard.confidence:.0%}]")
    finally:
        stt.close()
    if failed:
        raise SystemExit(WRONG)


@click.command()
@click.argument("texts", nargs=-1, metavar="[TEXT...]")
@click.option("--expect", type=click.Choice(KINDS), default=None, help="What was asked, when something was.")
@json_option
def understand(texts: tuple[str, ...], expect: str | None, as_json: bool) -> None:
    """The meaning of each TEXT; without one, of each line of stdin (plain, or JSON with a `text`)."""
    settings = load_settings()
    from ivr.nlu.encoder import MissingModelError
    from ivr.nlu.report import as_json as document_of
    from ivr.nlu.understanding import Understanding

    try:
        understanding = Understanding.load(settings.data_dir, settings.home_country)
    except MissingModelError as error:
        fail(str(error), MISSING)
    day = today(SystemClock(), settings.zone)
    for given in ({"text": text} for text in texts) if texts else _lines():
        meaning = understanding.understand(given["text"], expect=given.get("expect", expect), today=day)
        if as_json:
            show({**given, **document_of(given["text"], meaning)})
        else:
            click.echo(f"{given['text']}: {meaning.intent} [{meaning.confidence:.0%}]")


def _lines() -> Iterator[dict[str, Any]]:
    for number, line in enumerate(sys.stdin, 1):
        line = line.strip()
        if not line:
            continue
        if not line.startswith("{"):
            yield {"text": line}
            continue
        try:
            given = json.loads(line)
        except json.JSONDecodeError as error:
            fail(f"Line {number} of stdin is not JSON: {error}", MISUSED)
        if not isinstance(given.get("text"), str):
            fail(f'Line {number} of stdin has no "text".', MISUSED)
        yield given

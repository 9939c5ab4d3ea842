"""The real models, loaded once for a test run."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from speech.model_files import MissingModelError, find_vad, find_whisper
from speech.stt import WhisperSpeechToText
from speech.vad import SileroModel


@pytest.fixture(scope="session")
def silero() -> SileroModel:
    try:
        return SileroModel(find_vad())
    except MissingModelError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def whisper_base(tmp_path_factory: pytest.TempPathFactory, silero: SileroModel) -> Iterator[WhisperSpeechToText]:
    try:
        weights = find_whisper("base", tmp_path_factory.mktemp("models"))
    except MissingModelError as error:
        pytest.skip(str(error))
    recogniser = WhisperSpeechToText(weights, 2, vad=silero.stream)
    yield recogniser
    recogniser.close()


@pytest.fixture(scope="session")
def clips(shared: Path) -> Path:
    """Published recordings of people, 8 kHz WAV."""
    return shared / "data" / "speech"

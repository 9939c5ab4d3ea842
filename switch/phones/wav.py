"""WAV files as what a telephone makes of them."""

from pathlib import Path

from switch.audio import AudioError, Samples, decode, wav_to_mulaw


def read_wav(path: Path) -> Samples:
    """The file as int16 at 8 kHz, mono. Raises AudioError, which names the file, or OSError."""
    try:
        return decode(wav_to_mulaw(path.read_bytes()))
    except AudioError as error:
        raise AudioError(f"{path}: {error}; export it as 16-bit PCM WAV") from error

"""The switch process: the local carrier with its softphone, scripted callers, and a recogniser of their own."""

import asyncio
import signal

import numpy as np
from numpy.typing import NDArray

from ivr.settings import Settings
from speech.audio import encode
from speech.inference_queue import Priority
from speech.model_files import find_vad, find_whisper
from speech.stt import WhisperSpeechToText
from speech.vad import SileroModel
from speech.voices import Voice, make_other_voices, make_voice
from switch.config import SwitchConfig
from switch.phones.control import control_routes
from switch.phones.softphone import phone_routes
from switch.ports import TextToSpeech
from switch.server import Switch


async def run_switch(settings: Settings) -> None:
    """Serves until SIGTERM or SIGINT; then ends every call."""
    voice = make_voice(settings.voice)
    recogniser = WhisperSpeechToText(
        find_whisper(settings.whisper_model, settings.data_dir), 1, vad=SileroModel(find_vad()).stream
    )

    async def stt(sound: NDArray[np.int16]) -> str:
        heard = await asyncio.wrap_future(recogniser.transcribe(sound, priority=Priority.MONITOR))
        return heard.text

    def tts_of(voice: Voice) -> TextToSpeech:
        return lambda text: encode(voice.speak(text))

    tts, others = tts_of(voice), {language: tts_of(other) for language, other in make_other_voices().items()}
    routes = [*control_routes(lambda: switch, tts, stt), *phone_routes(lambda: switch, tts, stt)]
    switch = Switch(config(settings), tts, routes=routes, tts_by_language=others)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await switch.start()
    try:
        await stop.wait()
    finally:
        await switch.stop()
        recogniser.close()


def config(settings: Settings) -> SwitchConfig:
    """The switch as the line's carrier: its number rings the line's webhooks."""
    line = settings.public_url.rstrip("/")
    return SwitchConfig(
        account_sid=settings.twilio_account_sid,
        auth_token=settings.twilio_auth_token.get_secret_value(),
        number=settings.twilio_number,
        voice_url=f"{line}/voice/incoming",
        fallback_url=f"{line}/voice/fallback",
        status_url=f"{line}/voice/status",
        app_url=f"{line}/voice/phone",
        host=settings.host,
        port=settings.switch_port,
        folder=settings.data_dir.absolute() / "switch",
    )

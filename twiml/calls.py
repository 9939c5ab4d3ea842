"""Documents for a caller who talks with the bot, leaves a message or says goodbye."""

from decimal import Decimal
from typing import Any

from babel.numbers import get_currency_precision
from twilio.twiml.voice_response import Connect, Start, VoiceResponse

from twiml.voices import say

KEY_SECONDS = 10  # between two keys of a card: it is read off the card meanwhile
CARD_ATTEMPTS = 3
MESSAGE_SECONDS = 180
SILENCE_SECONDS = 6
CARD_PROMPTS = (
    ("payment-card-number", "1", "Please enter your card number. Press star to stop."),
    ("payment-card-number", "2 3", "That did not work. Please enter your card number again."),
    ("expiration-date", "1", "Now the expiration date, two digits for the month and two for the year."),
    ("expiration-date", "2 3", "That did not work. Please enter month and year again."),
    ("security-code", "1", "And the security code."),
    ("security-code", "2 3", "That did not work. Please enter the security code again."),
    ("payment-processing", "1", "Thank you. One moment."),
)


def answer_call(
    notice_url: str, recording_callback: str, resume_url: str, stream_url: str, stream_callback: str, token: str
) -> str:
    """The first document: the notice, then recording, then the media socket, then a safe verb."""
    response = VoiceResponse()
    response.play(notice_url)
    record(response, recording_callback)
    _stream(response, resume_url, stream_url, stream_callback, token)
    return str(response)


def reconnect(resume_url: str, stream_url: str, stream_callback: str, token: str, pause: int = 0) -> str:
    """Back to the media socket, after `pause` seconds; the notice was heard and the recording runs."""
    response = VoiceResponse()
    if pause:
        response.pause(length=pause)
    _stream(response, resume_url, stream_url, stream_callback, token)
    return str(response)


def card_terms(amount: int, currency: str, connector: str) -> dict[str, Any]:
    """What every card entry asks of the carrier, by document or by REST; `amount` in minor units."""
    return {
        "input": "dtmf",
        "payment_method": "credit-card",
        "payment_connector": connector,
        "charge_amount": f"{Decimal(amount).scaleb(-get_currency_precision(currency)):f}",
        "currency": currency.lower(),
        "security_code": True,
        "postal_code": False,
        "token_type": "one-time",
        "timeout": KEY_SECONDS,
    }


def pay(amount: int, currency: str, connector: str, paid_url: str, progress_url: str) -> str:
    """Take a card by keys and charge `amount` minor units; whatever comes of it, go to `paid_url`."""
    response = VoiceResponse()
    entry = response.pay(
        **card_terms(amount, currency, connector),
        max_attempts=CARD_ATTEMPTS,
        action=paid_url,
        status_callback=progress_url,
        status_callback_method="POST",
    )
    for field, attempts, text in CARD_PROMPTS:
        entry.prompt(for_=field, attempt=attempts).say(text)
    response.redirect(paid_url, method="POST")  # where the carrier cannot take cards at all
    return str(response)


def take_message(prompt_url: str, action_url: str, recording_callback: str) -> str:
    """Play the prompt and record what the caller leaves; with nothing left, go to `action_url` all the same."""
    response = VoiceResponse()
    response.play(prompt_url)
    _message(response, action_url, recording_callback)
    return str(response)


def apologise(text: str, url: str, language: str = "en", pause: int = 0) -> str:
    """Say `text` and go on at `url`, after `pause` seconds."""
    response = VoiceResponse()
    say(response, text, language)
    if pause:
        response.pause(length=pause)
    response.redirect(url, method="POST")
    return str(response)


def apologise_and_record(text: str, action_url: str, recording_callback: str, language: str = "en") -> str:
    """Say `text` and take a message: needs no sound file and no database of ours."""
    response = VoiceResponse()
    say(response, text, language)
    _message(response, action_url, recording_callback)
    return str(response)


def goodbye(text: str | None = None, language: str = "en") -> str:
    """End the call, after `text` where there is something left to say."""
    response = VoiceResponse()
    if text:
        say(response, text, language)
    response.hangup()
    return str(response)


def record(response: VoiceResponse, callback: str) -> None:
    """Both sides from now on, as long as the call."""
    start = Start()
    start.recording(
        channels="dual",
        track="both",
        trim="do-not-trim",  # keeps the recording's clock equal to the call's
        recording_status_callback=callback,
        recording_status_callback_method="POST",
        recording_status_callback_event="in-progress completed absent",
    )
    response.append(start)


def _stream(response: VoiceResponse, resume_url: str, stream_url: str, stream_callback: str, token: str) -> None:
    connect = Connect(action=resume_url, method="POST")
    stream = connect.stream(url=stream_url, status_callback=stream_callback, status_callback_method="POST")
    stream.parameter(name="token", value=token)
    response.append(connect)
    response.redirect(resume_url, method="POST")


def _message(response: VoiceResponse, action_url: str, recording_callback: str) -> None:
    response.record(
        action=action_url,
        method="POST",
        max_length=MESSAGE_SECONDS,
        timeout=SILENCE_SECONDS,
        finish_on_key="#",
        play_beep=True,
        trim="do-not-trim",
        recording_status_callback=recording_callback,
        recording_status_callback_method="POST",
        recording_status_callback_event="completed absent",
    )
    response.redirect(action_url, method="POST")

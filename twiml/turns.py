"""Documents for a caller without a media socket: say, take keys, record what they say, and ask again."""

from collections.abc import Sequence

from twilio.twiml.voice_response import VoiceResponse

from twiml.voices import say

FIRST_KEY = 1  # seconds in which a key may follow the question; what is said then is not yet recorded
NEXT_KEY = 3  # between two keys
PAUSE = 2  # seconds of silence that end what is said
LONGEST = 20  # seconds of one utterance
ANY_KEY = "0123456789*#"


def ask(says: Sequence[str], keys_url: str, recorded_url: str, silent_url: str) -> str:
    """Say it; the first key goes to `keys_url`, what is said to `recorded_url`; silence goes on at `silent_url`."""
    response = VoiceResponse()
    if says:
        gather = response.gather(
            input="dtmf", num_digits=1, timeout=FIRST_KEY, finish_on_key="", action=keys_url, method="POST"
        )
        for text in says:
            gather.say(text)
    response.record(
        action=recorded_url, method="POST", max_length=LONGEST, timeout=PAUSE, finish_on_key=ANY_KEY, play_beep=False,
        trim="do-not-trim",
    )  # fmt: skip
    response.redirect(silent_url, method="POST")
    return str(response)


def more_keys(count: int | None, keys_url: str) -> str:
    """Take the keys that follow the first: `count` of them, or up to pound or a pause. They go to `keys_url`."""
    response = VoiceResponse()
    response.gather(
        input="dtmf", timeout=NEXT_KEY, finish_on_key="#", action=keys_url, method="POST", action_on_empty_result=True,
        **({} if count is None else {"num_digits": count}),
    )  # fmt: skip
    return str(response)


def leave(says: Sequence[str], url: str, language: str = "en") -> str:
    """Say it and go on at `url`."""
    response = VoiceResponse()
    for text in says:
        say(response, text, language)
    response.redirect(url, method="POST")
    return str(response)

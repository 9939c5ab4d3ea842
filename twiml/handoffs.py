"""Documents for the passage of a call to a person: the caller's conference, the agent's whisper, and the joining."""

from twilio.twiml.voice_response import Dial, Gather, Start, Stop, VoiceResponse

from twiml.calls import record
from twiml.voices import say

CONFERENCE_EVENTS = "start end join leave hold mute modify"
ACCEPT_SECONDS = 6
# What the carrier reads and does not send: it asks again itself, twice, whatever went wrong. For addresses that have
# no fallback, all of which may be asked twice.
ASKED_AGAIN = "#rc=2&rp=all"
LISTENING = "listening"  # the fork's name, by which it is stopped while a card is keyed


def park(conference: str, wait_url: str, status_url: str, left_url: str, listen_url: str, listen_token: str) -> str:
    """The caller waits in a conference of their own; both sides of it are heard at `listen_url`."""
    response = VoiceResponse()
    _listen(response, listen_url, {"token": listen_token})
    response.append(_dial_conference(conference, wait_url, status_url, left_url))
    return str(response)


def enter_conference(
    conference: str, wait_url: str, status_url: str, left_url: str, first: str = "", language: str = "en"
) -> str:
    """A caller who is listened to already enters their conference, after they have heard `first`."""
    response = VoiceResponse()
    if first:
        say(response, first, language)
    response.append(_dial_conference(conference, wait_url, status_url, left_url))
    return str(response)


def called_back(
    text: str,
    language: str,
    recording_url: str,
    listen_url: str,
    parameters: dict[str, str],
    enter: tuple[str, str, str, str],
) -> str:
    """One whom we have called hears `text`, recorded from its first word, and is listened to in their conference.

    `enter`: conference, waiting music's, news' and leaving's addresses, as of `room`."""
    response = VoiceResponse()
    record(response, recording_url)
    say(response, text, language)
    _listen(response, listen_url, parameters)
    response.append(_dial_conference(*enter))
    return str(response)


def queue(
    news: str, music_url: str, key_url: str, again_url: str, language: str = "en", announced: str = "", plays: int = 2
) -> str:
    """News and music where keys are heard, which a conference's waiting music does not allow; then `again_url`.

    `announced` comes first, in whatever words it was written: English."""
    response = VoiceResponse()
    gather = Gather(input="dtmf", num_digits=1, timeout=1, action=key_url, method="POST")
    if announced:
        say(gather, announced, "en")
    if news:
        say(gather, news, language)
        gather.pause(length=1)
    gather.play(music_url, loop=plays)
    response.append(gather)
    response.redirect(again_url, method="POST")
    return str(response)


def choose(
    text: str, action_url: str, otherwise_url: str, language: str = "en", digits: int = 1, timeout: int = 6
) -> str:
    """Say `text` and take `digits` keys, any number up to the pound key for 0; silence goes on at `otherwise_url`."""
    response = VoiceResponse()
    length = {"num_digits": digits} if digits else {"finish_on_key": "#"}
    gather = Gather(input="dtmf", timeout=timeout, action=action_url, method="POST", **length)
    say(gather, text, language)
    response.append(gather)
    response.redirect(otherwise_url, method="POST")
    return str(response)


def wait(music_url: str, wait_url: str, plays: int = 1) -> str:
    """Music, then back to `wait_url` for what is new: no fallback helps when that fails, and silence follows."""
    response = VoiceResponse()
    response.play(music_url, loop=plays)
    response.redirect(wait_url, method="POST")
    return str(response)


def whisper(text: str, accept_url: str) -> str:
    """Tell the agent who is waiting and take one key; silence hangs up, as an answering machine would."""
    response = VoiceResponse()
    gather = Gather(input="dtmf", num_digits=1, timeout=ACCEPT_SECONDS, action=accept_url, method="POST")
    gather.say(text)
    response.append(gather)
    response.hangup()
    return str(response)


def in_a_moment(url: str) -> str:
    """The agent's conference is over; what follows from it is known in a moment, at `url`."""
    response = VoiceResponse()
    response.pause(length=2)
    response.redirect(url, method="POST")
    return str(response)


def join(
    conference: str, label: str, left_url: str, status_url: str | None = None, first: str = "", language: str = "en"
) -> str:
    """The agent joins the caller, who stays when the agent leaves. `status_url`: the agent may be there first.

    `first` is what the agent is told before."""
    response = VoiceResponse()
    if first:
        say(response, first, language)
    dial = Dial(action=left_url, method="POST")
    news = _news(status_url) if status_url else {}
    dial.conference(
        conference,
        participant_label=label,
        start_conference_on_enter=True,
        end_conference_on_exit=False,
        beep="false",
        **news,
    )
    response.append(dial)
    return str(response)


def thank(text: str, language: str = "en") -> str:
    """After an agent's last word: `text`, which is ours and no longer listened to, and the end."""
    response = VoiceResponse()
    _listen_no_more(response)
    say(response, text, language)
    response.hangup()
    return str(response)


def already_gone(text: str) -> str:
    """Tell the agent that there is nobody to talk to."""
    response = VoiceResponse()
    response.say(text)
    response.hangup()
    return str(response)


def empty() -> str:
    """Nothing to do: for callbacks whose answer is ignored."""
    return str(VoiceResponse())


def _listen(response: VoiceResponse, url: str, parameters: dict[str, str]) -> None:
    """One fork a call: one that an earlier document began ends."""
    _listen_no_more(response)
    start = Start()
    stream = start.stream(url=url, track="both_tracks", name=LISTENING)
    for name, value in parameters.items():
        stream.parameter(name=name, value=value)
    response.append(start)


def _listen_no_more(response: VoiceResponse) -> None:
    stop = Stop()
    stop.stream(name=LISTENING)
    response.append(stop)


def _dial_conference(conference: str, wait_url: str, status_url: str, left_url: str) -> Dial:
    dial = Dial(action=left_url, method="POST")
    dial.conference(
        conference,
        participant_label="caller",
        start_conference_on_enter=False,
        end_conference_on_exit=True,
        beep="false",
        wait_url=wait_url + ASKED_AGAIN,
        wait_method="POST",
        **_news(status_url),
    )
    return dial


def _news(status_url: str) -> dict[str, str]:
    """The first to enter decides who is told what happens in a conference."""
    return {
        "status_callback": status_url + ASKED_AGAIN,
        "status_callback_method": "POST",
        "status_callback_event": CONFERENCE_EVENTS,
    }

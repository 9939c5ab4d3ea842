"""Documents for the passage of a call to a person: the caller's room, the agent's whisper, and the joining."""

from twilio.twiml.voice_response import Dial, Gather, Start, VoiceResponse

CONFERENCE_EVENTS = "start end join leave hold mute modify"
ACCEPT_SECONDS = 6


def park(conference: str, wait_url: str, status_url: str, left_url: str, listen_url: str, listen_token: str) -> str:
    """The caller waits in a conference of his own; both sides of it are heard at `listen_url`."""
    response = VoiceResponse()
    start = Start()
    stream = start.stream(url=listen_url, track="both_tracks")
    stream.parameter(name="token", value=listen_token)
    response.append(start)
    dial = Dial(action=left_url, method="POST")
    dial.conference(
        conference,
        participant_label="caller",
        start_conference_on_enter=False,
        end_conference_on_exit=True,
        beep="false",
        wait_url=wait_url,
        wait_method="POST",
        status_callback=status_url,
        status_callback_method="POST",
        status_callback_event=CONFERENCE_EVENTS,
    )
    response.append(dial)
    return str(response)


def wait(music_url: str, wait_url: str) -> str:
    """Music, then back to `wait_url` for what is new."""
    response = VoiceResponse()
    response.play(music_url)
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


def join(conference: str, label: str, left_url: str) -> str:
    """The agent joins the caller; his leaving does not throw the caller out."""
    response = VoiceResponse()
    dial = Dial(action=left_url, method="POST")
    dial.conference(
        conference, participant_label=label, start_conference_on_enter=True, end_conference_on_exit=False, beep="false"
    )
    response.append(dial)
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

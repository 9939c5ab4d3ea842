"""What is played in a conference: music or a document while someone waits or is held, and announcements."""

from collections.abc import Mapping

from switch.conference import Conference
from switch.interpreter import Interpreter, Verb
from switch.media.audio import music
from switch.media.sources import Outlet, Playback
from switch.participant import Participant
from switch.verbs.pause import pause
from switch.verbs.play import play
from switch.verbs.redirect import redirect
from switch.verbs.say import say
from switch.webhooks import Request

_VERBS: Mapping[str, Verb] = {"Say": say, "Play": play, "Pause": pause, "Redirect": redirect}
_MUSIC = music()


def play_while_waiting(conference: Conference, participant: Participant, url: str | None, method: str) -> None:
    """A document, the carrier's music (None) or silence (empty) until the participant is in the conference again."""
    participant.stop_waiting()
    if url is None:
        participant.wait.source = Playback(_MUSIC, loop=0)
    elif url:
        participant.music = conference.exchange.spawn(
            _play(conference, participant, Request(url, method), participant.wait)
        )


def announce(conference: Conference, participant: Participant | None, url: str, method: str) -> None:
    """Play a document to everyone in the conference, or to one; then report it."""
    conference.exchange.spawn(_announce(conference, participant, Request(url, method)))


async def _announce(conference: Conference, to: Participant | None, request: Request) -> None:
    listener = to or next(iter(conference.participants.values()), None)
    if listener is None:
        return
    await _play(conference, listener, request, (to or conference).announcement)
    conference.report("announcement", "announcement-end", {"AnnounceUrl": request.url})


async def _play(conference: Conference, participant: Participant, request: Request, outlet: Outlet) -> None:
    interpreter = Interpreter(
        participant.leg,
        _VERBS,
        outlet=outlet,
        extra={"ConferenceSid": conference.sid, "FriendlyName": conference.name},
        apologises=False,
    )
    await interpreter.run(request)

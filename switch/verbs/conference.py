"""Conference, as a noun of Dial: enter the room, wait, stay until one leaves."""

import asyncio
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

from switch.conference import Conference, Participant, RoomCallbacks, Settings, room
from switch.document import text_of
from switch.leg import FINAL, Leg
from switch.media.audio import music
from switch.media.sources import Outlet, Playback
from switch.webhooks import Request

if TYPE_CHECKING:
    from switch.interpreter import Program

_MUSIC = music()


def callbacks_of(noun: ET.Element, program: "Program") -> RoomCallbacks:
    url = noun.get("statusCallback", "")
    return RoomCallbacks(
        program.resolve(url) if url else "",
        noun.get("statusCallbackMethod", "POST"),
        frozenset(noun.get("statusCallbackEvent", "start end").split()),
    )


async def take_part(program: "Program", verb: ET.Element, noun: ET.Element) -> Request | None:
    """Stay in the room until this leg leaves it; then Dial's action, or the next verb."""
    leg, settings = program.leg, Settings.of(noun)
    conference = room(program.exchange, text_of(noun), callbacks_of(noun, program))
    refusal = conference.refusal(settings)
    if refusal is not None:
        program.exchange.trace.problem(*refusal, call=leg.sid, conference=conference.sid)
        return None
    left = asyncio.Event()
    participant = Participant(leg, settings, left.set)
    program.leaving = lambda: program.action(verb, {"DialCallStatus": "answered"})
    if settings.wait_url:
        settings.wait_url = program.resolve(settings.wait_url)
    accompany(conference, participant, settings.wait_url, settings.wait_method)
    conference.join(participant)
    try:
        await left.wait()
    finally:
        participant.hush()
        conference.leave(participant, _reason(leg))
    return program.action(verb, {"DialCallStatus": "answered"})


def _reason(leg: Leg) -> str:
    return "participant_hung_up" if leg.status in FINAL else "participant_updated_via_api"


def accompany(conference: Conference, participant: Participant, url: str | None, method: str) -> None:
    """Keep a participant company until he is hushed: a document, the carrier's music (None) or silence (empty)."""
    participant.hush()
    if url is None:
        participant.wait.source = Playback(_MUSIC, loop=0)
    elif url:
        participant.music = conference.exchange.spawn(
            play_document(conference, participant, Request(url, method), participant.wait)
        )


async def play_document(conference: Conference, participant: Participant, request: Request, outlet: Outlet) -> None:
    """Run a document of Say, Play, Pause and Redirect beside the conference."""
    from switch.interpreter import WAITING, Program

    program = Program(
        conference.exchange,
        participant.leg,
        outlet=outlet,
        allowed=WAITING,
        extra={"ConferenceSid": conference.sid, "FriendlyName": conference.name},
        apologises=False,
    )
    await program.run(request)


def announce(conference: Conference, participant: Participant | None, url: str, method: str) -> None:
    """Play a document to everyone in the room, or to one; then report it."""
    conference.exchange.spawn(_announce(conference, participant, Request(url, method)))


async def _announce(conference: Conference, to: Participant | None, request: Request) -> None:
    listener = to or next(iter(conference.participants.values()), None)
    if listener is None:
        return
    await play_document(conference, listener, request, (to or conference).announcement)
    conference.report("announcement", "announcement-end", {"AnnounceUrl": request.url})

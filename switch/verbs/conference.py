"""Conference, as a noun of Dial: enter the conference, wait, stay until one leaves."""

import asyncio
import xml.etree.ElementTree as ET

from switch.conference import ConferenceCallbacks, conference_named
from switch.document import text_of
from switch.interpreter import Interpreter
from switch.leg import FINAL, Leg
from switch.participant import Participant, ParticipantSettings
from switch.verbs.conference_documents import play_while_waiting
from switch.webhooks import Request


async def take_part(interpreter: Interpreter, verb: ET.Element, noun: ET.Element) -> Request | None:
    """Stay in the conference until this leg leaves it; then Dial's action, or the next verb."""
    leg, settings = interpreter.leg, ParticipantSettings.of(noun)
    conference = conference_named(interpreter.exchange, text_of(noun), _callbacks(interpreter, noun))
    refusal = conference.refusal(settings)
    if refusal is not None:
        interpreter.exchange.trace.problem(*refusal, call=leg.sid, conference=conference.sid)
        return None
    left = asyncio.Event()
    participant = Participant(leg, settings, left.set)
    interpreter.action_on_hang_up = lambda: interpreter.action(verb, {"DialCallStatus": "answered"})
    if settings.wait_url:
        settings.wait_url = interpreter.resolve(settings.wait_url)
    play_while_waiting(conference, participant, settings.wait_url, settings.wait_method)
    conference.join(participant)
    try:
        await left.wait()
    finally:
        participant.stop_waiting()
        conference.leave(participant, _reason(leg))
    return interpreter.action(verb, {"DialCallStatus": "answered"})


def _callbacks(interpreter: Interpreter, noun: ET.Element) -> ConferenceCallbacks:
    url = noun.get("statusCallback", "")
    return ConferenceCallbacks(
        interpreter.resolve(url) if url else "",
        noun.get("statusCallbackMethod", "POST"),
        frozenset(noun.get("statusCallbackEvent", "start end").split()),
    )


def _reason(leg: Leg) -> str:
    return "participant_hung_up" if leg.status in FINAL else "participant_updated_via_api"

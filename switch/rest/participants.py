"""Participants of a conference: dial in, read, list, change, remove."""

import xml.etree.ElementTree as ET
from typing import Any

from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from switch import session
from switch.conference import Conference, ConferenceCallbacks, conference_named
from switch.dialling import ring_out
from switch.document import Document
from switch.leg import Leg
from switch.media.recording import begin_recording
from switch.participant import Participant, ParticipantSettings
from switch.rest.calls import callbacks_of, checked_addresses
from switch.rest.recordings import options_of
from switch.rest.resource import Form, Resource, RestError, form_of, listing, not_found
from switch.sids import rfc2822
from switch.verbs.conference_documents import announce, play_while_waiting

_STATUS = {"queued": "queued", "initiated": "connecting", "ringing": "ringing", "in-progress": "connected"}
_BEEPS = {(True, True): "true", (True, False): "onEnter", (False, True): "onExit", (False, False): "false"}
_ATTRIBUTES = {
    "Label": "participantLabel",
    "Muted": "muted",
    "Beep": "beep",
    "StartConferenceOnEnter": "startConferenceOnEnter",
    "EndConferenceOnExit": "endConferenceOnExit",
    "WaitUrl": "waitUrl",
    "WaitMethod": "waitMethod",
    "MaxParticipants": "maxParticipants",
    "CallSidToCoach": "coach",
}


def view(conference: Conference, leg: Leg, settings: ParticipantSettings) -> dict[str, Any]:
    """A participant as JSON."""
    return {
        "call_sid": leg.sid,
        "conference_sid": conference.sid,
        "account_sid": conference.exchange.config.account_sid,
        "label": settings.label or None,
        "call_sid_to_coach": settings.coach or None,
        "coaching": bool(settings.coach),
        "muted": settings.muted,
        "hold": settings.hold,
        "start_conference_on_enter": settings.starts,
        "end_conference_on_exit": settings.ends,
        "status": _STATUS.get(leg.status, "complete"),
        "queue_time": "0",
        "date_created": rfc2822(leg.created),
        "date_updated": rfc2822(leg.began or leg.created),
        "uri": f"{conference.exchange.api}/Conferences/{conference.sid}/Participants/{leg.sid}.json",
    }


def _noun(conference: Conference, form: Form) -> ET.Element:
    """The `<Conference>` that the called leg will run."""
    attributes = {name: form.get(key) for key, name in _ATTRIBUTES.items() if key in form}
    noun = ET.Element("Conference", attributes)
    noun.text = conference.name
    return noun


class Participants(Resource):
    def routes(self) -> list[BaseRoute]:
        base = "/Conferences/{conference}/Participants"
        return [
            self.route(f"{base}.json", GET=self.list, POST=self.create),
            self.route(f"{base}/{{participant}}.json", GET=self.read, POST=self.update, DELETE=self.delete),
        ]

    def _conference(self, request: HttpRequest) -> Conference:
        key = request.path_params["conference"]
        live = (c for c in self.exchange.conferences.values() if key in (c.sid, c.name) and c.status != "completed")
        conference = next(live, None)
        if conference is None:
            raise not_found(request)
        return conference

    def _find(self, request: HttpRequest) -> tuple[Conference, Participant]:
        conference = self._conference(request)
        participant = conference.find(request.path_params["participant"])
        if participant is None:
            raise not_found(request)
        return conference, participant

    async def create(self, request: HttpRequest) -> Response:
        form = await form_of(request)
        from_, to = checked_addresses(form)
        conference = self._conference_for(request, form)
        noun = _noun(conference, form)
        settings = ParticipantSettings.of(noun)
        if refusal := conference.refusal(settings):
            raise RestError(400, *refusal)
        leg = Leg(self.exchange, from_, to, "outbound-api", callbacks_of(form))
        conference.dialling[leg.sid] = (leg, settings)
        self.exchange.spawn(self._dial(conference, leg, noun, form))
        return JSONResponse(view(conference, leg, settings), 201)

    def _conference_for(self, request: HttpRequest, form: Form) -> Conference:
        key = request.path_params["conference"]
        if key in self.exchange.conferences:
            return self._conference(request)
        events = form.words("ConferenceStatusCallbackEvent", "start end")
        method = form.get("ConferenceStatusCallbackMethod", "POST")
        return conference_named(
            self.exchange, key, ConferenceCallbacks(form.get("ConferenceStatusCallback"), method, events)
        )

    async def _dial(self, conference: Conference, leg: Leg, noun: ET.Element, form: Form) -> None:
        if not await ring_out(leg, form.seconds("Timeout", 60) + self.exchange.config.ring_grace):
            conference.add_failed(leg)
            return
        if form.flag("Record"):
            begin_recording(leg, options_of(form, source="OutboundAPI"))
        dial = ET.Element("Dial")
        dial.append(noun)
        if leg.session is None:
            session.start(leg, Document(noun.get("waitUrl", ""), [dial]))

    async def list(self, request: HttpRequest) -> Response:
        conference = self._conference(request)
        present = [view(conference, p.leg, p.settings) for p in conference.participants.values()]
        coming = [view(conference, leg, settings) for leg, settings in conference.dialling.values()]
        query = request.query_params
        wanted = {"Muted": "muted", "Hold": "hold", "Coaching": "coaching"}
        rows = [
            row
            for row in present + coming
            if all(row[key] == (query[name] == "true") for name, key in wanted.items() if name in query)
        ]
        return listing(request, "participants", rows)

    async def read(self, request: HttpRequest) -> Response:
        conference, key = self._conference(request), request.path_params["participant"]
        for leg, settings in conference.dialling.values():
            if key in (leg.sid, settings.label):
                return JSONResponse(view(conference, leg, settings))
        conference, participant = self._find(request)
        return JSONResponse(view(conference, participant.leg, participant.settings))

    async def delete(self, request: HttpRequest) -> Response:
        conference, participant = self._find(request)
        conference.leave(participant, "participant_updated_via_api", "kicked")
        return Response(status_code=204)

    async def update(self, request: HttpRequest) -> Response:
        conference, participant = self._find(request)
        form = await form_of(request)
        self._coach(conference, participant, form)
        if "Muted" in form:
            participant.settings.muted = form.flag("Muted")
            _report(conference, participant, "mute", "mute" if participant.settings.muted else "unmute")
        if "Hold" in form:
            self._hold(conference, participant, form)
        self._modify(conference, participant, form)
        if url := form.get("AnnounceUrl"):
            announce(conference, participant, url, form.get("AnnounceMethod", "POST"))
        return JSONResponse(view(conference, participant.leg, participant.settings))

    def _hold(self, conference: Conference, participant: Participant, form: Form) -> None:
        settings = participant.settings
        settings.hold = form.flag("Hold")
        if settings.hold:
            play_while_waiting(conference, participant, form.maybe("HoldUrl"), form.get("HoldMethod", "GET"))
        elif conference.status == "init":
            play_while_waiting(conference, participant, settings.wait_url, settings.wait_method)
        else:
            participant.stop_waiting()
        _report(conference, participant, "hold", "hold" if settings.hold else "unhold")

    def _modify(self, conference: Conference, participant: Participant, form: Form) -> None:
        settings = participant.settings
        if "EndConferenceOnExit" in form:
            settings.ends = form.flag("EndConferenceOnExit")
        if "BeepOnExit" in form:
            enters = settings.beep in ("true", "onEnter")
            settings.beep = _BEEPS[enters, form.flag("BeepOnExit")]
        if "WaitUrl" in form:
            settings.wait_url, settings.wait_method = form.get("WaitUrl"), form.get("WaitMethod", "POST")
            if conference.status == "init" and not settings.hold:
                play_while_waiting(conference, participant, settings.wait_url, settings.wait_method)
        if any(name in form for name in ("EndConferenceOnExit", "BeepOnExit", "WaitUrl")):
            _report(conference, participant, "modify", "modify")

    def _coach(self, conference: Conference, participant: Participant, form: Form) -> None:
        if "Coaching" not in form and "CallSidToCoach" not in form:
            return
        coached = form.get("CallSidToCoach") if form.flag("Coaching", default=True) else ""
        if coached and coached not in conference.participants:
            raise RestError(400, 13240, f"CallSidToCoach {coached} is not in the conference")
        participant.settings.coach = coached
        _report(conference, participant, "modify", "modify")


def _report(conference: Conference, participant: Participant, event: str, name: str) -> None:
    conference.report(event, f"participant-{name}", participant.params())

"""Conferences at the simulated carrier: who is in them, who hears whom, and the callbacks that tell of it."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from bench.simulation.leg import LENGTHS, Leg
from bench.simulation.virtual_time import VirtualFuture

if TYPE_CHECKING:
    from bench.simulation.exchange import Exchange

ALONE = 120.0  # seconds that nobody's phone may wait in a conference by itself


@dataclass
class Place:
    """One leg's place; `out` is given the reason when the conference ends."""

    label: str
    ends: bool
    out: VirtualFuture[str]
    since: float
    music_over: VirtualFuture[None]
    held: bool = False
    met: set[str] = field(default_factory=set)


class Conference:
    """Under one name, once: it begins with whoever starts it and ends with whoever ends it."""

    def __init__(self, exchange: "Exchange", name: str, sid: str) -> None:
        self.exchange, self.name, self.sid = exchange, name, sid
        self.places: dict[Leg, Place] = {}
        self.started, self.over = False, False
        self._news = ""

    def join(self, leg: Leg, verb: ElementTree.Element) -> Place:
        out: VirtualFuture[str] = VirtualFuture(self.exchange.time)
        ends = verb.get("endConferenceOnExit") == "true"
        time = self.exchange.time
        place = Place(verb.get("participantLabel", ""), ends, out, time.time(), VirtualFuture(time))
        self.places[leg] = place
        self._news = self._news or verb.get("statusCallback", "")
        leg.note(f"is in {self.name[-12:]}")
        self.tell("participant-join", leg, place)
        self.started = self.started or verb.get("startConferenceOnEnter", "true") == "true"
        if not self.started and verb.get("waitUrl"):
            self.exchange.time.start(lambda: self._music(leg, verb.get("waitUrl", "")))
        self.refresh()
        return place

    def leave(self, leg: Leg, reason: str) -> None:
        place = self.places.pop(leg, None)
        if place is None:
            return
        place.music_over.give(None)
        leg.note(f"is out of {self.name[-12:]}: {reason}")
        alone = self.exchange.time.time() - place.since
        if not place.ends and not place.met and alone > ALONE:
            self.exchange.history.wrong("leg left", leg.call, f"{leg.person.name} was alone for {alone:.0f} s")
        if self.started and reason == "participant_updated_via_api" and place.label == "caller":
            self.exchange.caller_moved_out(leg, [other for other in self.places if not other.over])
        self.tell("participant-leave", leg, place, ReasonParticipantLeft=reason, ParticipantCallStatus=leg.status)
        if place.ends or not self.places:
            self.end("conference_ended_via_participant")
        self.refresh()

    def end(self, reason: str = "conference_ended_via_api") -> None:
        self.over = True
        self.exchange.conferences.pop(self.name, None)
        for place in list(self.places.values()):
            place.out.give(reason)

    def hold(self, leg: Leg, held: bool) -> bool:
        place = self.places.get(leg)
        if place is not None:
            place.held = held
            self.refresh()
        return place is not None

    def refresh(self) -> None:
        """Who hears something now: each other, music on hold, or the music of those who wait."""
        for leg, place in list(self.places.items()):
            if self.started:
                place.music_over.give(None)
            others = [other for other, there in self.places.items() if other is not leg and not there.held]
            if place.held or (self.started and others):
                leg.hearing.sound()
            elif self.started:
                leg.hearing.quiet("they were left alone")
            for other in others:
                if self.started and not place.held and other.sid not in place.met:
                    place.met.add(other.sid)
                    leg.person.meets(leg)

    def tell(self, event: str, leg: Leg, place: Place, **more: str) -> None:
        form = {"StatusCallbackEvent": event, "FriendlyName": self.name, "ConferenceSid": self.sid}
        self.exchange.tell(self._news, {**form, "CallSid": leg.sid, "ParticipantLabel": place.label, **more}, leg.call)

    def _music(self, leg: Leg, url: str) -> None:
        """What whoever waits hears, until it begins."""
        form = {"ConferenceSid": self.sid, "FriendlyName": self.name}
        while self._waits(leg):
            text = self.exchange.ask(url, leg.form(**form), spare=False, faulty=True)
            if text is None or not self._waits(leg):
                if text is None:
                    leg.note("no waiting music")
                return
            following = ""
            for verb in ElementTree.fromstring(text):
                if verb.tag == "Play" and self._waits(leg):
                    leg.hearing.sound()
                    self.exchange.time.wait(
                        LENGTHS["music.wav"] * int(verb.get("loop", "1")), self.places[leg].music_over
                    )
                elif verb.tag == "Redirect":
                    following = verb.text or ""
            if self._waits(leg):
                leg.hearing.quiet("the music")
            url = following or url

    def _waits(self, leg: Leg) -> bool:
        return leg in self.places and not self.started and not self.over

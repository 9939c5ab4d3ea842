"""Conferences: who takes part, who hears whom, and what is reported of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count

import numpy as np
import numpy.typing as npt

from switch.exchange import Exchange
from switch.leg import Leg
from switch.media.audio import SILENCE, decode, encode, mix, tone
from switch.media.sources import Playback, Slot
from switch.participant import Participant, ParticipantSettings
from switch.sids import new_sid, now, rfc2822

Sum = npt.NDArray[np.int32]

_BEEP = tone((850,), 0.2, 0.1)


@dataclass(frozen=True)
class ConferenceCallbacks:
    """Where a conference reports, and which of start, end, join, leave, mute, hold, modify, announcement."""

    url: str = ""
    method: str = "POST"
    events: frozenset[str] = frozenset()


class Conference:
    """Status: init, in-progress, completed. Whoever comes first brings the settings of its callbacks."""

    def __init__(self, exchange: Exchange, name: str, callbacks: ConferenceCallbacks) -> None:
        self.exchange = exchange
        self.sid = new_sid("CF")
        self.name = name
        self.callbacks = callbacks
        self.status = "init"
        self.created = now()
        self.updated = self.created
        self.reason = ""
        self.ended_by = ""
        self.participants: dict[str, Participant] = {}
        self.dialling: dict[str, tuple[Leg, ParticipantSettings]] = {}
        self.announcement = Slot()
        self._sequence = count(1)
        exchange.conferences[self.sid] = self

    # coming and going

    def refusal(self, settings: ParticipantSettings) -> tuple[int, str] | None:
        """Why a participant cannot enter, as the carrier's code and text; None if it can."""
        if any(settings.label and p.settings.label == settings.label for p in self.participants.values()):
            return 16025, "the participant label is already taken"
        if settings.coach and settings.coach not in self.participants:
            return 13240, "the call to coach is not in the conference"
        if len(self.participants) >= settings.limit:
            return 16020, "the conference is full"
        return None

    def join(self, participant: Participant) -> None:
        leg = participant.leg
        self.dialling.pop(leg.sid, None)
        self.participants[leg.sid] = participant
        leg.source = participant
        self.report("join", "participant-join", participant.params())
        if participant.settings.beep in ("true", "onEnter"):
            self._beep()
        self._maybe_start()

    def leave(self, participant: Participant, reason: str, ended_by: str = "left") -> None:
        """Take a participant out; the conference ends with the one who ends it, or with the last."""
        if self.participants.pop(participant.leg.sid, None) is None:
            return
        if participant.leg.source is participant:
            participant.leg.source = None
        self.report("leave", "participant-leave", self._leaving(participant, reason))
        participant.left()
        if self.status == "completed":
            return
        if participant.settings.ends:
            self.end(f"participant-with-end-conference-on-exit-{ended_by}", participant)
        elif not self.participants:
            self.end(f"last-participant-{ended_by}", participant)
        elif participant.settings.beep in ("true", "onExit"):
            self._beep()

    def end(self, reason: str = "conference-ended-via-api", by: Participant | None = None) -> None:
        """Everybody leaves; their documents go on."""
        if self.status == "completed":
            return
        self._become("completed")
        self.reason = reason
        self.ended_by = by.leg.sid if by else ""
        why = "moderator_ended_conference" if by else "conference_ended_via_api"
        for participant in list(self.participants.values()):
            self.leave(participant, why)
        ending = {"ReasonConferenceEnded": reason, "Reason": reason.replace("-", " ")}
        if by is not None:
            ending["CallSidEndingConference"] = by.leg.sid
            ending["ParticipantLabelEndingConference"] = by.settings.label
        self.report("end", "conference-end", ending)

    def add_failed(self, leg: Leg) -> None:
        """A participant dialled by the conference did not answer."""
        _, settings = self.dialling.pop(leg.sid)
        absent = Participant(leg, settings, lambda: None)
        self.report("leave", "participant-leave", self._leaving(absent, "participant_add_failed"))
        if not self.participants and not self.dialling:
            self.end("last-participant-left", absent)

    def find(self, key: str) -> Participant | None:
        """By CallSid or label."""
        by_label = (p for p in self.participants.values() if p.settings.label == key)
        return self.participants.get(key) or next(by_label, None)

    def _maybe_start(self) -> None:
        people = self.participants.values()
        if self.status == "init" and len(people) > 1 and any(p.settings.starts for p in people):
            self._become("in-progress")
            for participant in people:
                if not participant.settings.hold:
                    participant.stop_waiting()
            self.report("start", "conference-start")

    def _become(self, status: str) -> None:
        self.status = status
        self.updated = now()
        self.exchange.trace.add("conference", conference=self.sid, name=self.name, status=status)

    def _beep(self) -> None:
        self.announcement.source = Playback(_BEEP)

    # sound

    def tick(self) -> None:
        """Work out what everyone hears in these 20 ms."""
        announced = self.announcement.frame()
        speakers = [p for p in self.participants.values() if p.talks] if self.status == "in-progress" else []
        everyone = self._sum(speakers) if len(speakers) > 2 else None
        for participant in self.participants.values():
            heard = self._heard(participant, speakers, everyone)
            extra = [piece for piece in (announced, participant.announcement.frame()) if piece != SILENCE]
            participant.heard = mix([heard, *extra]) if extra else heard

    def _heard(self, listener: Participant, speakers: list[Participant], everyone: Sum | None) -> bytes:
        if self.status == "init" or listener.settings.hold:
            return listener.wait.frame()
        if everyone is None or any(p.settings.coach for p in speakers):
            return _together([p.leg.said for p in speakers if _reaches(p, listener)])
        own = decode(listener.leg.said) if listener.talks else 0
        return encode(np.clip(everyone - own, -32768, 32767).astype(np.int16))

    def _sum(self, speakers: list[Participant]) -> Sum:
        return np.asarray(np.sum([decode(p.leg.said) for p in speakers], axis=0, dtype=np.int32))

    # what is told to the customer's server

    def report(self, event: str, name: str, params: Mapping[str, str] | None = None) -> None:
        self.exchange.trace.add("conference-event", conference=self.sid, event=name, **dict(params or {}))
        if not self.callbacks.url or event not in self.callbacks.events:
            return
        body = {
            "ConferenceSid": self.sid,
            "FriendlyName": self.name,
            "AccountSid": self.exchange.config.account_sid,
            "SequenceNumber": str(next(self._sequence)),
            "Timestamp": rfc2822(now()) or "",
            "StatusCallbackEvent": name,
        } | dict(params or {})
        self.exchange.spawn(self.exchange.webhooks.notify(self.callbacks.url, self.callbacks.method, body))

    @staticmethod
    def _leaving(participant: Participant, reason: str) -> dict[str, str]:
        return participant.params() | {
            "ReasonParticipantLeft": reason,
            "ParticipantCallStatus": participant.leg.status,
        }


def _reaches(speaker: Participant, listener: Participant) -> bool:
    return speaker is not listener and speaker.settings.coach in ("", listener.leg.sid)


def _together(pieces: list[bytes]) -> bytes:
    if len(pieces) > 1:
        return mix(pieces)
    return pieces[0] if pieces else SILENCE


def conference_named(exchange: Exchange, name: str, callbacks: ConferenceCallbacks) -> Conference:
    """The live conference of that name or sid; a new one when there is none."""
    live = (c for c in exchange.conferences.values() if name in (c.name, c.sid) and c.status != "completed")
    return next(live, None) or Conference(exchange, name, callbacks)

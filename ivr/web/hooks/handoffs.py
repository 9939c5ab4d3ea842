"""The hand-off's webhooks: the carrier's callbacks become events, the state becomes the next document."""

from typing import Literal

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from ivr.carrier.callbacks import ConferenceEvent
from ivr.carrier.dialect import Dialect
from ivr.handoff import events as ev
from ivr.handoff.addresses import conference_name
from ivr.handoff.brief import whisper
from ivr.handoff.service import HandoffService, UnknownHandoffError
from ivr.handoff.state import Attempt, State
from ivr.phrasing.announcements import Announcements
from ivr.store.models import Handoff
from ivr.web.hooks.carrier_requests import read, require_signature, respond
from ivr.web.hooks.unavailable import unless_broken
from ivr.web.hooks.waiting import WaitingHooks
from ivr.web.url_parts import url_parts

LEG_ENDS: dict[str, Literal["no-answer", "busy", "failed"]] = {
    "completed": "no-answer",
    "no-answer": "no-answer",
    "canceled": "no-answer",
    "busy": "busy",
    "failed": "failed",
}
NOT_WON = {
    "taken": "A colleague has taken this call. Goodbye.",
    "too-late": "This call has gone to somebody else. Goodbye.",
    "caller-left": "The caller has hung up. Goodbye.",
    "not-offered": "This call has gone to somebody else. Goodbye.",
    "ended": "This call has ended. Goodbye.",
}
DECLINED = "All right. Goodbye."
UNPROVED = "A caller of {company} is waiting. Press 1 to accept, 2 to decline, 3 to hear who it is."
IN_YOUR_NAME = "Press 1 to talk to your caller."
MUSIC_SECONDS = 16.0  # the shortest that one round of our music is


def make_handoff_blueprint(handoffs: HandoffService, dialect: Dialect) -> Blueprint:
    """`/handoff/...`, for the carrier alone."""
    blueprint = Blueprint("handoff", __name__, url_prefix="/handoff/<int:handoff_id>")
    require_signature(blueprint, dialect)
    hooks, waiting = HandoffHooks(handoffs, dialect), WaitingHooks(handoffs, dialect)
    for path, view in (
        ("/conference", hooks.conference),
        ("/wait", hooks.wait),
        ("/caller-left", hooks.caller_left),
        ("/<int:attempt_number>/agent", hooks.agent),
        ("/<int:attempt_number>/agent-fallback", hooks.agent_fallback),
        ("/<int:attempt_number>/accept", hooks.accept),
        ("/<int:attempt_number>/agent-left", hooks.agent_left),
        ("/<int:attempt_number>/status", hooks.status),
        ("/queue", waiting.queue),
        ("/queue/<int:number>", waiting.queue),
        ("/key", waiting.key),
        ("/offers", waiting.offers),
        ("/choice", waiting.choice),
        ("/call-back", waiting.call_back),
        ("/number", waiting.number),
        ("/keyed", waiting.keyed),
        ("/other", waiting.other),
        ("/confirm/<digits>", waiting.confirm),
        ("/room", waiting.enter_conference),
        ("/parting", waiting.parting),
        ("/stays", waiting.stays),
        ("/supervisor", hooks.supervisor),
        ("/supervisor/<int:by>/<any(listen, coach, barge):mode>", hooks.supervisor),
        ("/<int:dial>/caller", waiting.caller),
        ("/<int:dial>/caller-fallback", waiting.caller_fallback),
        ("/<int:dial>/caller-status", waiting.caller_status),
    ):
        blueprint.add_url_rule(path, view_func=view, methods=["POST"], endpoint=path.strip("/"))

    @blueprint.errorhandler(UnknownHandoffError)
    def unknown(_error: UnknownHandoffError) -> ResponseReturnValue:
        return "There is no such hand-off.", 404

    return blueprint


class HandoffHooks:
    """One method per address; all repeatable."""

    def __init__(self, handoffs: HandoffService, dialect: Dialect) -> None:
        self._handoffs, self._dialect = handoffs, dialect
        self._callbacks, self._documents = dialect.callbacks, dialect.documents

    # --- the caller ---

    def conference(self, handoff_id: int) -> ResponseReturnValue:
        """Who came and went in the caller's conference."""
        news = read(self._callbacks.conference_event)
        if self._is_current(handoff_id, news.conference):
            state = self._handoffs.state(self._handoffs.find(handoff_id))
            for event in conference_events(news, state):
                self._handoffs.apply(handoff_id, event)
            if news.kind == "leave":
                self._handoffs.listener_gone(handoff_id, news.call_sid)
        return "", 204

    def wait(self, handoff_id: int) -> ResponseReturnValue:
        """Music; that it is asked for shows where the caller is, should the callback be lost."""
        news = read(self._callbacks.conference_event)
        present = news.conference is None or self._is_current(handoff_id, news.conference)
        self._handoffs.heartbeat(handoff_id, news.conference_sid if present else None)
        addresses = self._handoffs.addresses
        plays = 1 + int(self._handoffs.longest_in_conference // MUSIC_SECONDS)
        return self._respond(self._documents.wait(addresses.music, addresses.of(handoff_id, "wait"), plays))

    def caller_left(self, handoff_id: int) -> ResponseReturnValue:
        """The last safety net: a caller who is out of the conference and alive is never left with nothing."""
        if read(self._callbacks.call_over):
            self._handoffs.apply(handoff_id, ev.CallerGone())
            return self._respond(self._documents.empty())
        row = self._handoffs.apply(handoff_id, ev.CallerOut())
        state, words = self._handoffs.state(row), Announcements(self._handoffs.find(handoff_id).call.language)
        if state.end is not None:
            return self._respond(self._documents.goodbye(words.line("goodbye"), words.language))
        addresses = self._handoffs.addresses
        back = addresses.of(handoff_id, "room") if state.away else addresses.resume
        return self._respond(self._documents.apologise(words.line("one_moment"), back, words.language))

    # --- the agent ---

    def agent(self, handoff_id: int, attempt_number: int) -> ResponseReturnValue:
        """The phone was answered, or moved here by a click: whisper, join, or say why not."""
        leg = read(self._callbacks.call_update)
        if leg.machine:
            self._handoffs.apply(handoff_id, ev.MachineAnswered(attempt_number))
            return self._respond(self._documents.goodbye())
        row = self._handoffs.apply(handoff_id, ev.Answered(attempt_number, leg.sid))
        state = self._handoffs.state(row)
        attempt = state.attempt(attempt_number)
        if state.end is None and attempt is not None and attempt.holds:
            return self._join(row, state, attempt_number)
        if state.end is None and attempt is not None and attempt.stands:
            return self._whisper(row, attempt_number)
        return self._respond(self._documents.already_gone(NOT_WON[_why(state, attempt)]))

    def accept(self, handoff_id: int, attempt_number: int) -> ResponseReturnValue:
        """A key in the whisper: 1 accepts, 2 declines, anything else hears it again."""
        pressed = read(self._callbacks.keys)
        row = (
            self._handoffs.apply(handoff_id, ev.PersonAnswered(attempt_number))
            if pressed
            else self._handoffs.find(handoff_id)
        )
        attempt = self._handoffs.state(row).attempt(attempt_number)
        if attempt is None:
            return self._respond(self._documents.already_gone(NOT_WON["not-offered"]))
        if pressed == "2":
            give_back = self._handoffs.end if attempt.holds else self._handoffs.decline
            give_back(handoff_id, attempt.agent)
            return self._respond(self._documents.already_gone(DECLINED))
        if pressed != "1":
            return self._whisper(row, attempt_number)
        answer = self._handoffs.accept(handoff_id, attempt.agent, by="key")
        if not answer.ok:
            return self._respond(self._documents.already_gone(NOT_WON[answer.why]))
        row = self._handoffs.find(handoff_id)
        return self._join(row, self._handoffs.state(row), attempt_number)

    def agent_left(self, handoff_id: int, attempt_number: int) -> ResponseReturnValue:
        """The agent is out of the conference: their leg is over, or it is not and only the conference is."""
        leg = read(self._callbacks.call_update)
        if leg.over:
            self._handoffs.apply(handoff_id, ev.AgentLeft(attempt_number, dropped=leg.status == "failed"))
            return self._respond(self._documents.empty())
        state = self._handoffs.state(self._handoffs.find(handoff_id))
        attempt = state.attempt(attempt_number)
        if state.end is None and attempt is not None and attempt.holds:
            return self._respond(self._documents.in_a_moment(self._leg(handoff_id, attempt_number, "agent")))
        return self._respond(self._documents.empty())

    def agent_fallback(self, handoff_id: int, attempt_number: int) -> ResponseReturnValue:
        """A document of the agent's leg failed: what was asked for is done now, or they are asked for a moment."""
        views = {"accept": self.accept, "agent-left": self.agent_left}
        failed = read(self._callbacks.failed_document).url
        view = views.get(url_parts(failed).path.rpartition("/")[2], self.agent)
        return unless_broken(
            self._dialect,
            lambda: view(handoff_id, attempt_number),
            failed,
            self._leg(handoff_id, attempt_number, "agent"),
        )

    def status(self, handoff_id: int, attempt_number: int) -> ResponseReturnValue:
        """The progress of the agent's leg."""
        leg = read(self._callbacks.call_update)
        how = LEG_ENDS.get(leg.status or "")
        if leg.machine:
            self._handoffs.apply(handoff_id, ev.MachineAnswered(attempt_number))
        event = ev.LegKnown(attempt_number, leg.sid) if how is None else ev.LegEnded(attempt_number, how)
        self._handoffs.apply(handoff_id, event)
        return "", 204

    def supervisor(self, handoff_id: int, by: int = 0, mode: str = "listen") -> ResponseReturnValue:
        """The progress of a supervisor's leg, which is the call's agent's once they have taken it over."""
        leg = read(self._callbacks.call_update)
        how = LEG_ENDS.get(leg.status or "")
        attempt_number = _attempt_number("", leg.sid, self._handoffs.state(self._handoffs.find(handoff_id)))
        if how is not None:
            self._handoffs.listener_gone(handoff_id, leg.sid)
            if attempt_number is not None:
                self._handoffs.apply(handoff_id, ev.LegEnded(attempt_number, how))
        elif by and attempt_number is None:
            self._handoffs.listener_comes(handoff_id, by, mode, leg.sid)
        return "", 204

    def _whisper(self, row: Handoff, attempt_number: int) -> ResponseReturnValue:
        """Who it is, and why; what a machine may hear says neither."""
        unproved = self._handoffs.needs_proof(row.id, attempt_number)
        company = self._handoffs.config.company or "ours"
        text = UNPROVED.format(company=company) if unproved else whisper(row.brief or {})
        return self._respond(self._documents.whisper(text, self._leg(row.id, attempt_number, "accept")))

    def _join(self, row: Handoff, state: State, attempt_number: int) -> ResponseReturnValue:
        if self._handoffs.needs_proof(row.id, attempt_number):  # a click on a page: a machine may be on the phone
            return self._respond(self._documents.whisper(IN_YOUR_NAME, self._leg(row.id, attempt_number, "accept")))
        self._handoffs.apply(row.id, ev.AgentFetched(attempt_number))
        left = self._leg(row.id, attempt_number, "agent-left")
        status = self._handoffs.addresses.of(row.id, "conference")
        words = Announcements(row.call.language)
        outside = state.attempts[attempt_number - 1].agent == 0  # who is no agent of ours does not know that we record
        first = words.line("transfer.recorded") if outside else ""
        conference, label = conference_name(row, state.round), agent_label(attempt_number)
        return self._respond(self._documents.join(conference, label, left, status, first, words.language))

    def _is_current(self, handoff_id: int, name: str | None) -> bool:
        """Whether it is the conference that the caller is in now, not an earlier one of theirs."""
        row = self._handoffs.find(handoff_id)
        return name == conference_name(row, self._handoffs.state(row).round)

    def _leg(self, handoff_id: int, attempt_number: int, name: str) -> str:
        return self._handoffs.addresses.leg(handoff_id, attempt_number, name)

    def _respond(self, document: str) -> Response:
        return respond(self._dialect, document)


def agent_label(attempt_number: int) -> str:
    return f"agent-{attempt_number}"


def conference_events(news: ConferenceEvent, state: State) -> list[ev.Event]:
    """What a conference callback says happened; a leg that we moved, or whose conference we ended, has not left."""
    left = news.kind == "leave" and news.hung_up
    if news.label == "caller":
        if news.kind == "join":
            return [ev.CallerJoined(news.conference_sid or "")]
        return [ev.CallerGone()] if left else []
    attempt_number = _attempt_number(news.label, news.call_sid, state)
    if attempt_number is not None and news.kind == "join":
        return [ev.Answered(attempt_number, news.call_sid), ev.AgentJoined(attempt_number)]
    return [ev.AgentLeft(attempt_number, dropped=news.dropped)] if attempt_number is not None and left else []


def _attempt_number(label: str, sid: str, state: State) -> int | None:
    """Which offer's leg it is; a supervisor's is one once they have taken the call over."""
    if label.removeprefix("agent-").isdecimal():
        return int(label.removeprefix("agent-"))
    taken = [attempt_number for attempt_number, attempt in enumerate(state.attempts, 1) if attempt.sid == sid]
    return taken[-1] if taken else None


def _why(state: State, attempt: Attempt | None) -> str:
    if state.end is not None:
        return "caller-left" if state.end == "caller-left" else "ended"
    return "not-offered" if attempt is None else "too-late"

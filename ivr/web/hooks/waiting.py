"""The documents of a caller who waits: queue, call-back and message; and of one whom we call back."""

from typing import Literal

from flask import Response
from flask.typing import ResponseReturnValue

from ivr.carrier.dialect import Dialect
from ivr.dialling.dials import DialRefusedError
from ivr.handoff import events as ev
from ivr.handoff.service import HandoffService
from ivr.handoff.state import State
from ivr.handoff.waiting_prompts import TOLD, WaitingPrompt, waiting_prompt
from ivr.phrasing.announcements import Announcements
from ivr.store.models import Handoff
from ivr.web.hooks.carrier_requests import read, respond
from ivr.web.hooks.unavailable import unless_broken

NOT_REACHED: dict[str, Literal["no-answer", "busy", "failed", "hung-up"]] = {
    "completed": "hung-up",
    "no-answer": "no-answer",
    "canceled": "no-answer",
    "busy": "busy",
    "failed": "failed",
}
KEY_SECONDS = 10


class WaitingHooks:
    """One method per address; all repeatable. Whatever the caller is doing, an agent who has accepted comes first."""

    def __init__(self, handoffs: HandoffService, dialect: Dialect) -> None:
        self._handoffs, self._dialect = handoffs, dialect
        self._callbacks, self._documents = dialect.callbacks, dialect.documents

    # --- the queue ---

    def queue(self, handoff_id: int, number: int = 0) -> ResponseReturnValue:
        """News and music, a round of each time; fetched again, it also asks again who could take them."""
        if read(self._callbacks.call_over):
            return self._gone(handoff_id)
        self._handoffs.apply(handoff_id, ev.CallerWaits())
        self._handoffs.heartbeat(handoff_id)
        if number:
            self._handoffs.ask_again(handoff_id)
        return self._next(handoff_id, number)

    def key(self, handoff_id: int) -> ResponseReturnValue:
        if read(self._callbacks.keys) == "0":
            return self.call_back(handoff_id)
        return self._next(handoff_id)

    def offers(self, handoff_id: int) -> ResponseReturnValue:
        """Nobody can take the caller: a call-back, or a message, which silence chooses."""
        row = self._handoffs.apply(handoff_id, ev.CallerFetched("offers"))
        state, words = self._handoffs.state(row), Announcements(self._handoffs.find(handoff_id).call.language)
        if state.end is None and state.message and state.recalled == "message" and not state.holds:
            resume = self._handoffs.addresses.resume
            return self._respond(self._documents.apologise(words.line("agent.lost"), resume, words.language))
        return self._unless_elsewhere(handoff_id) or self._offers(handoff_id)

    def choice(self, handoff_id: int) -> ResponseReturnValue:
        if read(self._callbacks.keys) == "1":
            return self.call_back(handoff_id)
        return self._message(handoff_id)

    # --- the call-back ---

    def call_back(self, handoff_id: int) -> ResponseReturnValue:
        """Confirm the number the caller calls from; without one, ask for one."""
        if (elsewhere := self._unless_elsewhere(handoff_id)) is not None:
            return elsewhere
        row = self._handoffs.find(handoff_id)
        if self._handoffs.state(row).away:
            return self._next(handoff_id)
        number = self._handoffs.dials.own(row.call.caller)
        if number is None:
            return self._ask_number(handoff_id)
        words, action = Announcements(row.call.language), self._at(handoff_id, "number")
        return self._respond(
            self._documents.choose(words.call_back_at(number), action, self._back(row), words.language)
        )

    def number(self, handoff_id: int) -> ResponseReturnValue:
        pressed = read(self._callbacks.keys)
        own = self._handoffs.dials.own(self._handoffs.find(handoff_id).call.caller)
        if pressed == "1" and own is not None:
            return self._book(handoff_id, own)
        if pressed == "3":
            return self._message(handoff_id)
        return self._ask_number(handoff_id) if pressed == "2" else self.call_back(handoff_id)

    def other(self, handoff_id: int) -> ResponseReturnValue:
        """No more calls go to the number that the caller chose: another one, or a message."""
        return self._ask_number(handoff_id) if read(self._callbacks.keys) == "1" else self._message(handoff_id)

    def keyed(self, handoff_id: int) -> ResponseReturnValue:
        number = self._handoffs.dials.keyed(read(self._callbacks.keys))
        if number is None:
            return self._ask_number(handoff_id, wrong=True)
        row = self._handoffs.find(handoff_id)
        action = self._at(handoff_id, f"confirm/{number.removeprefix('+')}")
        words = Announcements(row.call.language)
        return self._respond(self._documents.choose(words.confirm(number), action, self._back(row), words.language))

    def confirm(self, handoff_id: int, digits: str) -> ResponseReturnValue:
        if read(self._callbacks.keys) == "1":
            return self._book(handoff_id, f"+{digits}")
        return self._ask_number(handoff_id)

    # --- the agent's leg is over ---

    def parting(self, handoff_id: int) -> ResponseReturnValue:
        """Who is done hangs up; who was cut off stays on the line, or presses any key."""
        if read(self._callbacks.call_over):
            return self._gone(handoff_id)
        row = self._handoffs.apply(handoff_id, ev.CallerFetched("parting"))
        if not self._handoffs.state(row).parting:
            return self._where_they_belong(handoff_id)
        words, stays = Announcements(self._handoffs.find(handoff_id).call.language), self._at(handoff_id, "stays")
        return self._respond(self._documents.choose(words.line("parting"), stays, stays, words.language))

    def stays(self, handoff_id: int) -> ResponseReturnValue:
        if read(self._callbacks.call_over):
            return self._gone(handoff_id)
        self._handoffs.apply(handoff_id, ev.CallerStays())
        return self._where_they_belong(handoff_id)

    # --- into the conference ---

    def enter_conference(self, handoff_id: int) -> ResponseReturnValue:
        if read(self._callbacks.call_over):
            return self._gone(handoff_id)
        row = self._handoffs.find(handoff_id)
        state = self._handoffs.state(row)
        return self._enter_conference(handoff_id, state) if state.end is None else self._goodbye(row, "goodbye")

    def caller(self, handoff_id: int, dial: int) -> ResponseReturnValue:
        """The caller answered our call: to the agent who waits for them."""
        row = self._handoffs.apply(handoff_id, ev.DialKnown(dial, read(self._callbacks.call_update).sid))
        state = self._handoffs.state(row)
        if state.end is not None or state.dial != dial or state.caller == "away":
            return self._goodbye(row, "call_back.missed")
        addresses, parking = self._handoffs.addresses, self._handoffs.addresses.parking(row, state.round)
        return self._respond(
            self._documents.called_back(
                Announcements(row.call.language).calling_back(self._handoffs.config.company),
                row.call.language,
                addresses.recording(row.call_sid),
                addresses.listen,
                self._handoffs.listening(handoff_id),
                (parking.conference, parking.wait_url, parking.status_url, parking.left_url),
            )
        )

    def caller_fallback(self, handoff_id: int, dial: int) -> ResponseReturnValue:
        """A document of the call that we made to the caller failed: on with what they were to hear."""

        def go_on() -> ResponseReturnValue:
            if self._handoffs.state(self._handoffs.find(handoff_id)).caller in ("rung", "away"):
                return self.caller(handoff_id, dial)
            self._handoffs.apply(handoff_id, ev.CallerOut())
            return self._where_they_belong(handoff_id)

        again = self._handoffs.addresses.leg(handoff_id, dial, "caller-fallback")
        return unless_broken(self._dialect, go_on, read(self._callbacks.failed_document).url, again)

    def caller_status(self, handoff_id: int, dial: int) -> ResponseReturnValue:
        leg = read(self._callbacks.call_update)
        how = NOT_REACHED.get(leg.status or "")
        event = ev.DialKnown(dial, leg.sid) if how is None else ev.CallerNotReached(dial, how)
        self._handoffs.apply(handoff_id, event)
        return "", 204

    # --- inside ---

    def _where_they_belong(self, handoff_id: int) -> ResponseReturnValue:
        """With an agent, or where one is being rung for them; else in the queue."""
        state = self._handoffs.state(self._handoffs.find(handoff_id))
        if state.end is None and state.parting:
            return self.parting(handoff_id)
        if state.end is None and state.current is not None:
            return self._enter_conference(handoff_id, state)
        self._handoffs.apply(handoff_id, ev.CallerWaits())
        return self._next(handoff_id)

    def _next(self, handoff_id: int, number: int = 0) -> ResponseReturnValue:
        """Where the caller belongs now; in the queue, unless something has changed."""
        if (elsewhere := self._unless_elsewhere(handoff_id)) is not None:
            return elsewhere
        how = waiting_prompt(self._handoffs, handoff_id)
        if how.asked:
            return self._offers(handoff_id)
        return self._queue(handoff_id, number + 1, how)

    def _queue(self, handoff_id: int, number: int, how: WaitingPrompt) -> ResponseReturnValue:
        news = how.announcements.news(how.position, how.wait) if how.news else ""
        if how.unrecorded:
            news = f"{how.announcements.line('queue.unrecorded')} {news}".strip()
            self._handoffs.note_time(handoff_id, TOLD)
        announced = how.desk_announcement if how.news else ""
        key, again = self._at(handoff_id, "key"), self._at(handoff_id, f"queue/{number}")
        music = self._handoffs.addresses.music
        return self._respond(self._documents.queue(news, music, key, again, how.announcements.language, announced))

    def _offers(self, handoff_id: int) -> ResponseReturnValue:
        choice = self._at(handoff_id, "choice")
        how = waiting_prompt(self._handoffs, handoff_id)
        return self._respond(
            self._documents.choose(how.announcements.offers(how.opens), choice, choice, how.announcements.language)
        )

    def _unless_elsewhere(self, handoff_id: int) -> ResponseReturnValue | None:
        """The caller is gone, with an agent, or leaving a message."""
        row = self._handoffs.find(handoff_id)
        state, words = self._handoffs.state(row), Announcements(row.call.language)
        if state.end is not None:
            return self._settled(row, state)
        if state.holds:
            return self._enter_conference(handoff_id, state)
        resume = self._handoffs.addresses.resume
        return (
            self._respond(self._documents.apologise(words.line("one_moment"), resume, words.language))
            if state.message
            else None
        )

    def _ask_number(self, handoff_id: int, wrong: bool = False) -> ResponseReturnValue:
        if (elsewhere := self._unless_elsewhere(handoff_id)) is not None:
            return elsewhere
        row = self._handoffs.find(handoff_id)
        words, action = Announcements(row.call.language), self._at(handoff_id, "keyed")
        text = " ".join(words.line(name) for name in (*(["call_back.wrong"] if wrong else []), "call_back.key"))
        back = self._back(row)
        return self._respond(self._documents.choose(text, action, back, words.language, digits=0, timeout=KEY_SECONDS))

    def _book(self, handoff_id: int, number: str) -> ResponseReturnValue:
        try:
            booked = self._handoffs.book_call_back(handoff_id, number)
        except DialRefusedError:
            return self._no_call_back(handoff_id)
        if booked is None:
            return self._next(handoff_id)
        row = self._handoffs.find(handoff_id)
        state = self._handoffs.state(row)
        return self._settled(row, state) if state.end is not None else self._while_it_rings(row)

    def _no_call_back(self, handoff_id: int) -> ResponseReturnValue:
        """Too many calls have been promised already: a message reaches the desk all the same."""
        words = Announcements(self._handoffs.find(handoff_id).call.language)
        other, silence = self._at(handoff_id, "other"), self._at(handoff_id, "choice")
        return self._respond(self._documents.choose(words.line("call_back.refused"), other, silence, words.language))

    def _message(self, handoff_id: int) -> ResponseReturnValue:
        state = self._handoffs.state(self._handoffs.apply(handoff_id, ev.MessageChosen()))
        if state.end is None and state.recalled is not None and state.current is not None and not state.holds:
            return self._while_it_rings(self._handoffs.find(handoff_id))
        return self._next(handoff_id)

    def _while_it_rings(self, row: Handoff) -> Response:
        """Whatever the caller has chosen, an agent's phone rings for them: they wait for what comes of it."""
        words = Announcements(row.call.language)
        return self._respond(
            self._documents.apologise(words.line("agent.rings"), self._at(row.id, "queue"), words.language)
        )

    def _settled(self, row: Handoff, state: State) -> Response:
        """The last word to a caller who talks with nobody any more."""
        if state.end == "callback-booked":
            how = waiting_prompt(self._handoffs, row.id)
            booked = how.announcements.booked(how.opens)
            return self._respond(self._documents.goodbye(booked, how.announcements.language))
        return self._goodbye(row, "message.thanks" if state.end == "message-taken" else "goodbye")

    def _gone(self, handoff_id: int) -> ResponseReturnValue:
        self._handoffs.apply(handoff_id, ev.CallerGone())
        return self._respond(self._documents.empty())

    def _enter_conference(self, handoff_id: int, state: State) -> ResponseReturnValue:
        self._handoffs.apply(handoff_id, ev.CallerFetched("room"))
        row = self._handoffs.find(handoff_id)
        parking, words = self._handoffs.addresses.parking(row, state.round), Announcements(row.call.language)
        first = words.line("agent.free") if state.recalled is not None else ""
        conference, left = parking.conference, parking.left_url
        return self._respond(
            self._documents.enter_conference(
                conference, parking.wait_url, parking.status_url, left, first, words.language
            )
        )

    def _back(self, row: Handoff) -> str:
        """Where silence leads: who was put no choice goes on waiting."""
        return self._at(row.id, "choice" if self._handoffs.state(row).asked else "queue")

    def _at(self, handoff_id: int, name: str) -> str:
        return self._handoffs.addresses.of(handoff_id, name)

    def _goodbye(self, row: Handoff, name: str) -> Response:
        words = Announcements(row.call.language)
        return self._respond(self._documents.goodbye(words.line(name), words.language))

    def _respond(self, document: str) -> Response:
        return respond(self._dialect, document)

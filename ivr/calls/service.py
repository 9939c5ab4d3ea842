"""The carrier's side of a call, from its first webhook to its last: what happened, and what comes next."""

from datetime import datetime

from sqlalchemy.orm import Session

from ivr import traces
from ivr.calls import next_step, problems, repository
from ivr.calls.dialogue_steps import TALKING, DialogueSteps
from ivr.calls.next_step import Goodbye, Next, Park, Reconnect, TakeMessage, WithoutSocket
from ivr.calls.outcome import outcome
from ivr.calls.recording_news import note_recording
from ivr.calls.stats import call_figures
from ivr.carrier.callbacks import RecordingNews
from ivr.clock import Clock
from ivr.dialling.dials import note_delivery
from ivr.dialogue.events import CardTaken
from ivr.live_updates import Publisher
from ivr.payments import bot_cards
from ivr.store import outbox
from ivr.store.engine import Sessions
from ivr.store.idempotency import first_time
from ivr.store.models import Call
from ivr.store.stream_tokens import StreamTicket
from ivr.store.topics import CALL_FACTS

UNKNOWN = "unknown"


class CallService:
    """A call from its first webhook to its last. Every method is one transaction and may be repeated without harm."""

    def __init__(
        self,
        sessions: Sessions,
        clock: Clock,
        live: Publisher,
        steps: DialogueSteps,
        *,
        notice: str,
        recorded_turns: bool = False,
    ) -> None:
        """`notice`: the wording that callers hear first, as `notice_version` names it. `recorded_turns`: a caller
        whose sockets fail goes on without one."""
        self._sessions, self._clock, self._live, self._steps = sessions, clock, live, steps
        self._notice, self._recorded_turns = notice, recorded_turns

    def answer(self, sid: str, caller: str, called: str, verstat: str | None = None) -> StreamTicket:
        """A call arrives: its row is committed. Repeated, it gives a fresh ticket and changes nothing else.

        Once a socket was opened with it, no further one is had here."""
        with self._sessions.begin() as tx:
            call = self._row(tx, sid, caller, called)
            call.verstat = call.verstat or (verstat and verstat[:64]) or None
            if call.streams:  # the answer was followed: whoever asks again is not the carrier
                return StreamTicket.void()
            return StreamTicket.issue(call, self._clock.now())

    def resume(self, sid: str, caller: str, called: str) -> Next:
        """Where the caller goes now that their stream is over."""
        now = self._clock.now()
        with self._sessions.begin() as tx:
            call = self._row(tx, sid, caller, called)
            if call.stage == "card":
                return bot_cards.begin(tx, call, now)
            if call.stage == "dialogue":
                if (again := next_step.reconnect(call, now) or self._without_socket(call, now)) is not None:
                    return again
                self._steps.give_up(tx, call, now)
            return self._next(tx, call)

    def card_taken(self, sid: str, turn: int, taken: CardTaken) -> Next:
        """The carrier's card entry for the payment of `turn` is over: the result is kept once; back to the bot."""
        now = self._clock.now()
        with self._sessions.begin() as tx:
            call = tx.get_one(Call, sid, with_for_update=True)
            if bot_cards.settle(tx, call, turn, taken, now, self._steps.today()) and call.stage != "dialogue":
                self._steps.catch_up(call)
                self._steps.conclude(tx, call)
            if call.stage == "dialogue":
                return Reconnect(StreamTicket.issue(call, now).token)
            return bot_cards.begin(tx, call, now) if call.stage == "card" else self._next(tx, call)

    def fault(self, sid: str, caller: str, called: str, problem: str) -> Next:
        """A document of ours failed: a person takes over, unless one already does."""
        now = self._clock.now()
        with self._sessions.begin() as tx:
            call = self._row(tx, sid, caller, called)
            if call.stage in TALKING:
                self._steps.give_up(tx, call, now)
            if next_step.note_fault(call, problem, now) and call.stage != "goodbye":
                call.stage = "message"
            return self._next(tx, call)

    def ended(self, sid: str, status: str) -> None:
        """The carrier says that the call is over."""
        with self._sessions.begin() as tx:
            call = tx.get(Call, sid, with_for_update=True)
            if call is None or call.ended_at is not None:
                return
            call.ended_at = self._clock.now()
            self._steps.catch_up(call)
            call.outcome = call.outcome or outcome(call, repository.handoff_of(tx, sid), status)
            bot_cards.resume_recording(tx, call, call.ended_at)
            call.stage = "ended"
            call.stream_token = None
            call.figures = call_figures(call.turns).to_json()
            outbox.put(tx, CALL_FACTS, {"call": sid}, call.ended_at)
            begun, over, what = call.started_at, call.ended_at, call.outcome
        traces.whole_call(sid, begun, over, outcome=what)
        self._live.publish(f"call:{sid}", "ended", sid)

    def recording(self, sid: str, news: RecordingNews, caller: str = UNKNOWN, called: str = UNKNOWN) -> None:
        """A recording callback; one for a call that never reached us is kept all the same."""
        with self._sessions.begin() as tx:
            note_recording(tx, self._row(tx, sid, caller, called), news, self._clock.now())
        self._live.publish(f"call:{sid}", "recording", news.sid)

    def message_left(self, sid: str, caller: str, called: str, news: RecordingNews | None) -> None:
        """The caller is done with their message; None: they left nothing."""
        with self._sessions.begin() as tx:
            call = self._row(tx, sid, caller, called)
            called_away = call.stage in ("parked", "bridged")  # an agent has accepted while they spoke
            if news is not None:
                if repository.handoff_of(tx, sid) is None:
                    self._steps.give_up(tx, call, self._clock.now())  # so that it stands before the agents
                note_recording(tx, call, news, self._clock.now())
                if call.outcome != "message":
                    call.outcome = "message"
                    outbox.put(tx, CALL_FACTS, {"call": sid}, self._clock.now())
            if call.ended_at is None and not called_away:
                call.stage = "goodbye"
        self._live.publish(f"call:{sid}", "message", sid)

    def stream_failed(self, sid: str, stream: str) -> None:
        """The carrier could not open, or lost, the media socket `stream`."""
        now = self._clock.now()
        with self._sessions.begin() as tx:
            call = tx.get(Call, sid, with_for_update=True)
            if call is not None and first_time(tx, f"stream-error:{stream}", now):
                problems.note(call, "stream-error", stream=stream)

    def text_reported(self, dial: int, message: str, status: str) -> None:
        """What became of a text that we sent; one that never arrived stands in the call's problems."""
        with self._sessions.begin() as tx:
            lost = note_delivery(tx, dial, message, status)
            call = tx.get(Call, lost.call_sid, with_for_update=True) if lost and lost.call_sid else None
            if lost is not None and call is not None:
                problems.note(call, "text-not-delivered", purpose=lost.purpose)

    def language(self, sid: str) -> str:
        """In which language the caller is spoken to."""
        with self._sessions() as tx:
            call = tx.get(Call, sid)
            return call.language if call else "en"

    # --- inside a transaction ---

    def _row(self, tx: Session, sid: str, caller: str, called: str) -> Call:
        return repository.find_or_add(tx, sid, caller, called, self._clock.now(), self._notice)

    def _without_socket(self, call: Call, now: datetime) -> WithoutSocket | None:
        return next_step.without_socket(call, now) if self._recorded_turns else None

    def _next(self, tx: Session, call: Call) -> Next:
        if call.stage == "message":
            return TakeMessage(call.language)
        handoff = repository.handoff_of(tx, call.sid)
        if call.stage not in ("parked", "bridged") or handoff is None:
            return Goodbye(call.language, thank=handoff is not None and handoff.state == "served")
        token = StreamTicket.issue(call, self._clock.now(), "listen").token
        return Park(handoff.id, repository.conference(handoff), token)

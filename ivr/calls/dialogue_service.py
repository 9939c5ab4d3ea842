"""The channels' side of a call: who may speak on its streams, what is heard there, and what the dialogue answers."""

from collections.abc import Callable, Collection
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.calls import masking, next_step, transcript
from ivr.calls.consent import stop_recording
from ivr.calls.dialogue_steps import TALKING, Applied, DialogueSteps
from ivr.calls.masking import Cards
from ivr.calls.opening import Opening
from ivr.calls.overheard import after_joining
from ivr.calls.queries import Queries
from ivr.calls.reasons import note_reasons
from ivr.calls.stats import call_figures
from ivr.clock import Clock
from ivr.dialling.attestation import believed
from ivr.dialogue import machine
from ivr.dialogue.actions import AnswerKind, Query
from ivr.dialogue.events import Event, Keyed, Resumed, Returned, Said
from ivr.dialogue.meaning import Meaning
from ivr.live_updates import Publisher
from ivr.nlu.recording_refusal import refuses_recording
from ivr.payments import bot_cards, orders
from ivr.store import outbox
from ivr.store.engine import Sessions
from ivr.store.idempotency import first_time
from ivr.store.models import Call, Turn
from ivr.store.stream_tokens import Connected, Listening, redeem, since_start, superseded
from ivr.store.topics import CALL_FACTS
from speech.events import UserTurn

Understand = Callable[[str, AnswerKind, date], Meaning]


class DialogueService:
    """Every method is one transaction and may be repeated without harm. Blocking: never call it on an event loop."""

    def __init__(
        self,
        sessions: Sessions,
        clock: Clock,
        live: Publisher,
        steps: DialogueSteps,
        understand: Understand,
        queries: Queries,
        opening: Opening,
    ) -> None:
        self._sessions, self._clock, self._live, self._steps = sessions, clock, live, steps
        self._understand, self._queries, self._opening = understand, queries, opening

    def connect(self, sid: str, token: str) -> Connected:
        """Lets a caller's socket in; raises BadTokenError."""
        with self._sessions.begin() as tx:
            call = redeem(tx.get(Call, sid, with_for_update=True), token, self._clock.now(), "talk", "dialogue")
            call.streams += 1
            call.stream_started_at = self._clock.now()
            resumed, offset = call.dialogue is not None, transcript.stream_offset(call)
            return Connected(
                call.streams,
                believed(call.caller, call.verstat),
                resumed,
                bot_cards.unreported(call),
                offset,
                next_step.back_on_a_socket(call),
            )

    def listen(self, sid: str, token: str) -> Listening:
        """Lets a listening socket in; raises BadTokenError."""
        with self._sessions.begin() as tx:
            now, stages = self._clock.now(), ("parked", "bridged", "ended")  # ended: its call-back is listened to
            call = redeem(tx.get(Call, sid, with_for_update=True), token, now, "listen", *stages)
            return Listening(since_start(call, now))

    def opening(self, connected: Connected, ask: bool = True) -> Event:
        """A stream's first event: a new conversation (`ask` the ledger who calls), a card's result, or the old one."""
        if connected.card is not None:
            return connected.card
        if connected.resumed:
            return Returned() if connected.back else Resumed()
        return self._opening.event(connected.caller, self._steps.today(), ask)

    def event_of(self, turn: UserTurn, expect: AnswerKind) -> Said | Keyed:
        """What a turn is to the dialogue: keys, or words and what they mean as an answer of the kind `expect`."""
        if turn.keyed is not None:
            return Keyed(turn.keyed)
        return Said(turn.text, turn.confidence, self._understand(turn.text, expect, self._steps.today()))

    def hear(self, sid: str, turn: UserTurn, expect: AnswerKind, key: str, stream: Connected | None = None) -> Applied:
        """Understands a turn and applies it, as `apply` does."""
        return self.apply(sid, self.event_of(turn, expect), key, turn, stream)

    def ask(self, sid: str, query: Query) -> Event:
        """The ledger's answer as an event; no transaction on the call is held meanwhile."""
        return self._queries.ask(sid, query)

    def apply(
        self, sid: str, event: Event, key: str, turn: UserTurn | None = None, stream: Connected | None = None
    ) -> Applied:
        """Applies `event` once for its `key`; a repetition does nothing and gives no actions.

        What comes from a `stream` that another has followed is written down, and moves nothing."""
        now = self._clock.now()
        with self._sessions.begin() as tx:
            call = tx.get_one(Call, sid, with_for_update=True)
            if not first_time(tx, f"event:{sid}:{key}", now):
                return Applied()
            row, cards = self._write(tx, call, event, key, turn, stream) if turn is not None else (None, ())
            if isinstance(event, Said) and event.meaning.no_recording:
                stop_recording(tx, call, now)
            before = machine.restore(call.dialogue)
            event = orders.record_ledger_reply(tx, sid, event, now, before)
            if superseded(call, stream) and call.stage in TALKING:
                return Applied(elsewhere=True)
            applied = self._steps.take(tx, call, event, now, cards)
            if row is not None:
                note_reasons(row, event, before, (action for _, action in applied.actions))
        self._live.publish(f"call:{sid}", "turn", key)
        return applied

    def moved_on(self, sid: str) -> Applied:
        """What the channel of a call that is not the dialogue's any more has yet to say."""
        with self._sessions() as tx:
            return self._steps.moved_on(tx, tx.get_one(Call, sid))

    def not_talking(self, sids: Collection[str]) -> list[str]:
        """Of these calls those that are not the dialogue's any more, whoever took them away."""
        with self._sessions() as tx:
            return list(tx.scalars(select(Call.sid).where(Call.sid.in_(sids), Call.stage.not_in(TALKING))))

    def replied_late(self, sid: str, event: Event, within: Callable[[Session], None] = lambda _tx: None) -> None:
        """The ledger's answer after the dialogue is over: what became of the money is noted, the rest is of no use.

        `within` is done in the same transaction."""
        with self._sessions.begin() as tx:
            within(tx)
            call = tx.get_one(Call, sid, with_for_update=True)
            event = orders.record_ledger_reply(tx, sid, event, self._clock.now(), machine.restore(call.dialogue))
            if call.stage not in TALKING:
                self._steps.take_late(tx, call, event)
        self._live.publish(f"call:{sid}", "payment", sid)
        self._live.publish("desk", "handoff", sid)

    def hand_over(self, sid: str, stream: Connected | None = None) -> None:
        """The caller's stream is closed on purpose: /voice/resume gives them another, which goes on without a word.

        That a `stream` closes which another has followed is nothing to them."""
        with self._sessions.begin() as tx:
            call = tx.get_one(Call, sid, with_for_update=True)
            if not superseded(call, stream):
                next_step.hand_over(call, self._clock.now())

    def worth_a_socket(self, sid: str) -> bool:
        """Whether a caller who goes on turn by turn is to try a socket again, at /voice/resume."""
        with self._sessions.begin() as tx:
            return next_step.worth_a_socket(tx.get_one(Call, sid, with_for_update=True), self._clock.now())

    def mark_spoken(
        self,
        sid: str,
        key: str,
        start: float,
        end: float,
        latency: dict[str, float],
        stream: Connected | None = None,
    ) -> None:
        """The bot's turn `key` was played to its end; times in seconds from the start of `stream`, or the present."""
        self._mark(sid, key, stream, played=1.0, start=start, end=end, latency=latency)

    def mark_cut_off(
        self,
        sid: str,
        key: str,
        played: float,
        at: float,
        stream: Connected | None = None,
        start: float | None = None,
    ) -> None:
        """The caller spoke over the bot's turn `key` when the share `played` of it had been heard, from `start` on.

        What they heard nothing of stands where it would have been said."""
        self._mark(sid, key, stream, played=played, start=at if start is None else start, end=at)

    def overheard(self, sid: str, track: str, turn: UserTurn, offset: float) -> None:
        """Words on a parked or bridged call, or its call-back. What a parked caller hears is not yet an agent's."""
        with self._sessions.begin() as tx:
            call = tx.get_one(Call, sid, with_for_update=True)
            if track == "outbound":
                if (spoken := after_joining(call.handoffs, call.started_at, turn, offset)) is None:
                    return
                turn = spoken
            cards = transcript.write_overheard(tx, call, "agent" if track == "outbound" else "caller", turn, offset)
            masking.forget_on(call, cards)
            if track != "outbound" and refuses_recording(turn.text):
                stop_recording(tx, call, self._clock.now())
            if call.ended_at is not None:  # the last words are known a moment after the end
                tx.flush()
                call.figures = call_figures(call.turns).to_json()
                outbox.put(tx, CALL_FACTS, {"call": sid}, self._clock.now())
        self._live.publish(f"call:{sid}", "turn")

    # --- inside a transaction ---

    def _write(
        self, tx: Session, call: Call, event: Event, key: str, turn: UserTurn, stream: Connected | None
    ) -> tuple[Turn, Cards]:
        """The turn, written down without its secrets, and the cards that it completed, which the call has forgotten."""
        state = None if superseded(call, stream) else machine.restore(call.dialogue)
        offset = stream.offset if stream else transcript.stream_offset(call)
        row, cards = transcript.write_caller(tx, call, key, turn, event, state, offset)
        masking.forget_on(call, cards)
        return row, cards

    def _mark(self, sid: str, key: str, stream: Connected | None, **marks: Any) -> None:
        with self._sessions.begin() as tx:
            call = tx.get_one(Call, sid)
            offset = stream.offset if stream else transcript.stream_offset(call)
            transcript.mark_played(tx, call, key, offset=offset, **marks)
        self._live.publish(f"call:{sid}", "turn", key)

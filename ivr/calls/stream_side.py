"""The media socket's side of a call: who may speak on it, what is heard on it, and what the dialogue answers."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from ivr.calls import masking, next_step, queries, repository, transcript
from ivr.calls.actions import RequestHandoff, carry_out
from ivr.calls.masking import Cards
from ivr.calls.one_time_codes import OneTimeCodes
from ivr.calls.outcome import outcome
from ivr.calls.pin_guard import PinGuard
from ivr.calls.stats import call_figures
from ivr.clock import Clock
from ivr.dialling.attestation import believed
from ivr.dialling.phone_numbers import mobile
from ivr.dialogue import machine
from ivr.dialogue.actions import Action, Kind, Query
from ivr.dialogue.events import CardTaken, Event, Failed, Keyed, Paid, Refused, Resumed, Returned, Said, Started
from ivr.dialogue.meaning import Meaning
from ivr.ledger.port import Ledger, LedgerError
from ivr.payments import bot_cards, orders
from ivr.store.engine import Sessions
from ivr.store.idempotency import first_time
from ivr.store.models import Call
from ivr.store.stream_tokens import Connected, Listening, redeem, since_start
from speech.events import UserTurn

TALKING = ("dialogue", "card")  # the stages in which the dialogue goes on

Understand = Callable[[str, Kind, date], Meaning]


class News(Protocol):
    def publish(self, topic: str, kind: str, ref: str = "") -> None: ...


@dataclass(frozen=True, slots=True)
class Applied:
    """What the dialogue wants done, each action with the key of its turn (of use for Say).

    `elsewhere`: the dialogue goes on without this stream, or is over; whoever holds the stream closes it."""

    actions: tuple[tuple[str, Action], ...] = ()
    elsewhere: bool = False


def superseded(call: Call, stream: Connected | None) -> bool:
    """Whether the caller has been heard on another stream, or by turns, since `stream` was let in."""
    return stream is not None and stream.number != call.streams


class Talking:
    """Every method is one transaction and may be repeated without harm. Blocking: never call it on an event loop."""

    def __init__(
        self,
        sessions: Sessions,
        clock: Clock,
        understand: Understand,
        ledger: Ledger,
        live: News,
        request_handoff: RequestHandoff,
        *,
        company: str,
        time_zone: str = "UTC",
        notice: str,
        by_turns: bool = False,
        braked: Callable[[], Iterable[str]] = tuple,
        codes: OneTimeCodes | None = None,
        pins: PinGuard | None = None,
        textable: Callable[[str], bool] = lambda number: mobile(number) is not None,
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._understand = understand
        self._ledger = ledger
        self._live = live
        self._request_handoff = request_handoff
        self._company = company
        self._braked = braked
        self._codes = codes
        self._textable = textable
        self._pins = pins or PinGuard(sessions, clock, ledger)
        self._zone = ZoneInfo(time_zone)
        self._notice = notice
        self._without_socket = by_turns

    def connect(self, sid: str, token: str) -> Connected:
        """Lets a caller's socket in; raises BadToken."""
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
                next_step.back(call),
            )

    def listen(self, sid: str, token: str) -> Listening:
        """Lets a listening socket in; raises BadToken."""
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
        try:
            account = self._ledger.find_by_phone(connected.caller) if ask else None
        except LedgerError:
            account = None
        texts = account is not None and self._textable(connected.caller)
        return Started(self._today(), account, self._company, tuple(self._braked()), self._codes is not None, texts)

    def event_of(self, turn: UserTurn, expect: Kind) -> Said | Keyed:
        """What a turn is to the dialogue: keys, or words and what they mean as an answer of the kind `expect`."""
        if turn.keyed is not None:
            return Keyed(turn.keyed)
        return Said(turn.text, turn.confidence, self._understand(turn.text, expect, self._today()))

    def hear(self, sid: str, turn: UserTurn, expect: Kind, key: str, stream: Connected | None = None) -> Applied:
        """Understands a turn and applies it, as `apply` does."""
        return self.apply(sid, self.event_of(turn, expect), key, turn, stream)

    def ask(self, sid: str, query: Query) -> Event:
        """The ledger's answer as an event; no transaction on the call is held meanwhile."""
        return queries.ask(self._ledger, self._pins, self._codes, sid, query)

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
            told = self._write(tx, call, event, key, turn, stream) if turn is not None else ()
            event = orders.record_ledger_reply(tx, sid, event, now, self._state(call))
            if superseded(call, stream) and call.stage in TALKING:
                return Applied(elsewhere=True)
            applied = self._step(tx, call, event, now, told)
        self._live.publish(f"call:{sid}", "turn", key)
        return applied

    def late(self, sid: str, event: Event, within: Callable[[Session], None] = lambda _tx: None) -> None:
        """The ledger's answer after the dialogue is over: what became of the money is noted, the rest is of no use.

        `within` is done in the same transaction."""
        with self._sessions.begin() as tx:
            within(tx)
            call = tx.get_one(Call, sid, with_for_update=True)
            event = orders.record_ledger_reply(tx, sid, event, self._clock.now(), self._state(call))
            if call.stage not in TALKING:
                self._note_late(tx, call, event)
        self._live.publish(f"call:{sid}", "payment", sid)
        self._live.publish("desk", "handoff", sid)

    def spoken(
        self,
        sid: str,
        key: str,
        start: float,
        end: float,
        latency: dict[str, float],
        stream: Connected | None = None,
    ) -> None:
        """The bot's turn `key` was played to its end; times in seconds from the start of `stream`, or the present."""
        self._mark(sid, key, stream, heard=1.0, start=start, end=end, latency=latency)

    def cut_off(self, sid: str, key: str, heard: float, at: float, stream: Connected | None = None) -> None:
        """The caller spoke over the bot's turn `key` when the share `heard` of it had been played."""
        self._mark(sid, key, stream, heard=heard, end=at)

    def overheard(self, sid: str, track: str, heard: UserTurn, offset: float) -> None:
        """Words on a parked or bridged call, or its call-back. What a parked caller hears is not yet an agent's."""
        with self._sessions.begin() as tx:
            call = tx.get_one(Call, sid, with_for_update=True)
            if track == "outbound" and call.stage not in ("bridged", "ended"):
                return
            told = transcript.write_overheard(tx, call, "agent" if track == "outbound" else "caller", heard, offset)
            masking.forget_on(call, told)
            if call.ended_at is not None:  # the last words are known a moment after the end
                tx.flush()
                call.figures = call_figures(call.turns).to_json()
        self._live.publish(f"call:{sid}", "turn")

    # --- inside a transaction ---

    def _write(
        self, tx: Session, call: Call, event: Event, key: str, turn: UserTurn, stream: Connected | None
    ) -> Cards:
        """The turn is written down without its secrets; the cards that it completed, which the call has forgotten."""
        state = None if superseded(call, stream) else self._state(call)
        offset = stream.offset if stream else transcript.stream_offset(call)
        told = transcript.write_caller(tx, call, key, turn, event, state, offset)
        masking.forget_on(call, told)
        return told

    def _step(self, tx: Session, call: Call, event: Event, now: datetime, told: Cards = ()) -> Applied:
        if isinstance(event, CardTaken) and not bot_cards.mark_reported(call):
            return Applied()
        if call.stage not in TALKING:
            self._note_late(tx, call, event)
            return Applied(elsewhere=True)  # noted for the brief; what comes next is no longer the dialogue's to say
        state, actions = masking.without(*machine.step(self._state_today(call), event), told)
        call.step += 1
        self._keep(call, state)
        call.verified_at = (call.verified_at or now) if machine.verified(state) else None
        keyed = tuple((f"bot{call.step}.{number}", action) for number, action in enumerate(actions))
        for action_key, action in keyed:
            carry_out(tx, call, state, action_key, action, now, self._request_handoff)
        return Applied(keyed)

    def _note_late(self, tx: Session, call: Call, event: Event) -> None:
        if not isinstance(event, Paid | Refused | Failed) or not call.dialogue:
            return
        self._keep(call, machine.step(self._state(call), event)[0])
        told = machine.known(self._state(call))
        repository.tell_handoffs(tx, call, {name: told[name] for name in ("payment", "paid") if name in told})
        self._conclude(tx, call)

    def _conclude(self, tx: Session, call: Call) -> None:
        """A caller who hung up first was served all the same."""
        if call.ended_at is not None:
            call.outcome = outcome(call, repository.handoff_of(tx, call.sid), "completed")

    def _state(self, call: Call) -> machine.State:
        return machine.restore(call.dialogue)

    def _state_today(self, call: Call) -> machine.State:
        """A call may last into the next day."""
        state = self._state(call)
        return replace(state, today=self._today()) if call.dialogue else state

    def _keep(self, call: Call, state: machine.State) -> None:
        call.dialogue = state.to_json()
        call.account_id = machine.account(state)

    def _mark(self, sid: str, key: str, stream: Connected | None, **heard: Any) -> None:
        with self._sessions.begin() as tx:
            call = tx.get_one(Call, sid)
            offset = stream.offset if stream else transcript.stream_offset(call)
            transcript.mark_heard(tx, call, key, offset=offset, **heard)
        self._live.publish(f"call:{sid}", "turn", key)

    def _today(self) -> date:
        return self._clock.now().astimezone(self._zone).date()

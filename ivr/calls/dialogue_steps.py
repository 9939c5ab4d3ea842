"""One step of a call's dialogue, inside a transaction: its state is read from the call's row, moved on and kept."""

import logging
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from ivr import clock as clocks
from ivr.calls import masking, repository, transcript
from ivr.calls.actions import RequestHandoff, carry_out
from ivr.calls.masking import Cards
from ivr.calls.outcome import outcome
from ivr.clock import Clock
from ivr.dialogue import machine
from ivr.dialogue.actions import Action, HandOff
from ivr.dialogue.events import CardTaken, Event, Failed, Paid, Refused
from ivr.payments import bot_cards
from ivr.store import outbox
from ivr.store.models import Call
from ivr.store.topics import CALL_FACTS

log = logging.getLogger(__name__)

TALKING = ("dialogue", "card")  # the stages of a call in which the dialogue goes on


@dataclass(frozen=True, slots=True)
class Applied:
    """What the dialogue wants done, each action with the key of its turn (of use for Say).

    `elsewhere`: the dialogue goes on without this stream, or is over; whoever holds the stream closes it.
    """

    actions: tuple[tuple[str, Action], ...] = ()
    elsewhere: bool = False


class DialogueSteps:
    """What both sides of a call do with its dialogue. Whoever calls holds the call's row, locked."""

    def __init__(self, clock: Clock, zone: ZoneInfo, request_handoff: RequestHandoff) -> None:
        self._clock, self._zone, self._request_handoff = clock, zone, request_handoff

    def today(self) -> date:
        """Which day it is where the line is."""
        return clocks.today(self._clock, self._zone)

    def take(self, tx: Session, call: Call, event: Event, now: datetime, cards: Cards = ()) -> Applied:
        """Moves the dialogue on by `event`. No part of `cards`, which were just taken out of a turn, stays in it."""
        if isinstance(event, CardTaken) and not bot_cards.mark_reported(call):
            return Applied()
        if call.stage not in TALKING:
            self.take_late(tx, call, event)  # noted for the brief; what comes next is no longer the dialogue's to say
            return self.moved_on(tx, call)
        state, actions = masking.without(*machine.step(self._state_today(call), event), cards)
        call.step += 1
        _keep(call, state)
        call.verified_at = (call.verified_at or now) if machine.verified(state) else None
        keyed = tuple((f"bot{call.step}.{number}", action) for number, action in enumerate(actions))
        for key, action in keyed:
            carry_out(tx, call, state, key, action, now, self._request_handoff)
        return Applied(keyed)

    def moved_on(self, tx: Session, call: Call) -> Applied:
        """For a channel whose call is not the dialogue's any more: the last words, where a hand-off was decided without
        it. It says those that it has not said, and lets the caller go on."""
        handed_over = call.stage == "parked" and machine.restore(call.dialogue).phase == "gone"
        return Applied(transcript.unsaid(tx, call) if handed_over else (), elsewhere=True)

    def take_late(self, tx: Session, call: Call, event: Event) -> None:
        """Notes what became of the money of a call whose dialogue is over; of other events nothing."""
        if not isinstance(event, Paid | Refused | Failed) or not call.dialogue:
            return
        _keep(call, machine.step(machine.restore(call.dialogue), event)[0])
        known = machine.known(machine.restore(call.dialogue))
        repository.update_handoffs(tx, call, {name: known[name] for name in ("payment", "paid") if name in known})
        self.conclude(tx, call)

    def catch_up(self, call: Call) -> None:
        """A card payment's result that no stream will tell any more stands in what is known of the call."""
        if (taken := bot_cards.unreported(call)) is not None:
            bot_cards.mark_reported(call)
            _keep(call, machine.step(machine.restore(call.dialogue), taken)[0])

    def give_up(self, tx: Session, call: Call, now: datetime) -> None:
        """The dialogue cannot go on for a fault of ours: a person takes over."""
        self.catch_up(call)
        known = machine.known(machine.restore(call.dialogue)) | bot_cards.doubt(call)
        bot_cards.resume_recording(tx, call, now)
        call.stage = "parked"
        fault = HandOff("fault", "human_agent", "The line had a fault.", known, language=call.language)
        self._request_handoff(tx, call, fault, now)
        log.warning("call %s goes to a person after a fault of ours", call.sid)

    def conclude(self, tx: Session, call: Call) -> None:
        """A caller who hung up first was served all the same."""
        if call.ended_at is not None:
            before, call.outcome = call.outcome, outcome(call, repository.handoff_of(tx, call.sid), "completed")
            if call.outcome != before:
                outbox.put(tx, CALL_FACTS, {"call": call.sid}, self._clock.now())

    def _state_today(self, call: Call) -> machine.State:
        """A call may last into the next day."""
        state = machine.restore(call.dialogue)
        return replace(state, today=self.today()) if call.dialogue else state


def _keep(call: Call, state: machine.State) -> None:
    call.dialogue = state.to_json()
    call.account_id = machine.account(state)

"""What the dialogue wants done with the call's own rows, inside the transaction of its step."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from ivr.calls import transcript
from ivr.dialogue.actions import Action, HandOff, HangUp, Pay, Rate, Say, SendText, TakeCard
from ivr.dialogue.state import State
from ivr.payments import bot_cards, orders
from ivr.store import outbox
from ivr.store.models import Call, Handoff
from ivr.store.stream_tokens import since_start
from ivr.store.topics import CALL_FACTS, TEXT_SEND

RequestHandoff = Callable[[Session, Call, HandOff, datetime], Handoff]


def carry_out(
    tx: Session, call: Call, state: State, key: str, action: Action, now: datetime, request: RequestHandoff
) -> None:
    """One action of the step that led to `state`; what only the media process can do is left to it."""
    match action:
        case Say():
            transcript.write_bot(tx, call, key, action, since_start(call, now))
        case HandOff():
            tx.flush()  # the brief is written from what was said
            call.language = action.language
            call.stage = "parked"
            request(tx, call, action, now)
        case Pay():
            orders.place_order(tx, call, state, action, now)
        case TakeCard():
            bot_cards.ask_for(call, state, action)
        case HangUp():
            call.stage = "goodbye"
        case Rate():
            call.rating = action.stars
            outbox.put(tx, CALL_FACTS, {"call": call.sid}, now)
        case SendText():
            outbox.put(tx, TEXT_SEND, {"call": call.sid, "body": action.body}, now)

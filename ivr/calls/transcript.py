"""What was said, as rows: offsets are seconds from the call's start, secrets stay out."""

from dataclasses import asdict
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.calls.masking import Cards, take_out
from ivr.dialogue.actions import Say
from ivr.dialogue.events import Event, Keyed, Said
from ivr.dialogue.open_question import digits_mean, expects_secret, takes_many_keys
from ivr.dialogue.state import State
from ivr.redaction import KEYED_CARD, MARKERS, Named, digits_in, kinds_in
from ivr.store.models import Call, Turn
from speech.events import UserTurn, Word

PIN_KEYS = 4
SECRET, CODE = MARKERS["pin"], MARKERS["code"]
CARD = KEYED_CARD
LONGEST_CODE = 6


def stream_offset(call: Call) -> float:
    """Where the present stream's clock starts, in seconds from the call's start."""
    return (call.stream_started_at - call.started_at).total_seconds() if call.stream_started_at else 0.0


def hidden(state: State, turn: UserTurn, event: Event) -> str:
    """What is written in place of a PIN or code (asked for, given while it is checked, or volunteered) or a card."""
    digits = event.meaning.digits if isinstance(event, Said) else turn.text
    if state.phase == "card" and any(map(str.isdecimal, digits + turn.text)):
        return CARD
    secret, meant = expects_secret(state), digits_mean(state)
    if meant == "code" and (secret or digits):
        return CODE
    asked = secret or (bool(digits) and meant == "pin") or _keyed_ahead(state, event)
    return SECRET if asked or "pin" in kinds_in(turn.text) else ""


def _intent(event: Event, secret: bool, state: State | None) -> str | None:
    """What the words ask for; digits that were asked for ask for nothing."""
    if secret or not isinstance(event, Said):
        return None
    answers = state is not None and digits_mean(state) is not None and bool(event.meaning.digits)
    return None if answers else event.meaning.intent


def _keyed_ahead(state: State, event: Event) -> bool:
    """One key answers most questions: several may be a PIN that the caller did not wait to be asked for."""
    keys = event.digits if isinstance(event, Keyed) else ""
    long = takes_many_keys(state) and (state.verified or len(keys) != PIN_KEYS)
    return bool(keys.strip("0*#")) and len(keys) > 1 and not long


def hidden_late(turn: UserTurn, event: Event) -> str:
    """The same for words of a stream that is over: what was asked on it is no longer known, so no digits stay."""
    digits = event.meaning.digits if isinstance(event, Said) else ""
    return SECRET if digits or any(map(str.isdecimal, turn.text)) else ""


def write_caller(
    tx: Session, call: Call, key: str, turn: UserTurn, event: Event, state: State | None, offset: float
) -> tuple[Turn, Cards]:
    """What the caller said or keyed, without secrets, and the cards that it completed.

    `state`: what it answers; None where the stream is over. `offset`: its stream's start in the call, in seconds.
    """
    secret = hidden(state, turn, event) if state is not None else hidden_late(turn, event)
    row = Turn(
        call_sid=call.sid,
        key=key,
        speaker="caller",
        via=turn.via,
        text=turn.text,
        start=offset + turn.start,
        end=offset + turn.end,
        confidence=turn.confidence if turn.via == "voice" else None,
        intent=_intent(event, bool(secret), state),
        words=_words(turn.words, offset),
        latency=turn.latency,
    )
    if secret and len(digits_in(turn.text)) <= LONGEST_CODE:
        row.text, row.words = secret, []
    cards = _add(tx, row, digits_mean(state) if state is not None else None)
    if secret:  # more digits than a PIN has may be the rest of a card
        row.text, row.words = secret, []
    return row, cards


def _add(tx: Session, row: Turn, asked: Named | None = None) -> Cards:
    cards = take_out(tx, row, asked)
    tx.add(row)
    return cards


def write_bot(tx: Session, call: Call, key: str, say: Say, at: float) -> None:
    """The bot is about to say this; when and how much of it was played is told later by `mark_played`."""
    _add(tx, Turn(call_sid=call.sid, key=key, speaker="bot", text=say.text, prompt=say.prompt, start=at))


def unsaid(tx: Session, call: Call) -> tuple[tuple[str, Say], ...]:
    """What the dialogue's last step has the bot say and nobody has heard yet, each with the key of its turn."""
    last = select(Turn).where(Turn.call_sid == call.sid, Turn.key.startswith(f"bot{call.step}."), Turn.end.is_(None))
    return tuple(
        (turn.key, Say(turn.prompt or "", turn.text, interruptible=False, language=call.language))
        for turn in tx.scalars(last.order_by(Turn.id))
    )


def mark_played(
    tx: Session,
    call: Call,
    key: str,
    *,
    offset: float,
    played: float,
    end: float,
    start: float | None = None,
    latency: dict[str, float] | None = None,
) -> None:
    """The bot's turn `key` was `played` up to this share; times in seconds from its stream's start at `offset`."""
    turn = tx.scalar(select(Turn).where(Turn.call_sid == call.sid, Turn.key == key))
    if turn is None:
        return
    turn.played = played
    turn.end = offset + end
    turn.start = turn.start if start is None else offset + start
    turn.latency = {**turn.latency, **(latency or {})}


def write_overheard(
    tx: Session, call: Call, speaker: Literal["caller", "agent"], turn: UserTurn, offset: float
) -> Cards:
    """What caller or agent said while the call was with a person; a repetition is harmless. The cards it completed."""
    key = f"{speaker}@{offset + turn.start:.2f}"
    if tx.scalar(select(Turn.id).where(Turn.call_sid == call.sid, Turn.key == key)) is not None:
        return ()
    row = Turn(
        call_sid=call.sid,
        key=key,
        speaker=speaker,
        text=turn.text,
        start=offset + turn.start,
        end=offset + turn.end,
        confidence=turn.confidence,
        words=_words(turn.words, offset),
        latency=turn.latency,
    )
    return _add(tx, row)


def _words(words: tuple[Word, ...], offset: float) -> list[dict[str, object]]:
    return [{**asdict(word), "start": offset + word.start, "end": offset + word.end} for word in words]

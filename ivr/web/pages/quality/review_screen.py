"""All that is known of one call, read from SQL for its page."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.sql.base import ExecutableOption

from ivr.calls.overheard import OurSide
from ivr.calls.stats import STAGES, call_figures
from ivr.handoff.holds import holds_in
from ivr.quality.learning import corrections
from ivr.quality.markers import Marker, Misheard, PersonSpell, find_markers
from ivr.recordings.comparison_store import misheard_turns
from ivr.store.models import Agent, Call, CardPayment, Comment, Correction, Handoff, Note, Offer, Recording
from ivr.web.pages.formats import CARD_ENDS, HOW_IT_ENDED, length, meaning, money, plain
from ivr.web.pages.quality.waveform import outlines

WORDLESS = frozenset({None, "", "yes", "no", "repeat", "dont_know", "smalltalk", "goodbye"})
# What happened to a hand-off, in the words of the page; offers are told from their own rows.
STEPS = {
    "requested": "Asked for",
    "briefed": "Brief written",
    "caller-joined": "Caller waits with music",
    "ringing": "Agent's phone rings",
    "answered": "Agent's phone answered",
    "accepted": "Accepted",
    "bridged": "Talking together",
    "parting": "Agent's line over: caller asked whether all is said",
    "unanswered": "Nobody free: asked for a message",
    "served": "Served",
    "message-taken": "Message taken",
    "caller-left": "Caller left",
}
ENDS = ("parting", "served", "caller-left")
OVER = (*ENDS, "message-taken", "callback-booked")
AGAIN = {"bridged": "Talking together again", "apart": "Apart again"}


@dataclass(frozen=True)
class Row:
    """A call in the list."""

    call: Call
    seconds: float | None
    intents: list[str]
    handoff: Handoff | None
    people: list[str]
    recording: Recording | None


@dataclass(frozen=True)
class Step:
    """A moment of a hand-off; `after` seconds from its request."""

    what: str
    after: float
    detail: str = ""


@dataclass(frozen=True)
class Deed:
    """What an agent did for the caller: a note, a text, a card payment, how the call ended."""

    what: str
    who: str
    at: datetime
    text: str


@dataclass(frozen=True)
class Figures:
    """How the conversation went: waits in ms, the rest in seconds; None where there was none to measure."""

    answers: int
    wait: float | None  # the middle one of the caller's waits for an answer
    stages: dict[str, float]  # the middle of each part of it
    barge_ins: int
    barge_in: float | None
    pace: dict[str, float]
    talk_over: float
    silence: float
    longest_silence: float


@dataclass(frozen=True)
class Review:
    """One call for the listener. `length` and the times of `recorded` in seconds from the call's start."""

    row: Row
    recording: Recording | None
    recordings: list[Recording]
    length: float
    steps: list[Step]
    deeds: list[Deed]
    recorded: list[dict[str, Any]]
    figures: Figures
    markers: list[Marker]
    wave: list[str]
    comments: list[Comment]
    corrections: dict[int, Correction]  # by their turns


def read_review(tx: Session, sid: str, recording_id: int = 0) -> Review | None:
    """All about call `sid` and one of its recordings, the first unless named; None where there is no such call."""
    call = tx.scalars(select(Call).where(Call.sid == sid).options(*parts())).first()
    if call is None:
        return None
    row = row_of(call)
    whole = [recording for recording in call.recordings if recording.kind == "call"]
    chosen = next((recording for recording in whole if recording.id == recording_id), row.recording)
    ends = [turn.end or turn.start for turn in call.turns]
    sound = chosen.offset + (chosen.seconds or 0.0) if chosen else 0.0
    steps = [step for handoff in call.handoffs for step in _steps(handoff)]
    lasted = max([sound, row.seconds or 0.0, *ends, 1.0])
    kept = call.figures or call_figures(call.turns).to_json()
    refused = (call.unrecorded_at - call.started_at).total_seconds() if call.unrecorded_at else None
    spells = [_spell(call, handoff, lasted) for handoff in call.handoffs]
    return Review(
        row=row,
        recording=chosen,
        recordings=whole,
        length=lasted,
        steps=steps,
        deeds=_deeds(tx, call),
        recorded=_recorded(call, chosen),
        figures=_figures(kept),
        markers=find_markers(call.turns, spells, lasted, refused, _misheard(tx, call)),
        wave=outlines(chosen.peaks if chosen else None),
        comments=_comments(tx, sid),
        corrections=corrections.of_call(tx, sid),
    )


def _misheard(tx: Session, call: Call) -> list[Misheard]:
    found = misheard_turns(tx, call.sid)
    return [
        Misheard(turn.start, turn.end or turn.start, found[turn.id].wrong, found[turn.id].words)
        for turn in call.turns
        if turn.id in found
    ]


def _comments(tx: Session, sid: str) -> list[Comment]:
    """In the order of the moments that they speak of; those on the whole call first."""
    found = tx.scalars(select(Comment).where(Comment.call_sid == sid).options(joinedload(Comment.agent))).all()
    return sorted((one for one in found if one.text), key=lambda one: (one.start or 0.0, one.id))


def _spell(call: Call, handoff: Handoff, until: float) -> PersonSpell:
    """The way of a hand-off in seconds from the call's start."""

    def since(moment: datetime) -> float:
        return (moment - call.started_at).total_seconds()

    times = {name: since(datetime.fromisoformat(at)) for name, at in handoff.times.items()}
    over = next((times[end] for end in OVER if end in times), None)
    holds = tuple((since(began), since(ended) if ended else until) for _, began, ended in _held(handoff))
    reason, upset = plain(handoff.reason).lower(), handoff.mood == "upset"
    return PersonSpell(since(handoff.requested_at), reason, times.get("bridged"), over, holds, upset)


_NOTES = {"note": "Note", "text": "Text sent", "outcome": "Outcome"}


def _deeds(tx: Session, call: Call) -> list[Deed]:
    """What people did in the call, in the order in which they did it."""
    notes = tx.scalars(select(Note).where(Note.call_sid == call.sid).options(joinedload(Note.agent))).all()
    written = [
        Deed(_NOTES.get(note.kind, plain(note.kind)), note.agent.name, note.at, _text_of(note)) for note in notes
    ]
    cards = tx.scalars(select(CardPayment).where(CardPayment.call_sid == call.sid)).all()
    taken = [
        Deed("Card payment", tx.get_one(Agent, card.agent_id).name, card.begun_at, _charged(card)) for card in cards
    ]
    held = [hold for handoff in call.handoffs for hold in _holds(handoff)]
    return sorted([*written, *taken, *held], key=lambda deed: deed.at)


def _holds(handoff: Handoff) -> Iterable[Deed]:
    """Each time that an agent put the caller on hold, and for how long."""
    for who, began, ended in _held(handoff):
        how_long = f"The caller heard music for {length((ended - began).total_seconds())}." if ended else "Still held."
        yield Deed("Hold", who, began, how_long)


def _held(handoff: Handoff) -> Iterable[tuple[str, datetime, datetime | None]]:
    """Who held the caller, from when until when; None while they do."""
    who = {offer.number: offer.agent.name for offer in handoff.offers}
    parted = [datetime.fromisoformat(at) for name, at in handoff.times.items() if name.startswith(("apart", *ENDS))]
    for hold in holds_in(handoff.times):
        ended = hold.ended or min((at for at in parted if at >= hold.began), default=None)
        yield who.get(hold.attempt, "Somebody"), hold.began, ended


def _text_of(note: Note) -> str:
    return HOW_IT_ENDED.get(note.text, note.text) if note.kind == "outcome" else note.text


def _charged(card: CardPayment) -> str:
    number = f", confirmation {card.confirmation}" if card.confirmation else ""
    return f"{money(card.amount, card.currency)}: {CARD_ENDS.get(card.state, plain(card.state))}{number}"


def _figures(kept: dict[str, Any]) -> Figures:
    waits = {stage: [one[stage] for one in kept["answers"] if one[stage] is not None] for stage in STAGES}
    return Figures(
        answers=len(kept["answers"]),
        wait=_middle(waits.pop("total")),
        stages={stage: median(values) for stage, values in waits.items() if values},
        barge_ins=len(kept["barge_ins"]),
        barge_in=_middle(kept["barge_ins"]),
        pace=kept["words_per_minute"],
        talk_over=kept["talk_over"],
        silence=kept["silence"],
        longest_silence=kept["longest_silence"],
    )


def _middle(values: Sequence[float]) -> float | None:
    return median(values) if values else None


def parts() -> Iterable[ExecutableOption]:
    offers = selectinload(Call.handoffs).selectinload(Handoff.offers).joinedload(Offer.agent)
    return selectinload(Call.turns), offers, selectinload(Call.recordings)


def row_of(call: Call) -> Row:
    whole = [recording for recording in call.recordings if recording.kind == "call"]
    intents = dict.fromkeys(meant for turn in call.turns if (meant := meaning(turn)) not in WORDLESS)
    return Row(
        call=call,
        seconds=(call.ended_at - call.started_at).total_seconds() if call.ended_at else None,
        intents=[plain(intent) for intent in intents],
        handoff=call.handoffs[-1] if call.handoffs else None,
        people=list(dict.fromkeys(offer.agent.name for offer in _taken(call))),
        recording=whole[0] if whole else None,
    )


def _taken(call: Call) -> Iterable[Offer]:
    """The offers of the call that somebody took, the first one first."""
    return (offer for handoff in call.handoffs for offer in handoff.offers if offer.outcome == "accepted")


def _recorded(call: Call, recording: Recording | None) -> list[dict[str, Any]]:
    """The recording's own transcript, its times moved from the recording's start to the call's, and each piece with its
    `side`: caller, bot, queue or agent."""
    if recording is None:
        return []
    ours, by = OurSide.of(call.handoffs), recording.offset
    told = [one for piece in recording.transcript for one in ours.spoken(piece, by, call.started_at)]
    return sorted(told, key=lambda piece: (piece["start"], piece["channel"]))


def _steps(handoff: Handoff) -> list[Step]:
    named = ((STEPS.get(name) or AGAIN.get(name.split("-")[0]), at) for name, at in handoff.times.items())
    moments = [(name, datetime.fromisoformat(at), "") for name, at in named if name]
    if "requested" not in handoff.times:
        moments.append((STEPS["requested"], handoff.requested_at, plain(handoff.reason)))
    for offer in handoff.offers:
        moments.append((f"Offered to {offer.agent.name}", offer.offered_at, ""))
        if offer.ended_at:
            became = "left the call" if offer.outcome == "accepted" else plain(offer.outcome).lower()
            moments.append((f"{offer.agent.name}: {became}", offer.ended_at, ""))
    moments.sort(key=lambda moment: moment[1])
    return [Step(what, (at - handoff.requested_at).total_seconds(), detail) for what, at, detail in moments]

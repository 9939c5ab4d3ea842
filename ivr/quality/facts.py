"""The facts of one finished call, from its rows: `facts_of` is pure, `write` keeps what it says.

What each fact means:

- `intent`: what the caller was handed over for, or the first subject that they asked about.
- `wait_s`: seconds from the request for a person until they talked together, or until the caller waited no more:
  `agent_id` is then None.
- `agent_id`: the first agent who talked with the caller; `agents` are all of them, in a call-back too.
- `agent_s`: seconds of the call in which an agent was with the caller; a call-back is no part of the call.
- `resolved_by`: "person" where an agent talked with the caller and noted nothing but that it is solved, "bot" where
  the caller got from the bot what they wanted, and "none".
- `misheard`: turns of the caller in which a quarter of the words are others in the recording, as
  `ivr.recordings.comparison_store` has it; `words_misheard` of the `words_compared` are, None until it is written down.
- `lowest_confidence`: of the caller's spoken turns, 0..1.
- `longest_silence`: seconds in which nobody spoke, apart from waiting for a person; `talk_over`: in which two did.
- `interruptions`: times that the caller stopped the bot by speaking.
- `bot_failures`: hand-offs because the bot understood nothing, heard nothing or had a fault, and lost media sockets.
- `cost`: by the minutes without a person and those with one, see `ivr.quality.costs`.
- `promises`: payments agreed, call-backs and texts; `promises_kept`: those that were done.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

from ivr.calls import problems
from ivr.calls.stats import call_figures
from ivr.dialogue.prompts import TOPICS
from ivr.handoff.brief import UNSURE
from ivr.nlu.sentiment import is_upset
from ivr.quality.costs import UNPRICED, Prices
from ivr.quality.flags import DEAD_AIR, TALK_OVER, Flag
from ivr.quality.story import prompt_name, story
from ivr.recordings.comparison_store import Mishearing
from ivr.store.models import Call, CallBack, CardPayment, Handoff, Note, Offer, PaymentOrder, Recording, Turn
from ivr.store.states import CALLBACK_OPEN, HANDOFF_ENDS

SUBJECTS: Final = frozenset(TOPICS)
FAILURES: Final = frozenset({"unclear", "silent", "fault"})  # reasons of a hand-off
LINE_FAULTS: Final = frozenset({"stream-lost", "stream-refused"})  # problems of a call; faulty documents besides
ORDERS_DONE: Final = ("made", "scheduled")
ORDERS_OPEN: Final = ("asked", "doubtful")
SOLVED: Final = "solved"


@dataclass(frozen=True)
class CallRows:
    """All rows of one call that its facts are read from; turns and hand-offs in order."""

    call: Call
    turns: Sequence[Turn] = ()
    handoffs: Sequence[Handoff] = ()
    recordings: Sequence[Recording] = ()
    orders: Sequence[PaymentOrder] = ()
    cards: Sequence[CardPayment] = ()
    call_backs: Sequence[CallBack] = ()
    notes: Sequence[Note] = ()
    compared: Mishearing | None = None  # with the recording


@dataclass(frozen=True, slots=True)
class Facts:
    """What `facts_of` finds: the columns of `CallFacts` of the same names, and the lists beside it."""

    seconds: float
    outcome: str | None
    language: str
    intent: str | None
    verified: bool
    rating: int | None
    handoff_reason: str | None
    wait_s: float | None
    agent_id: int | None
    agent_s: float
    resolved_by: str
    misheard: int
    words_compared: int | None
    words_misheard: int | None
    lowest_confidence: float | None
    longest_silence: float
    talk_over: float
    interruptions: int
    bot_failures: int
    promises: int
    promises_kept: int
    cost: float | None
    story: list[str] = field(default_factory=list)
    agents: tuple[int, ...] = ()
    intents: tuple[str, ...] = ()
    flags: frozenset[Flag] = frozenset()


def facts_of(rows: CallRows, prices: Prices = UNPRICED) -> Facts:
    """The facts of a call that has ended. Raises ValueError for one that lasts."""
    call = rows.call
    if call.ended_at is None:
        raise ValueError(f"call {call.sid} has not ended")
    asked = [handoff for handoff in rows.handoffs if handoff.kind == "call"]
    intents, agents, spans = _intents(rows), _agents(rows.handoffs), _waits(call, asked)
    figures = call_figures(rows.turns)
    promised, kept, _ = _promises(rows)
    seconds = round((call.ended_at - call.started_at).total_seconds(), 3)
    agent_s = round(sum(_with_agent(call, handoff) for handoff in asked), 3)
    confidences = [turn.confidence for turn in _voiced(rows.turns) if turn.confidence is not None]
    return Facts(
        seconds=seconds,
        outcome=call.outcome,
        language=call.language,
        intent=next((h.intent for h in asked if h.intent in SUBJECTS), next(iter(_subjects(intents)), None)),
        verified=call.verified_at is not None,
        rating=call.rating,
        handoff_reason=asked[0].reason if asked else None,
        wait_s=round(sum(end - start for start, end in spans[:1]), 3) if asked else None,
        agent_id=agents[0] if agents else None,
        agent_s=agent_s,
        resolved_by=_resolved_by(rows, agents),
        misheard=rows.compared.misheard if rows.compared else 0,
        words_compared=rows.compared.words if rows.compared else None,
        words_misheard=rows.compared.wrong if rows.compared else None,
        lowest_confidence=min(confidences, default=None),
        longest_silence=_longest_silence(rows.turns, spans),
        talk_over=figures.talk_over,
        interruptions=len(figures.barge_ins),
        bot_failures=_failures(call, asked),
        promises=promised,
        promises_kept=kept,
        cost=prices.of(seconds, agent_s),
        story=story(rows.turns),
        agents=agents,
        intents=intents,
        flags=frozenset(_flags(rows, agents, figures.talk_over, len(figures.barge_ins), spans)),
    )


def _flags(
    rows: CallRows, agents: Sequence[int], talk_over: float, interruptions: int, waits: Sequence["Span"]
) -> Iterator[Flag]:
    """All but those that need other calls: see `ivr.quality.repeats`."""
    asked = [handoff for handoff in rows.handoffs if handoff.kind == "call"]
    prompts = {prompt_name(turn) for turn in rows.turns}
    promised, kept, open_ = _promises(rows)
    found: Mapping[Flag, bool] = {
        "misheard": rows.compared is not None and rows.compared.misheard > 0,
        "unsure": _is_unsure(rows.turns),
        "interrupted": interruptions > 0,
        "dead-air": _longest_silence(rows.turns, waits) >= DEAD_AIR,
        "talk-over": talk_over >= TALK_OVER,
        "upset": any(handoff.mood == "upset" for handoff in asked)
        or any(is_upset(turn.text) for turn in _voiced(rows.turns)),
        "wrong-pin": bool({"pin.wrong", "code.wrong"} & prompts),
        "payment": bool(rows.orders or rows.cards),
        "message": rows.call.outcome == "message" or any(one.kind == "message" for one in rows.recordings),
        "no-person": bool(asked) and not agents,
        "transferred": len(agents) > 1 or any((handoff.brief or {}).get("transfer") for handoff in asked),
        "recording-refused": rows.call.unrecorded_at is not None,
        "held": any(name.startswith("held") for handoff in rows.handoffs for name in handoff.times),
        "bot-failed": _failures(rows.call, asked) > 0,
        "promise-broken": promised > kept + open_,
    }
    return (flag for flag, is_so in found.items() if is_so)


def _voiced(turns: Iterable[Turn]) -> Iterator[Turn]:
    return (turn for turn in turns if turn.speaker == "caller" and turn.via == "voice")


def _intents(rows: CallRows) -> tuple[str, ...]:
    """What they asked for, in order: a subject or a person."""
    wanted = (turn.intent for turn in rows.turns if turn.speaker == "caller")
    named = [*wanted, *(handoff.intent for handoff in rows.handoffs)]
    return tuple(dict.fromkeys(intent for intent in named if intent in SUBJECTS or intent == "human_agent"))


def _subjects(intents: Iterable[str]) -> Iterator[str]:
    """A person is asked for whatever it is about: that counts only where nothing else was said."""
    named = list(intents)
    return iter([intent for intent in named if intent in SUBJECTS] or named)


def _agents(handoffs: Iterable[Handoff]) -> tuple[int, ...]:
    """Who talked with the caller, the first one first."""
    taken: list[Offer] = [
        offer
        for handoff in handoffs
        if "bridged" in handoff.times
        for offer in handoff.offers
        if offer.outcome == "accepted"
    ]
    return tuple(dict.fromkeys(offer.agent_id for offer in sorted(taken, key=lambda offer: offer.offered_at)))


Span = tuple[float, float]


def _waits(call: Call, asked: Iterable[Handoff]) -> list[Span]:
    """When the caller waited for a person, in seconds from the call's start."""
    return [_wait(call, handoff) for handoff in asked]


def _wait(call: Call, handoff: Handoff) -> Span:
    over = [handoff.times[name] for name in ("bridged", *HANDOFF_ENDS) if name in handoff.times]
    moments = [datetime.fromisoformat(moment) for moment in over] or [call.ended_at or handoff.requested_at]
    start = (handoff.requested_at - call.started_at).total_seconds()
    return start, max(start, (min(moments) - call.started_at).total_seconds())


def _with_agent(call: Call, handoff: Handoff) -> float:
    if "bridged" not in handoff.times:
        return 0.0
    began = datetime.fromisoformat(handoff.times["bridged"])
    ends = [datetime.fromisoformat(handoff.times[name]) for name in HANDOFF_ENDS if name in handoff.times]
    ended = min([*ends, call.ended_at or began])
    return max(0.0, (ended - began).total_seconds())


def _longest_silence(turns: Sequence[Turn], waits: Sequence[Span]) -> float:
    spoken = [(turn.start, turn.end) for turn in turns if turn.via == "voice" and turn.end and turn.end > turn.start]
    if not spoken:
        return 0.0
    first, last = min(start for start, _ in spoken), max(end for _, end in spoken)
    within = [(max(start, first), min(end, last)) for start, end in [*spoken, *waits] if start < last and end > first]
    longest, reached = 0.0, first
    for start, end in sorted(within):
        longest, reached = max(longest, start - reached), max(reached, end)
    return round(longest, 3)


def _is_unsure(turns: Sequence[Turn]) -> bool:
    """Whether the bot heard a turn with doubt, or did not understand it."""
    if any(turn.confidence is not None and turn.confidence < UNSURE for turn in _voiced(turns)):
        return True
    talk = [turn for turn in turns if turn.speaker == "bot" or (turn.speaker == "caller" and turn.via == "voice")]
    return any(said.speaker == "caller" and prompt_name(answer) == "repair.sorry" for said, answer in pairwise(talk))


def _failures(call: Call, asked: Iterable[Handoff]) -> int:
    faults = [kind for kind in problems.kinds(call) if kind in LINE_FAULTS or kind.startswith("document")]
    return len(faults) + sum(handoff.reason in FAILURES for handoff in asked)


def _promises(rows: CallRows) -> tuple[int, int, int]:
    """How many there were, are kept, and are neither kept nor broken yet."""
    texts = sum(prompt_name(turn) == "receipt.sent" for turn in rows.turns)
    lost = sum(kind == "text-not-delivered" for kind in problems.kinds(rows.call))
    kept = [
        sum(order.state in ORDERS_DONE for order in rows.orders),
        sum(one.state == "served" for one in rows.call_backs),
        max(0, texts - lost),
    ]
    waiting = sum(order.state in ORDERS_OPEN for order in rows.orders)
    waiting += sum(one.state in CALLBACK_OPEN for one in rows.call_backs)
    refused = sum(order.state == "refused" for order in rows.orders)  # said at once: nothing was promised
    cancelled = sum(one.state == "cancelled" for one in rows.call_backs)
    return len(rows.orders) - refused + len(rows.call_backs) - cancelled + texts, sum(kept), waiting


def _resolved_by(rows: CallRows, agents: Sequence[int]) -> str:
    if agents:
        noted = [note.text for note in rows.notes if note.kind == "outcome"]
        return "person" if noted[-1:] in ([], [SOLVED]) else "none"
    return "bot" if rows.call.outcome == "resolved" else "none"


def columns(facts: Facts) -> dict[str, Any]:
    """Those of `CallFacts`, without its keys and what others find out."""
    lists = ("agents", "intents", "flags")
    return {one.name: getattr(facts, one.name) for one in fields(facts) if one.name not in lists}

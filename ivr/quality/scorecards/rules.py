"""Questions that facts decide: each rule answers with its evidence, or says nothing where facts are missing. Pure.

Times in seconds from the call's start. A rule goes by prompts' names, times and rows, never by words: what was
forgotten by a purge is judged no worse.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from ivr.quality.scorecards.definition import NOT_APPLICABLE

BOT = 0
"""Stands for the bot where an agent's id may stand."""

Span = tuple[float, float]
DEAD_AIR = 5.0  # seconds
OVERLAP = 0.5  # seconds of speaking over the caller: shorter is a backchannel, or a clock that is off
SHORT = 1.0  # seconds: so short a turn ("mm-hm") interrupts nobody
MOST_SPANS = 10
TELLING = frozenset(
    {
        *("balance.tell", "due.tell", "due.none", "transactions.tell", "transactions.none", "amount.ask"),
        *("amount.over", "payment.done", "payment.scheduled", "payment.taken", "payment.nothing"),
    }
)
OFFERING = frozenset({"open.person"})
AGREEING = frozenset({"agreed.ask", "agreed.example", "agreed.keys"})


@dataclass(frozen=True, slots=True)
class Spoken:
    """One turn. `by`: the agent's id, BOT, or None for the caller and for an agent of whom it is not known who they
    are. `end` None: never heard. `played`: the share of a prompt that the caller heard, None where nobody noted it."""

    speaker: Literal["caller", "bot", "agent"]
    by: int | None
    start: float
    end: float | None
    prompt: str = ""
    played: float | None = None
    keyed: bool = False

    @property
    def heard(self) -> bool:
        return self.end is not None and (self.played is None or self.played > 0)


@dataclass(frozen=True, slots=True)
class Promise:
    """Something to be done after it was said. `kept` None while nobody knows yet."""

    by: int
    at: float
    kept: bool | None


@dataclass(frozen=True, slots=True)
class CallTrace:
    """What the rules go by. `paid_at`: when the ledger was asked to move money on the bot's word. `agents`: who was
    in it. `notice`: the carrier was told to play the notice first. `verified`: when the caller was, if they were.
    `holds`: when the caller heard music instead of an agent."""

    turns: tuple[Spoken, ...]
    notice: bool = False
    verified: float | None = None
    paid_at: tuple[float, ...] = ()
    promises: tuple[Promise, ...] = ()
    agents: tuple[int, ...] = ()
    holds: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule's answer, "yes", "no" or "na", and where in the call it shows."""

    value: str
    spans: tuple[Span, ...] = ()


Rule = Callable[[CallTrace, int], Finding | None]


@dataclass(frozen=True, slots=True)
class Ruling:
    """A rule, what it finds out, and whom it can judge."""

    words: str
    about: Literal["bot", "both"]
    judge: Rule


def findings(trace: CallTrace) -> Iterator[tuple[str, int, Finding]]:
    """Every rule's name, whom it judged (BOT or an agent's id), and what it found."""
    for name, ruling in RULES.items():
        for party in (BOT, *trace.agents) if ruling.about == "both" else (BOT,):
            found = ruling.judge(trace, party)
            if found is not None:
                yield name, party, found


def _said_ai(trace: CallTrace, _: int) -> Finding | None:
    """The notice, which says so, is over when the conversation begins: a caller who is heard later has heard it."""
    began = min((turn.start for turn in trace.turns), default=None)
    if began is None:
        return None
    return _yes((0.0, began)) if trace.notice else Finding("no", ((0.0, began),))


def _verified_first(trace: CallTrace, _: int) -> Finding | None:
    told = [turn for turn in _of_bot(trace) if turn.prompt in TELLING]
    early = [turn for turn in told if trace.verified is None or turn.start < trace.verified]
    if early:
        return _no(early)
    return _yes((trace.verified or 0.0, told[0].end or told[0].start)) if told else Finding(NOT_APPLICABLE)


def _offered_person(trace: CallTrace, _: int) -> Finding | None:
    said = _of_bot(trace)
    offered = [turn for turn in said if turn.prompt in OFFERING or turn.prompt.startswith("person.") or _keys(turn)]
    if not said or any(not turn.prompt for turn in said):
        return None
    return Finding("yes", _spans(offered[:1])) if offered else Finding("no")


def _keys(turn: Spoken) -> bool:
    """The question by keys names the key for a person."""
    return turn.prompt in ("open.keys", "else.keys")


def _read_back(trace: CallTrace, _: int) -> Finding | None:
    if not trace.paid_at:
        return Finding(NOT_APPLICABLE)
    agreed = [turn for turn in _of_bot(trace) if turn.prompt in AGREEING]
    before = [[turn for turn in agreed if turn.start < at] for at in trace.paid_at]
    if all(before):
        return Finding("yes", _spans([turns[-1] for turns in before]))
    return Finding("no", tuple((at, at) for at, turns in zip(trace.paid_at, before, strict=True) if not turns))


def _no_dead_air(trace: CallTrace, party: int) -> Finding | None:
    """Whoever owes the next word: the bot after the caller's, an agent also after their own."""
    if not any(turn.by == party for turn in trace.turns if turn.heard):
        return None
    owing = ("caller",) if party == BOT else ("caller", "agent")
    gaps = [
        (one.end or one.start, other.start)
        for one, other in pairwise(_in_order(trace))
        if other.by == party and one.speaker in owing and other.start - (one.end or one.start) > DEAD_AIR
        if not any(start < other.start and (one.end or one.start) < end for start, end in trace.holds)
    ]
    return Finding("no", tuple(gaps[:MOST_SPANS])) if gaps else Finding("yes")


def _in_order(trace: CallTrace) -> list[Spoken]:
    """Turns that ended, each no sooner than the ones before it."""
    ordered: list[Spoken] = []
    for turn in sorted((turn for turn in trace.turns if turn.heard or turn.keyed), key=lambda turn: turn.start):
        if not ordered or (turn.end or turn.start) >= (ordered[-1].end or ordered[-1].start):
            ordered.append(turn)
    return ordered


def _let_finish(trace: CallTrace, party: int) -> Finding | None:
    own = [turn for turn in trace.turns if turn.by == party and turn.heard]
    if not own:
        return None
    callers = [turn for turn in trace.turns if turn.speaker == "caller" and turn.end is not None and not turn.keyed]
    over = [(turn, other) for turn in own for other in callers if _cuts_into(turn, other)]
    spans = tuple((turn.start, min(turn.end or turn.start, other.end or other.start)) for turn, other in over)
    return Finding("no", spans[:MOST_SPANS]) if spans else Finding("yes")


def _cuts_into(turn: Spoken, caller: Spoken) -> bool:
    end, others = turn.end or turn.start, caller.end or caller.start
    return end - turn.start >= SHORT and caller.start < turn.start and min(end, others) - turn.start >= OVERLAP


def _kept_promises(trace: CallTrace, party: int) -> Finding | None:
    own = [promise for promise in trace.promises if promise.by == party]
    broken = [promise for promise in own if promise.kept is False]
    if broken:
        return Finding("no", tuple((promise.at, promise.at) for promise in broken[:MOST_SPANS]))
    if any(promise.kept is None for promise in own):
        return None
    return Finding("yes", tuple((one.at, one.at) for one in own[:MOST_SPANS])) if own else Finding(NOT_APPLICABLE)


def _of_bot(trace: CallTrace) -> list[Spoken]:
    return [turn for turn in trace.turns if turn.by == BOT and turn.heard]


def _spans(turns: Iterable[Spoken]) -> tuple[Span, ...]:
    return tuple((turn.start, turn.end or turn.start) for turn in turns)


def _yes(span: Span) -> Finding:
    return Finding("yes", (span,))


def _no(turns: list[Spoken]) -> Finding:
    return Finding("no", _spans(turns[:MOST_SPANS]))


RULES: dict[str, Ruling] = {
    "said-it-is-ai": Ruling("the notice was played before the conversation began", "bot", _said_ai),
    "verified-first": Ruling("the bot told nothing of the account before the caller was verified", "bot",
                             _verified_first),
    "offered-person": Ruling("the bot named the way to a person, or went it", "bot", _offered_person),
    "read-back": Ruling("amount, account and day were read back before each payment", "bot", _read_back),
    "no-dead-air": Ruling(f"no silence above {DEAD_AIR:.0f} s before an answer", "both", _no_dead_air),
    "let-finish": Ruling("nobody spoke over the caller's words", "both", _let_finish),
    "kept-promises": Ruling("call-backs, texts and payments that were promised were done", "both", _kept_promises),
}  # fmt: skip

"""How a conversation went, from its turns: waits, interruptions, pace, talking at once, and silence. Pure."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any, Protocol

from ivr.redaction import holds_marker

BOUNDS = (250.0, 500.0, 750.0, 1000.0, 1500.0, 2000.0, 3000.0, 5000.0)  # ms: the buckets of every histogram of waits
STAGES = ("wait", "listen", "decide", "speak", "total")
WHOLE = 0.98  # of a prompt that was played: the rest is its last breath
SHORTEST = 0.3  # seconds: the pace of anything shorter says nothing


class Spoken(Protocol):
    """A turn as it is kept; seconds from the call's start, latencies in ms."""

    @property
    def speaker(self) -> str: ...
    @property
    def via(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def start(self) -> float: ...
    @property
    def end(self) -> float | None: ...
    @property
    def played(self) -> float | None: ...
    @property
    def latency(self) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class ResponseLatency:
    """What passed in ms from the caller's last sound to the bot's first: stages that were not measured are None.

    `wait` until their turn was judged over, `listen` until its words were known, `decide` until it was settled what to
    say, `speak` until the first sound left us. A stage that ran beside another counts only where it was waited for.
    """

    at: float
    wait: float | None
    listen: float | None
    decide: float | None
    speak: float | None
    total: float | None


@dataclass(frozen=True, slots=True)
class CallFigures:
    """Seconds, but for `response_latencies` and `barge_ins` (ms). `words_per_minute` by speaker.

    `barge_ins` are the times from the caller's first sound over the bot until it stopped, `talk_over` is how long two
    spoke at once, `silence` how long nobody did between the first word and the last, `longest_silence` at a stretch.
    """

    response_latencies: tuple[ResponseLatency, ...]
    barge_ins: tuple[float, ...]
    words_per_minute: dict[str, float]
    talking: dict[str, float]
    talk_over: float
    silence: float
    longest_silence: float

    def to_json(self) -> dict[str, Any]:
        """As `Call.figures` holds them: the latencies stand under "answers"."""
        figures = asdict(self)
        return {"answers": figures.pop("response_latencies"), **figures}


def call_figures(turns: Sequence[Spoken]) -> CallFigures:
    """The figures of one call, or of a call so far; turns in any order."""
    ordered = sorted(turns, key=lambda turn: turn.start)
    spans = {speaker: _merged(ordered, speaker) for speaker in dict.fromkeys(turn.speaker for turn in ordered)}
    together = _union([span for each in spans.values() for span in each])
    gaps = [after[0] - before[1] for before, after in pairwise(together)]
    talking = {speaker: round(_length(each), 3) for speaker, each in spans.items()}
    return CallFigures(
        response_latencies=tuple(response_latencies(ordered)),
        barge_ins=tuple(_barge_ins(ordered)),
        words_per_minute=_pace(ordered),
        talking=talking,
        talk_over=round(sum(map(_length, spans.values())) - _length(together), 3),
        silence=round(sum(gaps), 3),
        longest_silence=round(max(gaps, default=0.0), 3),
    )


def response_latencies(turns: Sequence[Spoken]) -> Iterator[ResponseLatency]:
    """Of each answer of the bot, in order; what was measured of the caller's turn goes with the answer to it."""
    of_caller: dict[str, Any] = {}
    for turn in turns:
        if turn.speaker == "caller":
            of_caller = turn.latency
        elif turn.speaker == "bot" and "total" in turn.latency:
            known = {**of_caller, **turn.latency}
            yield ResponseLatency(turn.start, *(known.get(stage) for stage in STAGES))
            of_caller = {}


def histogram(values: Sequence[float], bounds: Sequence[float] = BOUNDS) -> list[int]:
    """How many values lie at or below each bound and above the one before; the last count is of those above all."""
    counts = [0] * (len(bounds) + 1)
    for value in values:
        counts[bisect_left(bounds, value)] += 1
    return counts


def _barge_ins(turns: Sequence[Spoken]) -> Iterator[float]:
    """For each bot turn that was cut off: how long the caller spoke before it stopped, where their words were kept."""
    for cut in turns:
        if cut.speaker != "bot" or cut.end is None or cut.played is None or cut.played >= 1.0:
            continue
        over = [turn for turn in turns if turn.speaker == "caller" and turn.via == "voice" and turn.end is not None]
        began = [turn.start for turn in over if cut.start <= turn.start <= cut.end <= (turn.end or 0.0)]
        if began:
            yield round(1000 * (cut.end - min(began)), 1)


def _pace(turns: Sequence[Spoken]) -> dict[str, float]:
    words: dict[str, int] = {}
    seconds: dict[str, float] = {}
    for turn in turns:
        length = (turn.end or turn.start) - turn.start
        # what was cut off holds more words than were said
        if turn.via != "voice" or holds_marker(turn.text) or length < SHORTEST or (turn.played or 1.0) < 1.0:
            continue
        words[turn.speaker] = words.get(turn.speaker, 0) + len(turn.text.split())
        seconds[turn.speaker] = seconds.get(turn.speaker, 0.0) + length
    return {speaker: round(60 * words[speaker] / seconds[speaker], 1) for speaker in words}


Span = tuple[float, float]


def _merged(turns: Sequence[Spoken], speaker: str) -> list[Span]:
    """When someone spoke. A bot turn without an end was never heard; a keyed one makes no sound."""
    spoken = [turn for turn in turns if turn.speaker == speaker and turn.via == "voice"]
    return _union([(turn.start, turn.end) for turn in spoken if turn.end is not None and turn.end > turn.start])


def _union(spans: Sequence[Span]) -> list[Span]:
    united: list[Span] = []
    for start, end in sorted(spans):
        if united and start <= united[-1][1]:
            united[-1] = (united[-1][0], max(united[-1][1], end))
        else:
            united.append((start, end))
    return united


def _length(spans: Sequence[Span]) -> float:
    return sum(end - start for start, end in spans)

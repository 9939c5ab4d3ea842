"""Callers whom nobody trained on: how many get what they call for, every time, and why the others do not.

    warmline bench strangers [--calls N] [--seed S] [--times K]

Each has a goal, a character, a voice and a telephone line, drawn by the seed, and calls K times through the switch, in
sound; scripted agents take the calls that come to a person. The ledger and the call's own rows decide what was reached.
A stranger counts as right where all K calls were (pass^K). Failures are grouped by cause, each with its calls; what
the simulator did wrong itself is counted apart.
"""

import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench.strangers.judge import Truth, Verdict, judge
from bench.strangers.lines import LINES
from bench.strangers.people import Stranger, strangers
from bench.strangers.voices import spoken
from bench.tools.line import Line, Tell, bench_account, running_line
from bench.tools.machine import machine
from ivr.clock import SystemClock, today
from ivr.local.demo_calls import Desk
from ivr.local.scripted_calls import place, settled_report
from ivr.settings import Settings
from speech.audio import write_wav

AT_ONCE = 2  # calls: the recogniser of the simulated callers works on the same machine
WITHIN = 200  # seconds after which a caller gives up
SETTLED = 20.0


@dataclass(frozen=True)
class Placed:
    """One call of a stranger: the `turn`th of theirs."""

    stranger: Stranger
    turn: int
    sid: str
    verdict: Verdict
    seconds: float


def run(settings: Settings, many: int = 40, seed: int = 1, times: int = 3, tell: Tell = print) -> dict[str, Any]:
    """{bench, machine, figures, causes: cause -> calls, of: kind -> percent right}.

    Raises NoVoiceError, SupervisorError.
    """
    people = strangers(many, seed)
    with (
        tempfile.TemporaryDirectory(prefix="strangers-") as folder,
        running_line(settings, tell, ("switch", "web", "media", "worker")) as line,
        Desk(line.settings, line.sessions, SystemClock()),
    ):
        scripts = [script(stranger, Path(folder)) for stranger in people]
        tell(f"{many} strangers, {times} calls each, {AT_ONCE} at once")
        calls = []
        for placed in _calls(line, people, scripts, times):
            calls.append(placed)
            if not placed.verdict.right:
                tell(f"  {placed.stranger.label}: {placed.verdict.cause} ({placed.sid})")
            if len(calls) % 10 == 0:
                tell(f"{len(calls)} of {many * times} calls; right {sum(one.verdict.right for one in calls)}")
    return {"bench": "strangers", "machine": machine(), "seed": seed, **summed_up(calls)}


def script(stranger: Stranger, folder: Path) -> dict[str, Any]:
    """What the switch plays: all that they may say is spoken before the call, over their line."""
    dice = np.random.default_rng(stranger.number)
    replies = []
    for nth, reply in enumerate(stranger.replies):
        played = dict(reply)
        if words := played.pop("say", None):
            path = folder / f"{stranger.number}-{nth}.wav"
            sound = spoken(words, stranger.voice, stranger.character.pace, folder)
            write_wav(path, LINES[stranger.line](sound, dice))
            played["wav"] = str(path)
        replies.append(played)
    return {"steps": [{"converse": replies, "within": WITHIN}, {"pause": 8.0}]}


def _calls(line: Line, people: list[Stranger], scripts: list[dict[str, Any]], times: int) -> Iterator[Placed]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        started = [
            pool.submit(_call, line, stranger, turn, scripts[stranger.number])
            for turn in range(times)
            for stranger in people
        ]
        try:
            for done in as_completed(started):
                yield done.result()
        finally:
            pool.shutdown(cancel_futures=True)


def _call(line: Line, stranger: Stranger, turn: int, script: dict[str, Any]) -> Placed:
    index = stranger.number * 1000 + turn
    phone = line.open_account(index, stranger.pin)
    day = today(SystemClock(), line.settings.zone)
    truth = Truth.of(*bench_account(index, stranger.pin, day), day)
    began = time.monotonic()
    result = place(line.settings, {"from": phone, **script}, lambda _: None)
    seconds = time.monotonic() - began
    report = settled_report(line.settings, line.sessions, result["call"], SETTLED)
    return Placed(stranger, turn, result["call"], judge(stranger, truth, report, result), seconds)


def summed_up(calls: list[Placed]) -> dict[str, Any]:
    """Shares of calls and of strangers, in percent; worst kinds first."""
    own = [call for call in calls if call.verdict.cause.startswith("the simulator")]
    counted = [call for call in calls if call not in own]
    by_stranger: dict[int, list[bool]] = defaultdict(list)
    causes: dict[str, list[str]] = defaultdict(list)
    kinds: dict[str, list[bool]] = defaultdict(list)
    for call in counted:
        by_stranger[call.stranger.number].append(call.verdict.right)
        who = call.stranger
        for kind in (who.goal.name, who.character.name, who.voice.speaker, who.line):
            kinds[kind].append(call.verdict.right)
    for call in calls:
        if not call.verdict.right:
            causes[call.verdict.cause].append(f"{call.sid} {call.stranger.label}")
    starts = Counter(call.verdict.cause.partition(":")[0] for call in calls)
    shares = {kind: _percent(right) for kind, right in kinds.items()}
    figures = {
        "calls": len(calls), "right_percent": _percent([call.verdict.right for call in counted]),
        "every_time_percent": _percent([all(rights) for rights in by_stranger.values()]),
        "dead_ends": starts["dead end"], "wrong_money": starts["wrong money"],
        "wrong_facts": starts["wrong fact told"], "simulators_own": len(own),
        "mean_seconds": round(sum(call.seconds for call in calls) / max(1, len(calls)), 1),
    }  # fmt: skip
    return {
        "figures": figures,
        "causes": dict(sorted(causes.items(), key=lambda one: -len(one[1]))),
        "of": dict(sorted(shares.items(), key=lambda one: one[1])),
    }


def _percent(rights: list[bool]) -> float:
    return round(100 * sum(rights) / len(rights), 1) if rights else 0.0

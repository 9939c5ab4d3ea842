"""Plays a wave: its callers call, the fault comes, and what each of them heard is judged."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from itertools import cycle
from pathlib import Path

from bench.faults.callers import BALANCE, PATIENCE, QUESTION_OF, SECOND, Caller
from bench.faults.inject import FAULTS
from bench.faults.kinds import PlannedCall, Wave
from bench.faults.repetitions import said_twice
from bench.faults.report import Outcome, Result
from bench.faults.silence import heard_again, longest_silence
from bench.faults.sounds import seconds
from bench.faults.world import PIN, World, staff
from switch.leg import Leg
from switch.media.audio import write_wav

BETWEEN = 1.0  # seconds between waves
BREAKS = 3 * SECOND  # frames after a fault in which a stream that breaks is taken to break by it
OVER = 20.0  # seconds beyond a caller's patience
SILENT = 5.0  # seconds: calls with a longer silence are kept


async def play(world: World, wave: Wave, seed: int, kept: Path) -> list[Result]:
    """The calls of one wave; the sound of what is lost, or said twice, is `kept`."""
    staff(world.switch, cycle([call.picks_up for call in wave.calls]))
    await world.whole()
    callers = [Caller(call.goal, PIN, world.known, world.wish) for call in wave.calls]
    calls = [asyncio.create_task(_call(world, caller, wave, n)) for n, caller in enumerate(callers)]
    fault = asyncio.create_task(_fault(world, wave, callers))
    legs = await asyncio.gather(*calls)
    await fault
    await asyncio.sleep(BETWEEN)
    return [
        judge(wave, seed, call, caller, leg, kept) for call, caller, leg in zip(wave.calls, callers, legs, strict=True)
    ]


async def _fault(world: World, wave: Wave, callers: Sequence[Caller]) -> None:
    await asyncio.sleep(wave.moment)
    for caller in callers:
        caller.fault = caller.hearing.now
    await FAULTS[wave.kind](world)


async def _call(world: World, caller: Caller, wave: Wave, place: int) -> Leg:
    await asyncio.sleep(wave.calls[place].start)
    leg = await world.switch.place(caller, world.customer(len(wave.calls) * wave.number + place))
    world.broken[leg.sid] = caller.stream_broke
    try:
        async with asyncio.timeout(PATIENCE / SECOND + OVER):
            await leg.over.wait()
    except TimeoutError:  # never answered
        caller.leave()
    return leg


def judge(wave: Wave, seed: int, call: PlannedCall, caller: Caller, leg: Leg, kept: Path) -> Result:
    """What became of a call, and how it sounded from the fault on."""
    hearing = caller.hearing
    fault = hearing.now if caller.fault is None else caller.fault
    twice = repeated(caller)
    broken = next((at for at in caller.breaks if fault <= at <= fault + BREAKS), None)
    result = Result(
        call=leg.sid, seed=seed, wave=wave.number, kind=wave.kind, store=wave.store, goal=call.goal,
        outcome=outcome(caller, fault), twice=twice, silence=longest_silence(hearing.loud, fault),
        again=None if broken is None else heard_again(hearing.loud, fault, broken), moment=seconds(fault),
        during=next((one.name for one in hearing.passages if one.start <= fault <= one.end), ""), told=story(caller),
    )  # fmt: skip
    if result.outcome == "right" and not twice and result.silence <= SILENT:
        return result
    path = kept / f"{seed}-{wave.number}-{leg.sid}.wav"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(write_wav([b"".join(hearing.frames)]))
    return replace(result, file=str(path))


def repeated(caller: Caller) -> tuple[str, ...]:
    """What was said to them again without a reason."""
    return tuple(said_twice(caller.hearing.passages, [at for at, _ in caller.acts], QUESTION_OF, BALANCE))


def outcome(caller: Caller, fault: int) -> Outcome:
    """What a caller got whom the fault met in frame `fault`."""
    if caller.hearing.now <= fault and caller.hearing.now > 0 and caller.right:
        return "spared"
    if caller.right:
        return "right"
    if caller.with_a_person:
        return "person"
    return "message" if caller.left_message else "lost"


def story(caller: Caller) -> str:
    """What they heard and did, in order: seconds and names."""
    heard = [(one.start, one.name if one.whole else f"{one.name} ...") for one in caller.hearing.passages]
    done = [(at, f"[{act}]") for at, act in caller.acts]
    fault = [] if caller.fault is None else [(caller.fault, "[FAULT]")]
    broken = [(at, "[stream broke]") for at in caller.breaks]
    parts, last = list[str](), ""
    for at, what in sorted([*heard, *done, *fault, *broken]):
        if what != last:
            parts.append(f"{seconds(at):.1f} {what}")
        last = what
    return "; ".join([*parts, f"{seconds(caller.hearing.now):.1f} {caller.status}"])

"""A rolling restart under live calls: every media, web and worker process is replaced, one after the other."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle

from bench.faults.callers import SECOND, Caller
from bench.faults.hosts import PARTS
from bench.faults.kinds import Goal
from bench.faults.silence import longest_silence
from bench.faults.waves import repeated, story
from bench.faults.world import PIN, World, staff
from bench.tools.line import Tell
from switch.leg import Leg

GOALS: tuple[Goal, ...] = ("balance", "spoken", "balance", "talk")
APART = 1.5  # seconds between the first words of two callers
UNDER_WAY = 12.0  # seconds until the last of them talks
GOODBYE = 45.0  # seconds in which those who may go are done


@dataclass(frozen=True, slots=True)
class Stayed:
    """One call that lasted as long as everything was replaced. `silence` in seconds."""

    goal: Goal
    dropped: bool
    unanswered: int
    twice: tuple[str, ...]
    broken: int
    silence: float
    told: str

    @property
    def right(self) -> bool:
        return not (self.dropped or self.unanswered or self.twice)


async def roll(world: World, many: int, tell: Tell) -> list[Stayed]:
    """`many` calls at once, and meanwhile one process after the other; each waits until all is whole again."""
    staff(world.switch, cycle([2.0]))
    callers = [
        Caller(goal, PIN, world.known, world.wish, stays=True)
        for goal, _ in zip(cycle(GOALS), range(many), strict=False)
    ]
    legs = []
    for number, caller in enumerate(callers):
        legs.append(await world.switch.place(caller, world.customer(number)))
        world.broken[legs[-1].sid] = caller.stream_broke
        await asyncio.sleep(APART)
    await asyncio.sleep(UNDER_WAY)
    for part in PARTS:
        for host in world.hosts:
            await host.processes[part].replace()
            await asyncio.sleep(1.0)
            await world.whole()
            await world.staffed()
            tell(f"The {part} process of host {host.name} is another; {sum(one.live for one in callers)} calls go on.")
    dropped = [not caller.live for caller in callers]
    await _goodbye(callers, legs)
    return [_stayed(caller, lost) for caller, lost in zip(callers, dropped, strict=True)]


async def _goodbye(callers: Sequence[Caller], legs: Sequence[Leg]) -> None:
    for caller in callers:
        caller.may_go()
    try:
        async with asyncio.timeout(GOODBYE):
            await asyncio.gather(*(leg.over.wait() for leg in legs))
    except TimeoutError:
        for caller in callers:
            caller.leave()


def _stayed(caller: Caller, dropped: bool) -> Stayed:
    unanswered = 0 if caller.goal == "talk" else max(0, caller.unanswered)
    return Stayed(
        caller.goal, dropped, unanswered, repeated(caller), len(caller.breaks),
        longest_silence(caller.hearing.loud, 10 * SECOND), story(caller),
    )  # fmt: skip


def figures(calls: Sequence[Stayed]) -> dict[str, float]:
    """What may be lost in a restart, counted over all calls."""
    return {
        "calls": len(calls), "right": sum(one.right for one in calls), "dropped": sum(one.dropped for one in calls),
        "words_lost": sum(one.unanswered for one in calls), "asked_twice": sum(len(one.twice) for one in calls),
        "streams_broken": sum(one.broken for one in calls),
        "silence_max_s": max((one.silence for one in calls), default=0.0),
    }  # fmt: skip

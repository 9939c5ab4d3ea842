"""Two hosts of each kind behind HAProxy: one of each kind is lost under load, and which calls are lost with it.

    sudo warmline bench cluster [--calls N] [--seed S]

The hosts are network namespaces of this machine (root, and Debian's haproxy), with deploy/haproxy/haproxy.cfg before
them, one Redis and one PostgreSQL. Callers come one after another and ask by keys for their balance or for a person.
After a quarter of them web1 is gone without a word, after a half media1, after three quarters worker1; none comes back.
"""

import asyncio
import random
from collections.abc import Sequence
from itertools import cycle
from typing import Any

from bench.cluster.proxy import Webhook
from bench.cluster.world import Cluster, Work, running_cluster
from bench.faults.callers import PATIENCE, SECOND, Caller
from bench.faults.kinds import Goal
from bench.faults.silence import heard_again, longest_silence
from bench.faults.waves import outcome, story
from bench.faults.world import PIN, staff
from bench.tools.callers import percentile
from bench.tools.line import Tell
from bench.tools.machine import machine
from ivr.settings import Settings
from switch.trace import TraceRow

GOALS: tuple[Goal, ...] = ("balance", "person", "balance", "talk")
LOST = {"web1": 0.25, "media1": 0.5, "worker1": 0.75}  # after which share of the callers have come
SHOWN = 15  # of the webhooks that failed or were slowest
BETWEEN = (3.0, 5.0)  # seconds between two callers
IDLE = 10.0  # seconds in which the stores are watched before the first caller
OVER = 20.0  # seconds beyond a caller's patience


def run(settings: Settings, *, many: int = 60, seed: int = 1, tell: Tell = print) -> dict[str, Any]:
    """{bench, machine, figures, calls: stories of those that were lost}.

    Raises NoNamespacesError, MissingModelError, TimeoutError where the processes do not start.
    """
    callers, webhooks, stores = asyncio.run(_play(settings, many, random.Random(seed), tell))
    found = [(caller, outcome(caller, _fault(caller))) for caller in callers]
    for caller, what in found:
        if what in ("lost", "message"):
            tell(f"{what} {caller.goal}: {story(caller)}")
    for one in sorted(webhooks, key=lambda one: (-(one.status // 100), -one.ms))[:SHOWN]:
        tell(f"{one.status} after {one.ms:g} ms: {one.path}")
    result = {"bench": "cluster", "machine": machine(), "figures": figures(found, webhooks) | stores}
    return result | {"calls": [story(caller) for caller, what in found if what == "lost"]}


def store_figures(idle: tuple[Work, Work], busy: tuple[Work, Work], calls: int) -> dict[str, float]:
    """What the stores do for a call, beside what they do for nobody in the same time."""
    told: dict[str, float] = {}
    for name in ("commits", "rows", "commands"):
        alone = (getattr(idle[1], name) - getattr(idle[0], name)) / (idle[1].at - idle[0].at)
        whole = getattr(busy[1], name) - getattr(busy[0], name)
        told[f"{name} a second, idle"] = round(alone, 1)
        told[f"{name} a call"] = round((whole - alone * (busy[1].at - busy[0].at)) / calls, 1)
    return told


def figures(found: Sequence[tuple[Caller, str]], webhooks: Sequence[Webhook]) -> dict[str, float]:
    """Calls by what became of them, silences in seconds, and how webhooks were answered."""
    calls: dict[str, float] = {"calls": len(found)}
    calls |= {what: sum(one == what for _, one in found) for what in ("right", "person", "message", "lost", "spared")}
    met = [caller for caller, _ in found if caller.fault is not None]
    calls["met by a loss"] = len(met)
    broken = [(caller, at) for caller in met for at in caller.breaks[:1] if at >= _fault(caller)]
    waits = [heard_again(caller.hearing.loud, _fault(caller), at) for caller, at in broken]
    again = [wait for wait in waits if wait is not None]
    silent = [longest_silence(caller.hearing.loud, _fault(caller)) for caller in met]
    for name, values in (("silence", silent), ("heard again", again)):
        calls |= {f"{name} p95 s": percentile(values, 0.95), f"{name} max s": max(values)} if values else {}
    ms = [one.ms for one in webhooks]
    calls["webhooks"] = len(ms)
    calls["webhooks failed"] = sum(one.status >= 500 for one in webhooks)
    return calls | ({f"webhooks p{share} ms": percentile(ms, share / 100) for share in (50, 95, 99)} if ms else {})


async def _play(
    settings: Settings, many: int, chance: random.Random, tell: Tell
) -> tuple[list[Caller], list[Webhook], dict[str, float]]:
    async with running_cluster(settings, tell) as cluster:
        before = cluster.work()
        await asyncio.sleep(IDLE)
        begun = cluster.work()
        staff(cluster.switch, cycle([1.0, 2.0, 3.0]))
        callers = [Caller(GOALS[number % len(GOALS)], PIN, cluster.known) for number in range(many)]
        broken = _watch(cluster)
        due = {round(share * many): name for name, share in LOST.items()}
        calls = []
        for number, caller in enumerate(callers):
            if name := due.get(number):
                _lose(cluster, name, callers, tell)
            calls.append(asyncio.create_task(_call(cluster, caller, number, broken)))
            await asyncio.sleep(chance.uniform(*BETWEEN))
        for done, call in enumerate(asyncio.as_completed(calls), 1):
            await call
            if done % 10 == 0:
                tell(f"{done} of {many} calls are over")
        return callers, cluster.webhooks(), store_figures((before, begun), (begun, cluster.work()), many)


def _watch(cluster: Cluster) -> dict[str, Caller]:
    """Who is told that their stream has broken: callers by the call's sid."""
    told: dict[str, Caller] = {}

    def note(row: TraceRow) -> None:
        if row.kind == "stream" and row.data["event"] == "stream-error" and row.data["call"] in told:
            told[row.data["call"]].stream_broke()

    cluster.switch.add_observer(note)
    return told


def _lose(cluster: Cluster, name: str, callers: Sequence[Caller], tell: Tell) -> None:
    there = [caller for caller in callers if caller.live]
    for caller in there:
        if caller.fault is None:
            caller.fault = caller.hearing.now
    cluster.hosts[name].vanish()
    tell(f"{name} is gone, with {len(there)} callers on the line")


async def _call(cluster: Cluster, caller: Caller, number: int, broken: dict[str, Caller]) -> None:
    leg = await cluster.switch.place(caller, cluster.customer(number))
    broken[leg.sid] = caller
    try:
        async with asyncio.timeout(PATIENCE / SECOND + OVER):
            await leg.over.wait()
    except TimeoutError:  # never answered
        caller.leave()


def _fault(caller: Caller) -> int:
    return caller.hearing.now if caller.fault is None else caller.fault

"""Faults in mid-call with real processes: what callers hear, who is lost, how long it is silent. Worst kind first.

    warmline bench faults [--calls N] [--seed S] [--kinds KIND,KIND] [--append FILE]
    warmline bench faults --rolling [--calls N]

Two hosts of web, media and worker stand behind a front, over SQLite and then over PostgreSQL. Callers ask for their
balance by keys or in words, want a person, or talk with one; a fault drawn by the seed comes in mid-call. Silence is
measured on what each caller heard. `--append` adds the calls up in a file of JSON lines, and reports all of them.
With `--rolling` N calls go on at once while every process is replaced, one after the other.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

from bench.faults import rolling as rolling_restart
from bench.faults.kinds import Wave, plan
from bench.faults.report import Result, as_json, figures, from_json, lines, table
from bench.faults.waves import play
from bench.faults.world import running_world
from bench.tools.line import Tell
from bench.tools.machine import machine
from ivr.settings import Settings


def run(
    settings: Settings, *, many: int = 60, seed: int = 1, kinds: Sequence[str] = (), append: Path | None = None,
    rolling: bool = False, tell: Tell = print,
) -> dict[str, Any]:  # fmt: skip
    """{bench, machine, seed, figures, columns and rows of the table, lost: calls}.

    Raises UnknownKindError, MissingModelError, TimeoutError where the processes do not start.
    """
    if rolling:
        return {"bench": "faults", "machine": machine(), "figures": asyncio.run(_rolled(settings, many, tell))}
    waves, results = plan(many, seed, kinds), _read(append)
    asyncio.run(_collect(settings, waves, seed, results, append, tell))
    rows = table(results)
    for line in lines(rows):
        tell(line)
    bad = [one for one in results if one.outcome in ("lost", "message") or one.twice]
    for one in bad:
        tell(f"{one.outcome} {one.kind} {one.store} {one.goal} {one.file}\n  {one.told}")
    return {
        "bench": "faults", "machine": machine(), "seed": seed, "figures": figures(results), "table": rows,
        "calls": [as_json(one) for one in bad],
    }  # fmt: skip


async def _rolled(settings: Settings, many: int, tell: Tell) -> dict[str, float]:
    async with running_world(settings, "postgres", tell) as world:
        calls = await rolling_restart.roll(world, many, tell)
    for one in calls:
        if not one.right:
            tell(f"{one.goal}: dropped {one.dropped}, unanswered {one.unanswered}, twice {one.twice}\n  {one.told}")
    return rolling_restart.figures(calls)


async def _collect(
    settings: Settings, waves: Sequence[Wave], seed: int, results: list[Result], append: Path | None, tell: Tell
) -> None:
    done = 0
    async for wave, some in _played(settings, waves, seed, tell):
        results += some
        done += len(some)
        if append is not None:
            with append.open("a") as file:
                file.writelines(json.dumps(as_json(one)) + "\n" for one in some)
        said = ", ".join(f"{one.goal} {one.outcome}{' TWICE' * bool(one.twice)} {one.silence:g} s" for one in some)
        tell(f"{done} calls; {wave.kind} over {wave.store}: {said}")


async def _played(
    settings: Settings, waves: Sequence[Wave], seed: int, tell: Tell
) -> AsyncIterator[tuple[Wave, list[Result]]]:
    kept = settings.data_dir.absolute() / "bench" / "faults"
    for store in dict.fromkeys(wave.store for wave in waves):
        async with running_world(settings, store, tell) as world:
            for wave in (wave for wave in waves if wave.store == store):
                yield wave, await play(world, wave, seed, kept)


def _read(file: Path | None) -> list[Result]:
    if file is None or not file.exists():
        return []
    return [from_json(json.loads(line)) for line in file.read_text().splitlines()]

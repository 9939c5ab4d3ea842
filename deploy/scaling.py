#!/usr/bin/env python3
"""How many hosts so many simultaneous calls need, and what gives way first: the arithmetic of docs/scaling.md.

    python3 deploy/scaling.py 1000 [--calls-per-core 15] [--webhook-ms 25] ...

Every figure may be replaced by your own; `--help` says where each comes from.
"""

import argparse
import math
from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Figures:
    """What one call asks for, and what one machine gives. Each with its source."""

    call_seconds: float = 180.0  # assumed: the mean length of a call with the bot
    calls_per_core: float = 15.0  # measured: docs/performance.md, "How many callers at once"
    media_mb: float = 900.0  # measured: memory of a media process, docs/performance.md
    media_cores: float = 4.0  # chosen: cores of one media process
    webhooks: float = 18.0  # measured: a call of the cluster bench, hand-offs among them
    webhook_ms: float = 10.0  # measured: processor time of a web process for one webhook
    commits: float = 130.0  # measured: PostgreSQL's commits for a call
    rows: float = 120.0  # measured: rows that it writes for a call
    commands: float = 530.0  # measured: Redis' commands for a call
    recording_share: float = 1.0  # assumed: share of calls that are recorded and written down
    record_cost: float = 0.16  # computed: seconds of a core for each second of a recording, docs/scaling.md
    peak: float = 1.3  # assumed: room above the mean, and for the loss of a host
    host_cores: float = 16.0  # assumed: cores of a machine
    host_price: float = 0.55  # assumed: what such a machine costs an hour
    commits_limit: float = 8000.0  # assumed: commits a second of one PostgreSQL on good disks
    commands_limit: float = 80_000.0  # assumed: commands a second of one Redis


@dataclass(frozen=True)
class Need:
    """For so many simultaneous calls: a second, and in cores."""

    calls: int
    begun: float
    media_cores: float
    media_processes: int
    media_gb: float
    web_cores: float
    worker_cores: float
    hosts: int
    price: float
    commits: float
    rows: float
    commands: float
    databases: float
    redises: float


def need(calls: int, f: Figures) -> Need:
    """Plain multiplication: nothing here knows of bursts but `peak`."""
    begun = calls / f.call_seconds
    media = calls / f.calls_per_core * f.peak
    web = begun * f.webhooks * f.webhook_ms / 1000 * f.peak
    worker = calls * f.recording_share * f.record_cost
    processes = math.ceil(media / f.media_cores)
    hosts = max(2, math.ceil((media + web + worker) / f.host_cores))
    return Need(
        calls, begun, media, processes, processes * f.media_mb / 1000, web, worker, hosts,
        hosts * f.host_price * 24 * 30, begun * f.commits, begun * f.rows, begun * f.commands,
        begun * f.commits / f.commits_limit, begun * f.commands / f.commands_limit,
    )  # fmt: skip


ROWS = (
    ("calls begun a second", "begun", "{:,.1f}"),
    ("cores that hear and speak (media)", "media_cores", "{:,.0f}"),
    ("media processes", "media_processes", "{:,}"),
    ("their memory, GB", "media_gb", "{:,.0f}"),
    ("cores for webhooks (web)", "web_cores", "{:,.1f}"),
    ("cores that write recordings down (worker)", "worker_cores", "{:,.0f}"),
    ("machines", "hosts", "{:,}"),
    ("a month", "price", "{:,.0f}"),
    ("commits a second", "commits", "{:,.0f}"),
    ("rows written a second", "rows", "{:,.0f}"),
    ("share of one PostgreSQL", "databases", "{:.0%}"),
    ("Redis commands a second", "commands", "{:,.0f}"),
    ("share of one Redis", "redises", "{:.1%}"),
)


def table(needs: list[Need]) -> str:
    """Markdown, a column for each number of calls."""
    lines = ["| | " + " | ".join(f"{one.calls:,} calls" for one in needs) + " |", "| --- |" + " --- |" * len(needs)]
    for name, field, form in ROWS:
        lines.append(f"| {name} | " + " | ".join(form.format(getattr(one, field)) for one in needs) + " |")
    return "\n".join(lines)


def main() -> None:
    """Prints the table for the calls that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("calls", type=int, nargs="+", help="simultaneous calls with the bot")
    for field in fields(Figures):
        name = "--" + field.name.replace("_", "-")
        parser.add_argument(name, type=float, default=field.default, help=f"default {field.default}")
    given = vars(parser.parse_args())
    calls = given.pop("calls")
    print(table([need(many, Figures(**given)) for many in calls]))


if __name__ == "__main__":
    main()

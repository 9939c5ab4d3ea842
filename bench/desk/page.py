"""The page and the plot of a day at the desk."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

WIDTH, HEIGHT, LEFT, GAP = 720, 420, 110, 24
SAID = {
    "callers": "callers who asked for a person",
    "served": "spoke with one",
    "callback_booked": "took a call-back",
    "message_taken": "left a message",
    "caller_left": "hung up",
    "without_an_end": "ended in none of these",
    "told_nobody_free": "were told that nobody is free",
    "told_while_somebody_free": "of them, while an agent was available who may take them",
    "wait_p50_s": "median wait for a person, s",
    "wait_p90_s": "nine in ten waited at most, s",
    "wait_longest_s": "longest wait of one who was served, s",
    "service_level_20s": "share who spoke with a person within 20 s",
    "callbacks": "call-backs promised",
    "callbacks_reached": "reached",
    "callbacks_missed": "missed in all three tries",
    "callbacks_still_owed": "still owed at the day's end",
    "callbacks_kept": "share of promises that were tried",
    "spread_among_equals": "spread of load among equals (largest share of working time less the smallest)",
}

PLAYED = """\
Written by `warmline bench desk`. The queue, the routing, the offers, the call-backs and the wrap-up timers are the real
ones, over a real database; people, telephones and the clock are played: 200 callers in ten hours with two rushes, talks
of seven minutes in the median, 12 agents in three shifts with three breaks each, two of them specialists and one who
speaks Spanish. An offer is accepted in 93 of 100 cases, declined in 4 and not heard in 3; a caller's patience is 20
minutes in the mean; from the third news on, one in five presses 0 each time; 85 of 100 who are called back pick up."""
EQUALS = """\
Equals are agents of one shift with the same skills and languages. Their shares differ by the luck of long and short
talks; the longest idle is asked first. Nobody is ranked by speed."""


def page(result: Mapping[str, Any]) -> str:
    """Markdown: what was played, the figures, each agent's day."""
    worst = result["worst"]
    figures = [f"| {SAID[name]} | {value:g} | {worst[name]:g} |" for name, value in result["figures"].items()]
    columns = list(result["table"][0])
    agents = ["| " + " | ".join(str(row[column]) for column in columns) + " |" for row in result["table"]]
    return "\n".join(
        [
            "# A day at the desk",
            "",
            PLAYED,
            "",
            f"| figure | median of {result['days']} days | worst day |",
            "| --- | --- | --- |",
            *figures,
            "",
            "![load of each agent, and the length of the queue](desk.svg)",
            "",
            "The first day, agent by agent:",
            "",
            "| " + " | ".join(column.replace("_", " ") for column in columns) + " |",
            "| " + " | ".join("---" for _ in columns) + " |",
            *agents,
            "",
            EQUALS,
            "",
        ]
    )


def plot(shares: Mapping[str, float], queue: Sequence[tuple[datetime, int]], opens: datetime) -> str:
    """SVG: a bar for each agent's share of working time, and below it the number of those who wait over the day."""
    bars = "".join(_bar(number, name, share) for number, (name, share) in enumerate(shares.items()))
    top = 40 + len(shares) * 17 + GAP
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" font-family="sans-serif" '
        'font-size="11" fill="#444"><title>Load of each agent and length of the queue</title>'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'
        f'<text x="{LEFT}" y="20">share of working time in talk and wrap-up</text>{bars}'
        f'<text x="{LEFT}" y="{top}">callers waiting, over the day</text>{_line(queue, opens, top + 10)}</svg>\n'
    )


def _bar(number: int, name: str, share: float) -> str:
    y, length = 30 + number * 17, share * (WIDTH - LEFT - 60)
    return (
        f'<text x="{LEFT - 8}" y="{y + 10}" text-anchor="end">{name}</text>'
        f'<rect x="{LEFT}" y="{y}" width="{length:.1f}" height="12" fill="#2f6f62"/>'
        f'<text x="{LEFT + length + 6:.1f}" y="{y + 10}">{share:.0%}</text>'
    )


def _line(queue: Sequence[tuple[datetime, int]], opens: datetime, top: int) -> str:
    bottom, most = HEIGHT - 24, max((waiting for _, waiting in queue), default=0) or 1
    span = max((queue[-1][0] - opens).total_seconds(), 1.0)
    width = WIDTH - LEFT - 40

    def x(at: datetime) -> float:
        return LEFT + (at - opens).total_seconds() / span * width

    points = " ".join(f"{x(at):.1f},{bottom - waiting / most * (bottom - top):.1f}" for at, waiting in queue)
    hours = "".join(
        f'<text x="{x(at):.1f}" y="{HEIGHT - 8}" text-anchor="middle">{at:%H}</text>'
        for at, _ in queue
        if at.minute == 0
    )
    return (
        f'<line x1="{LEFT}" y1="{bottom}" x2="{LEFT + width}" y2="{bottom}" stroke="#999"/>'
        f'<polyline points="{points}" fill="none" stroke="#b4552d" stroke-width="1.5"/>'
        f'<text x="{LEFT - 8}" y="{top + 8}" text-anchor="end">{most}</text>{hours}'
    )

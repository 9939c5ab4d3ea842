"""A month of finished calls as facts, for the figures of quality."""

from datetime import timedelta
from typing import Any

from ivr.quality.places import place_of
from ivr.store.models import Call, CallAgent, CallFacts, CallFlag
from tests.harness.web_pages import Web

PLAIN: dict[str, Any] = {
    "seconds": 120.0, "outcome": "resolved", "language": "en", "intent": "balance", "verified": True,
    "resolved_by": "bot", "misheard": 0, "longest_silence": 0.0, "talk_over": 0.0, "interruptions": 0,
    "bot_failures": 0, "promises": 0, "promises_kept": 0,
}  # fmt: skip


def fact(
    web: Web, number: int, days: float, flags: tuple[str, ...] = (), agents: tuple[int, ...] = (), **more: Any
) -> None:
    """A finished call some days ago."""
    at = web.clock.now() - timedelta(days=days)
    sid, place = f"CA{number:032}", place_of(at)
    with web.sessions.begin() as tx:
        tx.add(Call(sid=sid, caller="+15550100001", called="+1", started_at=at, ended_at=at, outcome="resolved"))
        tx.flush()
        tx.add(CallFacts(call_sid=sid, place=place, started_at=at, **{**PLAIN, **more}))
        tx.flush()
        tx.add_all(CallFlag(call_sid=sid, flag=flag, place=place) for flag in flags)
        tx.add_all(CallAgent(call_sid=sid, agent_id=agent, place=place) for agent in agents)


def a_month(web: Web) -> None:
    """Twelve calls of the last days, four about a dispute, and one from the month before."""
    for number in range(8):
        fact(
            web,
            number,
            number + 1,
            rating=5 if number % 2 else None,
            misheard=number % 3,
            words_compared=20,
            words_misheard=number % 3,
        )
    unclear: dict[str, Any] = {"handoff_reason": "unclear", "wait_s": 31.0, "agent_s": 60.0, "resolved_by": "person"}
    for number in range(8, 12):
        fact(web, number, number - 0.5, intent="dispute", flags=("repeat",), rating=1, **unclear)
    fact(web, 12, 40)

"""How a call came out, once it is over."""

from typing import Any

from ivr.store.models import Call, Handoff

_BY_HANDOFF = {
    "served": "handed-off",
    "bridged": "handed-off",
    "parting": "handed-off",
    "message-taken": "message",
    "message": "message",
}
_NEVER_TALKED = {"failed", "busy", "no-answer"}
_ANSWERS = frozenset(
    {
        "balance.tell",
        "due.tell",
        "due.none",
        "transactions.tell",
        "transactions.none",
        "payment.nothing",
        "payment.done",
        "payment.scheduled",
        "payment.taken",
    }
)
_UNFINISHED = frozenset({"verify", "payment"})


def outcome(call: Call, handoff: Handoff | None, status: str) -> str:
    """resolved, handed-off, message, abandoned or failed; `status` is the carrier's last word on the call."""
    if handoff is not None:
        return _BY_HANDOFF.get(handoff.state, "abandoned")
    if status in _NEVER_TALKED:
        return "failed"
    return "resolved" if call.dialogue and _was_served(call.dialogue) else "abandoned"


def _was_served(dialogue: dict[str, Any]) -> bool:
    """He was told, or paid, what he called for, and was not in the midst of something else."""
    achieved = "paid" in dialogue["noted"] or not _ANSWERS.isdisjoint(dialogue["uses"])
    task = dialogue["tasks"][-1]
    left = task["flow"] in _UNFINISHED and "paid" not in task["slots"] and "payment.nothing" not in dialogue["uses"]
    return achieved and not left

"""How a call came out, once it is over."""

from ivr.dialogue import machine
from ivr.store.models import Call, Handoff

_BY_HANDOFF = {
    "served": "handed-off",
    "bridged": "handed-off",
    "parting": "handed-off",
    "message-taken": "message",
    "message": "message",
}
_NEVER_TALKED = {"failed", "busy", "no-answer"}


def outcome(call: Call, handoff: Handoff | None, status: str) -> str:
    """resolved, handed-off, message, abandoned or failed; `status` is the carrier's last word on the call."""
    if handoff is not None:
        return _BY_HANDOFF.get(handoff.state, "abandoned")
    if status in _NEVER_TALKED:
        return "failed"
    return "resolved" if machine.resolved(machine.restore(call.dialogue)) else "abandoned"

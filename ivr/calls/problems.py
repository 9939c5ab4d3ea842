"""What went wrong in a call, as `Call.problems` keeps it: {"what", and "at" or more}, in the order it happened."""

from datetime import datetime

from ivr.store.models import Call


def note(call: Call, what: str, at: datetime | None = None, **more: str) -> None:
    """Adds a problem; `at` where it counts when it happened."""
    when = {"at": at.isoformat()} if at is not None else {}
    call.problems = [*call.problems, {"what": what, **when, **more}]


def kinds(call: Call) -> list[str]:
    """Of each problem what it was, oldest first."""
    return [str(problem["what"]) for problem in call.problems]


def times(call: Call, what: str) -> list[datetime]:
    """When `what`, which is noted with its time, happened."""
    return [datetime.fromisoformat(problem["at"]) for problem in call.problems if problem["what"] == what]

"""How long calls are remembered, by what they were: `all=90, outcome:message=30, flag:upset=730`."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, or_
from sqlalchemy.sql import true

from ivr.store.models import Call, CallFlag, CallIntent

OUTCOMES = ("resolved", "handed-off", "callback", "message", "abandoned", "failed")
KINDS = ("outcome", "intent", "flag")


@dataclass(frozen=True, slots=True)
class Policy:
    """Days by name. The longest of the rules that name a call counts, and `all` only where none does.

    A call that no rule is about is kept."""

    days: dict[str, int]

    @classmethod
    def parse(cls, text: str) -> "Policy":
        """Raises ValueError that names the rule."""
        return cls(dict(_rule(part.strip()) for part in text.split(",") if part.strip()))

    def due(self, now: datetime) -> tuple[ColumnElement[bool], ...]:
        """Conditions on `Call`: whatever began so long ago that it is to be forgotten."""
        named = {name: days for name, days in self.days.items() if name != "all"}
        rules = [or_(~_meets(name), Call.started_at < now - timedelta(days=days)) for name, days in named.items()]
        other = and_(true(), *(~_meets(name) for name in named))
        if "all" in self.days:
            rules.append(or_(~other, Call.started_at < now - timedelta(days=self.days["all"])))
        else:
            rules.append(~other)
        return Call.started_at < now - timedelta(days=min(self.days.values())), *rules


def _rule(text: str) -> tuple[str, int]:
    name, _, days = (part.strip() for part in text.partition("="))
    kind, _, which = name.partition(":")
    known = name == "all" or (kind in KINDS and which and (kind != "outcome" or which in OUTCOMES))
    if not known or not days.isdecimal() or int(days) < 1:
        raise ValueError(
            f"{text!r} is no rule: write all=DAYS, flag:NAME=DAYS, intent:NAME=DAYS, or outcome:NAME=DAYS with one of "
            f"{', '.join(OUTCOMES)}"
        )
    return name, int(days)


def _meets(name: str) -> ColumnElement[bool]:
    kind, _, which = name.partition(":")
    if kind == "outcome":
        return Call.outcome.is_not_distinct_from(which)
    if kind == "intent":
        return exists().where(CallIntent.call_sid == Call.sid, CallIntent.intent == which)
    return exists().where(CallFlag.call_sid == Call.sid, CallFlag.flag == which)

"""The bot brake: callers with a braked intent go straight to a person, until a reviewer lets the bot have it again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from ivr.clock import Clock
from ivr.live_updates import LiveUpdates
from ivr.store.engine import Sessions
from ivr.store.models import Audit, Brake, CallFacts

BY_QUALITY = "quality"
RECENT = 500  # calls of the line, among which are
LAST = 20  # calls of an intent that are looked at
ENOUGH = 10  # fewer say nothing
POOR = 2  # stars
FLOOR = 0.4  # the share of calls that may go badly
NOT_UNDERSTOOD = ("unclear", "silent", "upset")  # why a person had to come: the bot did not understand


@dataclass(frozen=True, slots=True)
class Verdict:
    """`bad` is the share of bad ones among `calls`."""

    bad: float
    calls: int
    brake: bool


def gone_badly(handoff_reason: Any, rating: Any) -> ColumnElement[bool]:
    """Whether a call went badly, from these columns of its facts: the brake and the figures count the same calls."""
    misunderstood, poor = handoff_reason.in_(NOT_UNDERSTOOD), rating <= POOR
    return or_(func.coalesce(misunderstood, False), func.coalesce(poor, False))


def judge(badly: Sequence[bool], floor: float) -> Verdict:
    """Whether the last calls of an intent, newest last, went so badly that people should take them.

    `badly` says it of each. `floor` is the share of calls that may go badly (0..1); fewer than ten calls are no ground
    to judge.
    """
    last = badly[-LAST:]
    bad = sum(last) / len(last) if last else 0.0
    return Verdict(bad, len(last), len(last) >= ENOUGH and bad > floor)


class Brakes:
    """`floor`: the share of an intent's last calls that may go badly before the brake comes on by itself."""

    def __init__(self, sessions: Sessions, clock: Clock, live: LiveUpdates, floor: float = FLOOR) -> None:
        self._sessions, self._clock, self._live, self._floor = sessions, clock, live, floor

    def braked(self, intent: str) -> bool:
        with self._sessions() as tx:
            return tx.get(Brake, intent) is not None

    def standing(self) -> list[Brake]:
        with self._sessions() as tx:
            return standing(tx)

    def put_on(self, intent: str, by: str, why: str) -> None:
        """Harmless when it stands; `by` is an e-mail address, `why` is shown on the board."""
        with self._sessions.begin() as tx:
            if tx.get(Brake, intent) is not None:
                return
            now = self._clock.now()
            tx.add(Brake(intent=intent, by=by, why=why, since=now))
            _note(tx, by, "brake-on", intent, now, why)
        self._live.publish("desk", "brake", intent)

    def clear(self, intent: str, by: str) -> bool:
        """Let the bot have it again; False when no brake stood. What went badly before counts no more."""
        with self._sessions.begin() as tx:
            brake = tx.get(Brake, intent)
            if brake is None:
                return False
            tx.delete(brake)
            _note(tx, by, "brake-off", intent, self._clock.now(), "")
        self._live.publish("desk", "brake", intent)
        return True

    def watch(self) -> list[str]:
        """Put the brake on wherever the bot's last calls are too bad; the intents that got one now."""
        with self._sessions() as tx:
            judged = verdicts(tx, self._floor)
            stand = {brake.intent for brake in standing(tx)}
        poor = [intent for intent, verdict in judged.items() if verdict.brake and intent not in stand]
        for intent in poor:
            share = judged[intent]
            self.put_on(intent, BY_QUALITY, f"{share.bad:.0%} of the last {share.calls} calls went badly")
        return poor


def verdicts(tx: Session, floor: float) -> dict[str, Verdict]:
    """What is to be said of each intent's last calls just now."""
    return {intent: judge(badly, floor) for intent, badly in _recent_calls(tx).items()}


def standing(tx: Session) -> list[Brake]:
    """The brakes that are on, the oldest first."""
    return list(tx.scalars(select(Brake).order_by(Brake.since)))


def _recent_calls(tx: Session) -> dict[str, list[bool]]:
    """By intent, whether the latest calls about it went badly, since its brake was last let go; newest last."""
    badly = gone_badly(CallFacts.handoff_reason, CallFacts.rating)
    latest = select(CallFacts.intent, CallFacts.started_at, badly).order_by(CallFacts.place.desc()).limit(RECENT)
    by_intent: dict[str, list[tuple[datetime, bool]]] = {}
    for intent, at, bad in reversed(tx.execute(latest).all()):
        if intent is not None:
            by_intent.setdefault(intent, []).append((at, bool(bad)))
    return {
        intent: [bad for at, bad in calls if at >= since]
        for intent, calls in by_intent.items()
        for since in [_let_go(tx, intent)]
    }


def _let_go(tx: Session, intent: str) -> datetime:
    off = select(Audit.at).where(Audit.action == "brake-off", Audit.subject == f"intent:{intent}")
    return tx.scalar(off.order_by(Audit.at.desc()).limit(1)) or datetime.min.replace(tzinfo=UTC)


def _note(tx: Session, by: str, action: str, intent: str, now: datetime, why: str) -> None:
    tx.add(Audit(at=now, actor=by, action=action, subject=f"intent:{intent}", detail={"why": why} if why else {}))

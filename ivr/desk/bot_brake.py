"""The bot brake: callers with a braked intent go straight to a person, until a reviewer lets the bot have it again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.clock import Clock
from ivr.live_updates import LiveUpdates
from ivr.store.engine import Sessions
from ivr.store.models import Audit, Brake, Call, Handoff, Turn

BY_QUALITY = "quality"
RECENT = 500  # calls of the line, among which are
LAST = 20  # calls of an intent that are looked at
ENOUGH = 10  # fewer say nothing
POOR = 2  # stars
NOT_UNDERSTOOD = ("unclear", "silent", "upset")  # why a person had to come: the bot did not understand


@dataclass(frozen=True, slots=True)
class BotCall:
    """How the bot did in one call."""

    misunderstood: bool
    rating: int | None = None

    @property
    def bad(self) -> bool:
        return self.misunderstood or (self.rating is not None and self.rating <= POOR)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`bad` is the share of bad ones among `calls`."""

    bad: float
    calls: int
    brake: bool


def judge(outcomes: Sequence[BotCall], floor: float) -> Verdict:
    """Whether the last calls of an intent, newest last, are so bad that people should take them.

    `floor` is the share of calls that may go badly (0..1); fewer than ten calls are no ground to judge.
    """
    last = outcomes[-LAST:]
    bad = sum(seen.bad for seen in last) / len(last) if last else 0.0
    return Verdict(bad, len(last), len(last) >= ENOUGH and bad > floor)


class Brakes:
    """`floor`: the share of an intent's last calls that may go badly before the brake comes on by itself."""

    def __init__(self, sessions: Sessions, clock: Clock, live: LiveUpdates, floor: float = 0.4) -> None:
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
            verdicts = {intent: judge(seen, self._floor) for intent, seen in _recent_calls(tx).items()}
            stand = {brake.intent for brake in standing(tx)}
        poor = [intent for intent, verdict in verdicts.items() if verdict.brake and intent not in stand]
        for intent in poor:
            share = verdicts[intent]
            self.put_on(intent, BY_QUALITY, f"{share.bad:.0%} of the last {share.calls} calls went badly")
        return poor


def standing(tx: Session) -> list[Brake]:
    """The brakes that are on, the oldest first."""
    return list(tx.scalars(select(Brake).order_by(Brake.since)))


def _recent_calls(tx: Session) -> dict[str, list[BotCall]]:
    """By intent, the latest calls in which a caller wanted it, since its brake was last let go; newest last."""
    ended = select(Call.sid, Call.started_at, Call.rating).where(Call.ended_at.is_not(None))
    calls = tx.execute(ended.order_by(Call.started_at.desc()).limit(RECENT)).all()
    sids = [call.sid for call in calls]
    wanted = select(Turn.call_sid, Turn.intent).where(
        Turn.call_sid.in_(sids), Turn.speaker == "caller", Turn.intent.is_not(None)
    )
    unheard = select(Handoff.call_sid, Handoff.intent).where(
        Handoff.call_sid.in_(sids), Handoff.kind == "call", Handoff.reason.in_(NOT_UNDERSTOOD)
    )
    misunderstood = set(tx.execute(unheard).tuples())
    by_intent: dict[str, set[str]] = {}
    for sid, intent in tx.execute(wanted.distinct()).tuples():
        by_intent.setdefault(intent or "", set()).add(sid)
    by_intent.pop("", None)
    return {
        intent: [
            BotCall((call.sid, intent) in misunderstood, call.rating)
            for call in reversed(calls)
            if call.sid in of_it and call.started_at >= since
        ]
        for intent, of_it in by_intent.items()
        for since in [_let_go(tx, intent)]
    }


def _let_go(tx: Session, intent: str) -> datetime:
    off = select(Audit.at).where(Audit.action == "brake-off", Audit.subject == f"intent:{intent}")
    return tx.scalar(off.order_by(Audit.at.desc()).limit(1)) or datetime.min.replace(tzinfo=UTC)


def _note(tx: Session, by: str, action: str, intent: str, now: datetime, why: str) -> None:
    tx.add(Audit(at=now, actor=by, action=action, subject=f"intent:{intent}", detail={"why": why} if why else {}))

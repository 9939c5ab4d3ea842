"""The kinds of promised work: the name of each in the outbox, where its job runs, and when it is given up.

A new background job is a line here and its function in `workers.jobs`. The names stand in the outbox table: they
never change.
"""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Plan:
    """How a topic's jobs run: at most `timeout` seconds; `lease` seconds after their worker died another goes on."""

    queue: str
    lease: float
    timeout: int


@dataclass(frozen=True, slots=True)
class Topic:
    """`give_up_after`: how long a job that fails is tried again; then it waits for an operator."""

    plan: Plan
    give_up_after: timedelta


QUICK = Plan("handoff", lease=8.0, timeout=6)  # briefs and timers: our own database, and nobody else's answer
OUTSIDE = Plan("outside", lease=10.0, timeout=60)  # carrier and ledger, who may be slow
HEAVY = Plan("heavy", lease=30.0, timeout=600)  # sound

_HOUR, _DAY, _WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
TOPICS: dict[str, Topic] = {}


def _topic(name: str, plan: Plan, give_up_after: timedelta) -> str:
    TOPICS[name] = Topic(plan, give_up_after)
    return name


def about(name: str) -> Topic:
    return TOPICS.get(name, Topic(QUICK, _DAY))


HANDOFF_REQUESTED = _topic("handoff.requested", QUICK, _HOUR)
HANDOFF_DEADLINE = _topic("handoff.deadline", QUICK, _HOUR)
HANDOFF_EXPIRE = _topic("handoff.expire", QUICK, _HOUR)
HANDOFF_ACT = _topic("handoff.act", OUTSIDE, _HOUR)
WRAP_UP_OVER = _topic("desk.wrap-up", QUICK, _HOUR)
CALLBACK_TRY = _topic("callback.try", QUICK, _DAY)
ACCOUNT_HOLDER = _topic("ledger.holder", OUTSIDE, _DAY)
TEXT_SEND = _topic("text.send", OUTSIDE, timedelta(hours=6))
CARD_OVER = _topic("card.over", OUTSIDE, _DAY)
CARD_BOOK = _topic("card.book", OUTSIDE, _WEEK)
RECORDING_RESUME = _topic("card.resume", OUTSIDE, _DAY)
PAYMENT_SETTLE = _topic("payment.settle", OUTSIDE, _WEEK)
PAYMENT_DUE = _topic("payment.due", QUICK, _WEEK)
RECORDING_FETCH = _topic("recording.fetch", HEAVY, _DAY)
RECORDING_TRANSCRIBE = _topic("recording.transcribe", HEAVY, _DAY)
RECORDING_REDACT = _topic("recording.redact", HEAVY, _DAY)
RECORDING_PROVE = _topic("recording.prove", HEAVY, _DAY)
RECORDING_KEYS = _topic("recording.keys", HEAVY, _WEEK)
RECORDING_STOP = _topic("recording.stop", OUTSIDE, _DAY)  # the caller will not be recorded
RECORDING_DELETE = _topic("recording.delete", OUTSIDE, _DAY)  # at the carrier, of a recording that we have
CALL_FACTS = _topic("call.facts", OUTSIDE, _DAY)  # our own database, but nobody waits for it
CALL_SCORE = _topic("call.score", OUTSIDE, _DAY)  # what facts answer on a scorecard
TURN_DELETE = _topic("recording.delete-turn", OUTSIDE, _DAY)  # at the carrier, of an answer to the bot: maybe a PIN

QUEUES = tuple(dict.fromkeys(topic.plan.queue for topic in TOPICS.values()))

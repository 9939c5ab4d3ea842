"""May this be called or texted, now, by whom, for what: the policy, the limits of a day, and what is written down."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from ivr.dialling.phone_numbers import country, keyed, mobile, source
from ivr.dialling.policy import DialPolicy, Why
from ivr.store.models import Audit, Dial

Purpose = Literal["call-back", "transfer", "agent", "text", "receipt", "code"]
CALLS, TEXTS = ("call-back", "transfer", "agent"), ("text", "receipt", "code")
UNDELIVERED = ("undelivered", "failed")
DELIVERY_KNOWN = ("delivered", "read", *UNDELIVERED)
DAY = timedelta(days=1)
KEPT = timedelta(days=7)  # longer than any limit looks back

REFUSALS: dict[Why, str] = {
    "hidden": "that is no telephone number, but what carriers send for a hidden one",
    "no-number": "that is not a telephone number in full; write it with + and the country, like +15550100001",
    "country": "the line does not call that country; WARMLINE_DIAL_COUNTRIES names those that it calls",
    "costly": "the line does not call numbers that cost extra",
    "barred": "the line is told never to call that number (WARMLINE_DIAL_NEVER)",
    "sip": "the line calls SIP addresses of the domains in WARMLINE_DIAL_ALSO alone",
}


class DialRefusedError(ValueError):
    """Why it is not called or texted: a sentence for the screen."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Calls, and as many texts, within a day: to one address, by one person, by the whole line."""

    per_number: int = 5
    per_person: int = 60
    per_day: int = 1000


class Dials:
    """Asked before every call and text to somebody outside."""

    def __init__(self, policy: DialPolicy, home: str, limits: Limits = Limits()) -> None:
        """`home`: ISO code of the country in which keyed numbers are dialled."""
        self.policy, self._home, self._limits = policy, home, limits

    def own(self, caller: str) -> str | None:
        """The caller's own address where the line may call it."""
        return None if self.policy.refuses(caller) else caller

    def keyed(self, digits: str) -> str | None:
        """The number in E.164 that was keyed; None: not one that the line calls."""
        number = keyed(digits, self._home)
        return None if number is None or self.policy.refuses(number) else number

    def check(self, address: str) -> None:
        """Raises DialRefusedError where the policy says no, whatever the limits."""
        if (why := self.policy.refuses(address)) is not None:
            raise DialRefusedError(REFUSALS[why])

    def permit(self, tx: Session, address: str, purpose: Purpose, by: str, call_sid: str | None, now: datetime) -> Dial:
        """Count one call or text to `address`, and note it in the audit. Raises DialRefusedError.

        `by`: "caller:<number>" (see `caller`), "agent:<id>", or "line".
        """
        self.check(address)
        self._within_limits(tx, address, purpose, by, now)
        dial = Dial(at=now, address=address, purpose=purpose, by=by, call_sid=call_sid)
        tx.add(dial)
        tx.execute(delete(Dial).where(Dial.at < now - KEPT))
        tx.add(_audit("dial", address, purpose, by, call_sid, now))
        tx.flush()
        return dial

    def note_refusal(
        self, tx: Session, address: str, purpose: Purpose, by: str, call_sid: str | None, now: datetime, why: str
    ) -> None:
        """For the audit; in a transaction of its own, since the refusal ended the one that asked."""
        tx.add(_audit("dial-refused", address, purpose, by, call_sid, now, why))

    def textable(self, number: str) -> bool:
        """Whether `number` can be sent a text, and the policy does not mind."""
        spelled = mobile(number)
        return spelled is not None and self.policy.refuses(spelled) is None

    def _within_limits(self, tx: Session, address: str, purpose: Purpose, by: str, now: datetime) -> None:
        kind = TEXTS if purpose in TEXTS else CALLS
        word = "texts" if kind is TEXTS else "calls"
        most = self._limits

        def today(*also: ColumnElement[bool]) -> int:
            recent = select(func.count(Dial.id)).where(Dial.at > now - DAY, Dial.purpose.in_(kind), *also)
            return tx.scalar(recent) or 0

        if today(Dial.address == address) >= most.per_number:
            raise DialRefusedError(f"that number has had {most.per_number} {word} within a day, which is the limit")
        if by != "line" and today(Dial.by == by) >= most.per_person:
            raise DialRefusedError(
                f"{most.per_person} {word} have been asked for within a day, which is one person's limit"
            )
        if today() >= most.per_day:
            raise DialRefusedError(f"the line has reached its limit of {most.per_day} {word} within a day")


def note_delivery(tx: Session, dial_id: int, sid: str, status: str) -> Dial | None:
    """What the carrier says of a text; the text, where it has come to nothing for the first time."""
    dial = tx.get(Dial, dial_id, with_for_update=True)
    if dial is None or dial.status in DELIVERY_KNOWN:  # callbacks come late and in any order
        return None
    dial.message_sid, dial.status = sid, status[:16]
    return dial if status in UNDELIVERED else None


def caller(number: str) -> str:
    """A caller as `by`: one number in any spelling; all who hide theirs are one."""
    return f"caller:{source(number)}"


def _audit(
    action: str, address: str, purpose: Purpose, by: str, call_sid: str | None, now: datetime, why: str = ""
) -> Audit:
    where = country(address) if address.startswith("+") and address[1:].isdecimal() else address.partition(":")[0]
    detail = {"purpose": purpose, "country": where or "", "ends": address[-2:], **({"why": why} if why else {})}
    actor = by if by.startswith("agent:") else by.partition(":")[0]
    return Audit(at=now, actor=actor, action=action, subject=f"call:{call_sid or ''}", detail=detail)

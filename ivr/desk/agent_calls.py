"""Calls that people at the desk place from the phone in their browser: to a colleague, or to a number we may call."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.clock import Clock
from ivr.dialling.dials import DialRefusedError, Dials
from ivr.dialling.phone_numbers import as_dialled, is_browser
from ivr.store.engine import Sessions
from ivr.store.models import Agent, Dial

APART = ("break", "away")  # nobody is put through to them
BUSY = ("offered", "on-call", "wrap-up")
ASKED_AGAIN = timedelta(minutes=5)  # the carrier asks once more where no answer came
STRANGER = "This phone is not known here."
AT_THE_DESK = "Callers may be put through to you. Take a break first, then call."
NO_COLLEAGUE = "There is no colleague with that phone."
COLLEAGUE_BUSY = "Your colleague is in a call."
NOT_CALLED = "The line does not call that number."


class CallRefusedError(ValueError):
    """Why the call is not placed: a sentence for the ear."""


@dataclass(frozen=True)
class AgentCalls:
    """Who may be called from a browser, by whom, and when; calls to numbers count as every other call of the line."""

    sessions: Sessions
    clock: Clock
    dials: Dials

    def place(self, caller: str, wanted: str, call_sid: str) -> str:
        """The address to ring for the phone `caller` ("client:ada"), which asks for `wanted` in call `call_sid`.

        Raises CallRefusedError.
        """
        address = wanted if is_browser(wanted) else as_dialled(wanted)
        by = ""
        try:
            with self.sessions.begin() as tx:
                asks = self._who(tx, caller)
                by = f"agent:{asks.email}"
                if is_browser(address):
                    self._check_colleague(tx, address, asks)
                else:
                    self._permit(tx, address, by, call_sid)
        except DialRefusedError as refused:
            with self.sessions.begin() as tx:
                self.dials.note_refusal(tx, address, "agent", by, call_sid, self.clock.now(), str(refused))
            raise CallRefusedError(NOT_CALLED) from refused
        return address

    def _who(self, tx: Session, caller: str) -> Agent:
        person = _with_phone(tx, caller)
        if person is None or not {"agent", "supervisor"} & set(person.roles):
            raise CallRefusedError(STRANGER)
        if person.presence not in APART:
            raise CallRefusedError(AT_THE_DESK)
        return person

    def _check_colleague(self, tx: Session, address: str, asks: Agent) -> None:
        colleague = _with_phone(tx, address)
        if colleague is None or colleague.id == asks.id:
            raise CallRefusedError(NO_COLLEAGUE)
        if colleague.presence in BUSY:
            raise CallRefusedError(COLLEAGUE_BUSY)

    def _permit(self, tx: Session, number: str, by: str, call_sid: str) -> None:
        now = self.clock.now()
        lately = select(Dial.id).where(Dial.at > now - ASKED_AGAIN, Dial.call_sid == call_sid, Dial.address == number)
        if tx.scalar(lately.limit(1)) is None:
            self.dials.permit(tx, number, "agent", by, call_sid, now)


def _with_phone(tx: Session, address: str) -> Agent | None:
    """Who has this phone and may still sign in."""
    if not is_browser(address):
        return None
    known = select(Agent).where(Agent.phone == address, Agent.removed_at.is_(None), Agent.disabled_at.is_(None))
    return tx.scalars(known.limit(1)).first()

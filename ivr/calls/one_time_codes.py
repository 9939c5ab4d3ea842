"""One-time codes by text: drawn, sent to the number on file, checked, spent. A code itself is kept nowhere."""

import logging
import secrets
from datetime import timedelta
from typing import Protocol

from argon2 import PasswordHasher
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError

from ivr.carrier.port import CarrierError
from ivr.clock import Clock
from ivr.dialling.dials import DialRefusedError, Dials, caller
from ivr.dialling.policy import DialPolicy
from ivr.dialogue.events import CodeChecked, CodeSent, MobileFound
from ivr.ledger.port import Ledger
from ivr.secret_hashes import PASSWORD_HASHER, verify
from ivr.store.engine import Sessions
from ivr.store.models import Call, OneTimeCode

log = logging.getLogger(__name__)

DIGITS = 6
VALID = timedelta(minutes=5)
TRIES = 3
LIMIT, WINDOW = 4, timedelta(hours=1)  # codes for one account: two calls, each with its second text


class Texts(Protocol):
    """The carrier, as far as a code needs it."""

    def send_text(self, to: str, body: str, dial: int | None = None) -> str: ...


class OneTimeCodes:
    """Blocking. A code is good for one account in the call that asked for it; only the latest counts."""

    def __init__(
        self,
        sessions: Sessions,
        clock: Clock,
        ledger: Ledger,
        texts: Texts,
        company: str,
        dials: Dials | None = None,
        hasher: PasswordHasher | None = None,
    ) -> None:
        self._sessions, self._clock, self._ledger, self._texts = sessions, clock, ledger, texts
        self._company, self._hasher = company, hasher or PASSWORD_HASHER
        self._dials = dials or Dials(DialPolicy.parse("US"), "US")

    def find_mobile(self, account: str) -> MobileFound:
        """Raises LedgerError."""
        return MobileFound((self._ledger.mobile(account) or "")[-4:])

    def send(self, sid: str, turn: int, account: str) -> CodeSent:
        """One text for this call and turn, however often it is asked for. Raises LedgerError."""
        number = self._ledger.mobile(account)
        if number is None:
            return CodeSent(ok=False)
        key, code = f"{sid}:{turn}", f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
        known = self._promise(key, sid, account, self._hasher.hash(code), number)
        if isinstance(known, CodeSent):
            return known
        try:
            self._texts.send_text(number, self._body(code), known)
        except CarrierError:
            log.warning("a one-time code was not sent: the carrier refused it or did not answer")
            self._withdraw(key)
            return CodeSent(ok=False)
        return CodeSent(ok=True)

    def check(self, sid: str, account: str, code: str) -> CodeChecked:
        """Whether `code` is the one sent last; a try is counted before it is judged, so that guesses at once count."""
        counted = self._count_try(sid, account)
        if counted is None:
            return CodeChecked(ok=False, spent=True)
        row_id, known = counted
        return self._settle(row_id, verify(known, code))

    def _body(self, code: str) -> str:
        minutes = VALID // timedelta(minutes=1)
        return f"{self._company}: {code} is your code for the call you are on. It is good for {minutes} minutes."

    def _promise(self, key: str, sid: str, account: str, hashed: str, number: str) -> CodeSent | int:
        """A number: the text is to be sent now, and counted as this dial."""
        now = self._clock.now()
        try:
            with self._sessions.begin() as tx:
                tx.execute(delete(OneTimeCode).where(OneTimeCode.sent_at < now - WINDOW))
                same = tx.scalar(select(OneTimeCode).where(OneTimeCode.key == key))
                if same is not None:
                    return CodeSent(ok=bool(same.hash))
                mine = OneTimeCode.account_id == account
                if (tx.scalar(select(func.count()).where(mine)) or 0) >= LIMIT:
                    return CodeSent(ok=False)
                tx.execute(update(OneTimeCode).where(mine, OneTimeCode.call_sid == sid).values(hash=""))
                tx.add(OneTimeCode(key=key, call_sid=sid, account_id=account, hash=hashed, tries=0, sent_at=now))
                call = tx.get(Call, sid)
                asks = caller(call.caller if call else "")
                return self._dials.permit(tx, number, "code", asks, sid, now).id
        except DialRefusedError:
            log.warning("a one-time code was not sent: the limit of texts is reached")
            return CodeSent(ok=False)
        except IntegrityError:  # asked for twice at once: the other one sends it
            return CodeSent(ok=True)

    def _withdraw(self, key: str) -> None:
        with self._sessions.begin() as tx:
            tx.execute(update(OneTimeCode).where(OneTimeCode.key == key).values(hash=""))

    def _count_try(self, sid: str, account: str) -> tuple[int, str] | None:
        mine = select(OneTimeCode).where(OneTimeCode.call_sid == sid, OneTimeCode.account_id == account)
        with self._sessions.begin() as tx:
            row = tx.scalar(mine.order_by(OneTimeCode.id.desc()).limit(1).with_for_update())
            late = row is not None and self._clock.now() - row.sent_at > VALID
            if row is None or late or not row.hash or row.tries >= TRIES:
                return None
            row.tries += 1
            return row.id, row.hash

    def _settle(self, row_id: int, matched: bool) -> CodeChecked:
        with self._sessions.begin() as tx:
            row = tx.get_one(OneTimeCode, row_id, with_for_update=True)
            ok = matched and bool(row.hash)
            if ok or row.tries >= TRIES:
                row.hash = ""
            return CodeChecked(ok, spent=not ok and not row.hash)

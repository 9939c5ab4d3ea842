"""The dialogue's queries: put to the ledger, to who guards the PINs, or to who sends and checks codes."""

from dataclasses import dataclass

from ivr.calls.one_time_codes import OneTimeCodes
from ivr.calls.pin_guard import PinGuard
from ivr.dialogue.actions import CheckCode, CheckPin, FindMobile, Query, SendCode
from ivr.dialogue.events import Event, Failed
from ivr.ledger.port import Ledger, LedgerError, run_query

CodeQuery = FindMobile | SendCode | CheckCode


@dataclass(frozen=True, slots=True)
class Queries:
    """Whom the dialogue asks. Without `codes` no one-time code is sent. Blocking."""

    ledger: Ledger
    pins: PinGuard
    codes: OneTimeCodes | None = None

    def ask(self, sid: str, query: Query) -> Event:
        """The result, or Failed, which says whether the ledger was reached."""
        try:
            match query:
                case FindMobile() | SendCode() | CheckCode():
                    return self._ask_codes(sid, query)
                case CheckPin():
                    return self.pins.check(sid, query.account, query.pin)
                case _:
                    return run_query(self.ledger, sid, query)
        except LedgerError as error:
            return Failed(sure=not error.reached)

    def _ask_codes(self, sid: str, query: CodeQuery) -> Event:
        if self.codes is None:  # switched off while a call was under way
            return Failed()
        match query:
            case FindMobile():
                return self.codes.find_mobile(query.account)
            case SendCode():
                return self.codes.send(sid, query.turn, query.account)
            case CheckCode():
                return self.codes.check(sid, query.account, query.code)

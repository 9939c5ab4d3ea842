"""The dialogue's questions to the ledger, and to those who send and check codes, answered as events."""

from ivr.calls.one_time_codes import OneTimeCodes
from ivr.calls.pin_guard import PinGuard
from ivr.dialogue.events import (
    CheckCode,
    CheckPin,
    Event,
    Failed,
    FindAccount,
    FindMobile,
    Found,
    LookUp,
    Pay,
    Query,
    SendCode,
)
from ivr.ledger.port import Ledger, LedgerError

CodeQuery = FindMobile | SendCode | CheckCode


def ask(ledger: Ledger, pins: PinGuard, codes: OneTimeCodes | None, sid: str, query: Query) -> Event:
    """The answer, or Failed, which says whether the ledger was reached.

    The key of a payment or a code is the call and the turn it was agreed in.
    """
    try:
        return _code(codes, sid, query) if isinstance(query, CodeQuery) else _answer(ledger, pins, sid, query)
    except LedgerError as error:
        return Failed(sure=not error.reached)


def _code(codes: OneTimeCodes | None, sid: str, query: CodeQuery) -> Event:
    if codes is None:  # switched off while a call was under way
        return Failed()
    match query:
        case FindMobile():
            return codes.find_mobile(query.account)
        case SendCode():
            return codes.send(sid, query.turn, query.account)
        case CheckCode():
            return codes.check(sid, query.account, query.code)


def _answer(ledger: Ledger, pins: PinGuard, sid: str, query: FindAccount | CheckPin | LookUp | Pay) -> Event:
    match query:
        case FindAccount():
            return Found(ledger.find_by_number(query.number) or ledger.find_by_phone(query.number))
        case CheckPin():
            return pins.check(sid, query.account, query.pin)
        case LookUp():
            return ledger.facts(query.account) or Failed()
        case Pay():
            return ledger.pay(f"{sid}:{query.turn}", query.account, query.amount, query.source, query.on)

"""The dialogue's questions to the ledger, answered as events."""

from ivr.dialogue.events import CheckPin, Event, Failed, FindAccount, Found, LookUp, Pay, Query
from ivr.ledger import Ledger, LedgerError


def ask(ledger: Ledger, sid: str, query: Query) -> Event:
    """The ledger's answer, or Failed. A payment's key is the call and the turn it was agreed in."""
    try:
        return _answer(ledger, sid, query)
    except LedgerError:
        return Failed()


def _answer(ledger: Ledger, sid: str, query: Query) -> Event:
    match query:
        case FindAccount():
            return Found(ledger.find_by_number(query.number) or ledger.find_by_phone(query.number))
        case CheckPin():
            return ledger.check_pin(query.account, query.pin)
        case LookUp():
            return ledger.facts(query.account) or Failed()
        case Pay():
            return ledger.pay(f"{sid}:{query.turn}", query.account, query.amount, query.source, query.on)

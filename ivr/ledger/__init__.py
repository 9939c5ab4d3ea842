"""Accounts, balances and payments: a port, with a SQL ledger and an HTTP ledger that serve it."""

from ivr.ledger.http import HttpLedger
from ivr.ledger.port import Ledger, LedgerError
from ivr.ledger.sql import SqlLedger

__all__ = ["HttpLedger", "Ledger", "LedgerError", "SqlLedger"]

"""Accounts, balances and payments: a port, and the SQL ledger that serves it."""

from ivr.ledger.port import Ledger, LedgerError
from ivr.ledger.sql import SqlLedger

__all__ = ["Ledger", "LedgerError", "SqlLedger"]

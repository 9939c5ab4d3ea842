"""Accounts, balances and payments: a port, with a SQL ledger and an HTTP ledger that serve it."""

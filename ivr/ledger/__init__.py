"""Accounts, balances and payments: a port, with a SQL ledger and an HTTP ledger that serve it.

`port` is what the line asks of any ledger, in integer minor units. `sql` keeps accounts in our own database, with
`posting` and `scheduled` for payments; `http` asks a ledger elsewhere. `sample` is an invented bank to try it with.
"""

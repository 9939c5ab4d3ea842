"""The line: everything between the carrier's webhooks and sockets, a bank's ledger and the people at the desk.

`docs/architecture.md` has the path of a call through it, and which package may import which.
"""

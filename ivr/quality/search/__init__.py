"""Calls found by what was said in them and by their facts: one port, for SQLite and PostgreSQL.

`words` reads what a person typed, `filters` what the address says, `index` keeps the words of finished calls, `finding`
reads calls page by page, newest first, and `moments` the sentence that was meant.
"""

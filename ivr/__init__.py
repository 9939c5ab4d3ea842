"""The line: dialogue, meaning, ledger, hand-off, quality, store and web."""

"""Quality: every call can be found, judged and learnt from. Reads what calls, hand-offs and recordings left in SQL."""

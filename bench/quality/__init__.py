"""How quick reviewers' pages are on a grown line."""

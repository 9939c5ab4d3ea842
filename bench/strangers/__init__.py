"""Simulated callers whose voices, words and lines trained nothing: what they want, how they are, what became of it."""

"""Benches of speech alone: accuracy, endpointing, interruptions and speed, without a call."""

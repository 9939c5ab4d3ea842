"""Benches through the line: whole calls, through a switch or as streams, against running processes."""

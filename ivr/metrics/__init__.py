"""Figures for Prometheus: of the line, of a process, and who may read them."""

"""Kills with sound: real processes and sockets, a fault in mid-call, and what each caller heard of it."""

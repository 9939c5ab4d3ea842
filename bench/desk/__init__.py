"""The bench of a day at the desk, in virtual time."""

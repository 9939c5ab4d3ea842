"""Endpointing: when the caller's turn begins, and when it is over.

- `turn_detector`: follows the voice detector window by window (32 ms) and says when a turn starts, pauses and ends.
- `early_transcription`: after which pause it is worth transcribing what there is, while the caller may still go on.
- `delay`: how long a silence ends the turn, given what was asked and what was transcribed so far.
- `phrases`: what the words tell about it: a yes or no, a sentence left open, an amount, a courtesy.

All of it is pure: no clock, no sound, no model.
"""

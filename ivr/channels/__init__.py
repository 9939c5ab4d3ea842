"""The ways in: how a caller's voice and keys reach the dialogue, and how its answers reach the caller.

`media_app` is the media socket's process, `recorded_turns` the same conversation by one webhook a turn.
"""

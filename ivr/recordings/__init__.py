"""Kept sound: encrypted in `storage`, written down by `transcription`, without secrets by `redaction`, forgotten by
`retention`."""

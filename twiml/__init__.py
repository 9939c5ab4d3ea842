"""Decisions in, TwiML documents out: pure, one function per document, every address an argument."""

from twiml.calls import answer, apologise, apologise_and_record, goodbye, pay, reconnect, reject, take_message
from twiml.handoffs import already_gone, empty, join, park, wait, whisper

__all__ = [
    "already_gone",
    "answer",
    "apologise",
    "apologise_and_record",
    "empty",
    "goodbye",
    "join",
    "park",
    "pay",
    "reconnect",
    "reject",
    "take_message",
    "wait",
    "whisper",
]

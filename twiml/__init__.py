"""Decisions in, TwiML documents out: pure, one function per document, every address an argument."""

from twiml.calls import answer, apologise, apologise_and_record, goodbye, pay, reconnect, take_message
from twiml.handoffs import (
    already_gone,
    called_back,
    choose,
    empty,
    in_a_moment,
    join,
    park,
    queue,
    room,
    thank,
    wait,
    whisper,
)

__all__ = [
    "already_gone",
    "answer",
    "apologise",
    "apologise_and_record",
    "called_back",
    "choose",
    "empty",
    "goodbye",
    "in_a_moment",
    "join",
    "park",
    "pay",
    "queue",
    "reconnect",
    "room",
    "take_message",
    "thank",
    "wait",
    "whisper",
]

"""TwiML: the documents that Twilio is answered with. Pure: one function per document, every address an argument.

`calls` holds those of a caller who talks with the bot, `turns` those of one without a media socket, `handoffs` those
of the passage to a person, `phones` those of an agent who calls, and `standby` those of a line without a store. All
serve `ivr.carrier.documents.Documents`.
"""

from twiml.calls import answer_call, apologise, apologise_and_record, goodbye, pay, reconnect, take_message
from twiml.handoffs import (
    already_gone,
    called_back,
    choose,
    empty,
    enter_conference,
    in_a_moment,
    join,
    park,
    queue,
    thank,
    wait,
    whisper,
)
from twiml.phones import put_through, refuse
from twiml.standby import ask_to_accept, ring
from twiml.turns import FIRST_KEY, NEXT_KEY, PAUSE, ask, leave, more_keys

__all__ = [
    "FIRST_KEY",
    "NEXT_KEY",
    "PAUSE",
    "already_gone",
    "answer_call",
    "apologise",
    "apologise_and_record",
    "ask",
    "ask_to_accept",
    "called_back",
    "choose",
    "empty",
    "enter_conference",
    "goodbye",
    "in_a_moment",
    "join",
    "leave",
    "more_keys",
    "park",
    "pay",
    "put_through",
    "queue",
    "reconnect",
    "refuse",
    "ring",
    "take_message",
    "thank",
    "wait",
    "whisper",
]

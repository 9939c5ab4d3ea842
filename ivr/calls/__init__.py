"""The call service: one event is one transaction."""

from ivr.calls.after import ByTurns, Goodbye, Next, Park, Reconnect, TakeMessage
from ivr.calls.cards import Card
from ivr.calls.service import CallService
from ivr.calls.talking import Applied
from ivr.calls.tickets import BadToken, Connected, Listening, StreamTicket
from ivr.calls.turns import CallerTurn

__all__ = [
    "Applied",
    "BadToken",
    "ByTurns",
    "CallService",
    "CallerTurn",
    "Card",
    "Connected",
    "Goodbye",
    "Listening",
    "Next",
    "Park",
    "Reconnect",
    "StreamTicket",
    "TakeMessage",
]

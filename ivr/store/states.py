"""The named states of hand-offs, promised call-backs and recordings, as they stand in their tables' `state` columns."""

from typing import Literal

HandoffEnd = Literal["served", "callback-booked", "message-taken", "caller-left", "not-reached"]
HandoffState = Literal["requested", "parked", "offered", "accepted", "bridged", "parting", "unanswered", HandoffEnd]

HANDOFF_ENDS: tuple[HandoffEnd, ...] = ("served", "callback-booked", "message-taken", "caller-left", "not-reached")
HANDOFF_LIVE = ("requested", "parked", "offered", "accepted", "bridged", "parting", "unanswered")
HANDOFF_WAITING = ("requested", "parked", "unanswered")  # for an agent, if only at the menu; none is being rung
HANDOFF_WITH_AGENT = ("accepted", "bridged")
HANDOFF_IN_LINE = (*HANDOFF_WAITING, "offered")

CALLBACK_OPEN = ("booked", "trying")

RECORDING_GOING = ("deleting", "deleted")

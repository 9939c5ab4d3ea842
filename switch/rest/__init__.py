"""The REST API of the switch, as the carrier's own client speaks it: one file a resource.

Paths, parameters, answers and error codes are the carrier's. `routes` gives them all; what resources have in
common is in `resource`.
"""

from starlette.routing import BaseRoute

from switch.exchange import Exchange
from switch.rest.calls import Calls
from switch.rest.conferences import Conferences
from switch.rest.messages import Messages
from switch.rest.participants import Participants
from switch.rest.payments import Payments
from switch.rest.recordings import Recordings
from switch.rest.streams import Streams


def routes(exchange: Exchange) -> list[BaseRoute]:
    """All routes under `/2010-04-01/Accounts/...`."""
    resources = (Calls, Recordings, Participants, Conferences, Messages, Payments, Streams)
    return [route for resource in resources for route in resource(exchange).routes()]

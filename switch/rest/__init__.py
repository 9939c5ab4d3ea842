"""The REST API of the switch, as the carrier's own client speaks it."""

from starlette.routing import BaseRoute

from switch.exchange import Exchange
from switch.rest.calls import Calls
from switch.rest.conferences import Conferences
from switch.rest.messages import Messages
from switch.rest.participants import Participants
from switch.rest.recordings import Recordings


def routes(exchange: Exchange) -> list[BaseRoute]:
    """All routes under `/2010-04-01/Accounts/...`."""
    areas = (Calls(exchange), Recordings(exchange), Participants(exchange), Conferences(exchange), Messages(exchange))
    return [route for area in areas for route in area.routes()]

"""Streams: fork a leg's sound to the customer's server, or stop such a fork, while the call goes on."""

from itertools import count
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from switch.document import DocumentError
from switch.leg import Leg
from switch.media.stream import MediaStream, fork
from switch.media.stream_options import TRACKS, StreamOptions, socket_url
from switch.rest.calls import leg_of
from switch.rest.resource import Form, Resource, RestError, form_of, not_found
from switch.sids import now, rfc2822


class Streams(Resource):
    def routes(self) -> list[BaseRoute]:
        return [
            self.route("/Calls/{call}/Streams.json", POST=self.create),
            self.route("/Calls/{call}/Streams/{stream}.json", POST=self.update),
        ]

    async def create(self, request: Request) -> Response:
        leg, form = leg_of(self.exchange, request), await form_of(request)
        if leg.status != "in-progress":
            raise RestError(400, 21220, f"Call {leg.sid} is not in-progress. Cannot stream.")
        stream = MediaStream(leg, _options(form))
        fork(stream, leg)
        return JSONResponse(_view(leg, stream.options.name or stream.sid, "in-progress"))

    async def update(self, request: Request) -> Response:
        leg, form = leg_of(self.exchange, request), await form_of(request)
        key = request.path_params["stream"]
        if form.get("Status") != "stopped":
            raise RestError(400, 20001, f"Status {form.get('Status')!r} cannot be set; stopped can")
        end = leg.forks.pop(key, None)
        if end is None:
            raise not_found(request)
        end()
        return JSONResponse(_view(leg, key, "stopped"))


def _options(form: Form) -> StreamOptions:
    track = form.get("Track", "inbound_track")
    if track not in TRACKS:
        raise RestError(400, 31941, f"track {track!r} is none of {', '.join(TRACKS)}")
    try:
        url = socket_url(form.get("Url"))
    except DocumentError as error:
        raise RestError(400, error.code, str(error)) from error
    return StreamOptions(
        url=url,
        two_way=False,
        tracks=TRACKS[track],
        name=form.get("Name"),
        parameters=_parameters(form),
        status_url=form.get("StatusCallback"),
        status_method=form.get("StatusCallbackMethod", "POST"),
    )


def _parameters(form: Form) -> dict[str, str]:
    found: dict[str, str] = {}
    for number in count(1):
        if f"Parameter{number}.Name" not in form:
            break
        found[form.get(f"Parameter{number}.Name")] = form.get(f"Parameter{number}.Value")
    return found


def _view(leg: Leg, name: str, status: str) -> dict[str, Any]:
    exchange = leg.exchange
    return {
        "sid": name,
        "account_sid": exchange.config.account_sid,
        "call_sid": leg.sid,
        "name": name,
        "status": status,
        "date_updated": rfc2822(now()),
        "uri": f"{exchange.api}/Calls/{leg.sid}/Streams/{name}.json",
    }

"""Calls: create, read, list, redirect, end."""

from typing import Any

from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from switch import session
from switch.dialling import is_address, ring_out
from switch.document import Document, DocumentError, parse
from switch.exchange import Exchange
from switch.leg import FINAL, Leg, StatusCallbacks
from switch.media.recording import begin_recording
from switch.rest.recordings import options_of
from switch.rest.resource import Form, Resource, RestError, form_of, listing, not_found
from switch.sids import rfc2822
from switch.webhooks import Request

_WAITING = ("queued", "initiated", "ringing")


def leg_of(exchange: Exchange, request: HttpRequest) -> Leg:
    leg = exchange.legs.get(request.path_params["call"])
    if leg is None:
        raise not_found(request)
    return leg


def view(leg: Leg) -> dict[str, Any]:
    """A call as JSON."""
    base = f"{leg.exchange.api}/Calls/{leg.sid}"
    return {
        "sid": leg.sid,
        "parent_call_sid": leg.parent.sid if leg.parent else None,
        "account_sid": leg.exchange.config.account_sid,
        "to": leg.to,
        "to_formatted": leg.to,
        "from": leg.from_,
        "from_formatted": leg.from_,
        "phone_number_sid": None,
        "status": "ringing" if leg.status == "initiated" else leg.status,
        "start_time": rfc2822(leg.began),
        "end_time": rfc2822(leg.ended),
        "duration": str(leg.duration) if leg.status in FINAL else None,
        "price": None,
        "price_unit": "USD",
        "direction": leg.direction,
        "answered_by": None,
        "api_version": "2010-04-01",
        "forwarded_from": None,
        "group_sid": None,
        "caller_name": None,
        "queue_time": "0",
        "trunk_sid": None,
        "uri": f"{base}.json",
        "subresource_uris": {"recordings": f"{base}/Recordings.json"},
        "date_created": rfc2822(leg.created),
        "date_updated": rfc2822(leg.ended or leg.began or leg.created),
    }


def document_of(form: Form) -> Request | Document:
    """What a call is to run: `Url`, which wins, or `Twiml`."""
    if url := form.get("Url"):
        return Request(url, form.get("Method", "POST"))
    try:
        return Document("", parse(form.get("Twiml").encode()))
    except DocumentError as error:
        raise RestError(400, error.code, str(error)) from error


def callbacks_of(form: Form) -> StatusCallbacks | None:
    url = form.get("StatusCallback")
    events = form.words("StatusCallbackEvent", "completed")
    return StatusCallbacks(url, form.get("StatusCallbackMethod", "POST"), events) if url else None


def checked_addresses(form: Form) -> tuple[str, str]:
    """`From` and `To`. Raises RestError 21201, 21211, 21213."""
    to, from_ = form.get("To"), form.get("From")
    if not to:
        raise RestError(400, 21201, "No 'To' number is specified")
    if not from_:
        raise RestError(400, 21213, "No 'From' number is specified")
    if not is_address(to):
        raise RestError(400, 21211, f"Invalid 'To' Phone Number: {to}")
    return from_, to


class Calls(Resource):
    def routes(self) -> list[BaseRoute]:
        return [
            self.route("/Calls.json", POST=self.create, GET=self.list),
            self.route("/Calls/{call}.json", GET=self.read, POST=self.update, DELETE=self.delete),
        ]

    async def create(self, request: HttpRequest) -> Response:
        form = await form_of(request)
        from_, to = checked_addresses(form)
        if not form.get("Url") and not form.get("Twiml"):
            raise RestError(400, 21205, "Url parameter is required")
        first = document_of(form)
        leg = Leg(self.exchange, from_, to, "outbound-api", callbacks_of(form))
        leg.fallback = form.get("FallbackUrl")
        self.exchange.spawn(self._dial(leg, first, form))
        return JSONResponse(view(leg), 201)

    async def _dial(self, leg: Leg, first: Request | Document, form: Form) -> None:
        if not await ring_out(leg, form.seconds("Timeout", 60) + self.exchange.config.ring_grace):
            return
        if form.flag("Record"):
            begin_recording(leg, options_of(form, source="OutboundAPI"))
        if leg.session is None:
            session.start(leg, first)

    async def read(self, request: HttpRequest) -> Response:
        return JSONResponse(view(leg_of(self.exchange, request)))

    async def list(self, request: HttpRequest) -> Response:
        query = request.query_params
        wanted = {"To": "to", "From": "from", "Status": "status", "ParentCallSid": "parent_call_sid"}
        rows = [view(leg) for leg in reversed(self.exchange.legs.values())]
        rows = [row for row in rows if all(row[key] == query[name] for name, key in wanted.items() if name in query)]
        return listing(request, "calls", rows)

    async def delete(self, request: HttpRequest) -> Response:
        """The record of a call that is over; a live one is refused."""
        leg = leg_of(self.exchange, request)
        if leg.status not in FINAL:
            raise RestError(409, 20009, f"Call {leg.sid} is in progress. Cannot delete.")
        del self.exchange.legs[leg.sid]
        return Response(status_code=204)

    async def update(self, request: HttpRequest) -> Response:
        leg, form = leg_of(self.exchange, request), await form_of(request)
        if leg.status in FINAL:
            raise RestError(400, 21220, f"Call {leg.sid} is not in-progress. Cannot redirect.")
        if "FallbackUrl" in form:
            leg.fallback = form.get("FallbackUrl")
        if "StatusCallback" in form:
            leg.callbacks = callbacks_of(form)
        if "Status" in form:
            _end(leg, form.get("Status"))
        elif "Url" in form or "Twiml" in form:
            await _move(leg, document_of(form))
        return JSONResponse(view(leg))


def _end(leg: Leg, status: str) -> None:
    if status not in ("completed", "canceled"):
        raise RestError(400, 20001, f"Status {status!r} cannot be set; canceled or completed can")
    if status == "canceled" and leg.status not in _WAITING:
        raise RestError(400, 21220, f"Call {leg.sid} is in-progress. Cannot cancel.")
    leg.finish("canceled" if leg.status in _WAITING else "completed")


async def _move(leg: Leg, first: Request | Document) -> None:
    if leg.status != "in-progress":
        raise RestError(400, 21220, f"Call {leg.sid} is not in-progress. Cannot redirect.")
    await session.redirect(leg, first)

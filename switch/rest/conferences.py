"""Conferences: read, list, end, announce."""

from typing import Any

from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from switch.conference import Conference
from switch.rest.resource import Resource, RestError, form_of, listing, not_found
from switch.sids import rfc2822
from switch.verbs.conference_documents import announce


def view(conference: Conference) -> dict[str, Any]:
    """A conference as JSON."""
    uri = f"{conference.exchange.api}/Conferences/{conference.sid}"
    return {
        "sid": conference.sid,
        "account_sid": conference.exchange.config.account_sid,
        "friendly_name": conference.name,
        "status": conference.status,
        "region": "us1",
        "api_version": "2010-04-01",
        "reason_conference_ended": conference.reason or None,
        "call_sid_ending_conference": conference.ended_by or None,
        "date_created": rfc2822(conference.created),
        "date_updated": rfc2822(conference.updated),
        "uri": f"{uri}.json",
        "subresource_uris": {"participants": f"{uri}/Participants.json"},
    }


class Conferences(Resource):
    def routes(self) -> list[BaseRoute]:
        return [
            self.route("/Conferences.json", GET=self.list),
            self.route("/Conferences/{conference}.json", GET=self.read, POST=self.update),
        ]

    def _find(self, request: HttpRequest) -> Conference:
        conference = self.exchange.conferences.get(request.path_params["conference"])
        if conference is None:
            raise not_found(request)
        return conference

    async def list(self, request: HttpRequest) -> Response:
        query = request.query_params
        wanted = {"FriendlyName": "friendly_name", "Status": "status"}
        rows = [view(conference) for conference in reversed(self.exchange.conferences.values())]
        rows = [row for row in rows if all(row[key] == query[name] for name, key in wanted.items() if name in query)]
        return listing(request, "conferences", rows)

    async def read(self, request: HttpRequest) -> Response:
        return JSONResponse(view(self._find(request)))

    async def update(self, request: HttpRequest) -> Response:
        conference, form = self._find(request), await form_of(request)
        if conference.status == "completed":
            raise not_found(request)
        if form.get("Status") == "completed":
            conference.end()
        elif "Status" in form:
            raise RestError(400, 20001, f"Status {form.get('Status')!r} cannot be set; only completed can")
        if url := form.get("AnnounceUrl"):
            announce(conference, None, url, form.get("AnnounceMethod", "POST"))
        return JSONResponse(view(conference))

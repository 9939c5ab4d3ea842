"""Messages: create, read, list."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from switch.rest.calls import checked_addresses
from switch.rest.resource import Resource, RestError, form_of, listing, not_found
from switch.sids import rfc2822
from switch.text_messages import Message, deliver

_LONGEST = 1600


class Messages(Resource):
    def routes(self) -> list[BaseRoute]:
        return [
            self.route("/Messages.json", GET=self.list, POST=self.create),
            self.route("/Messages/{message}.json", GET=self.read, DELETE=self.delete),
        ]

    def view(self, message: Message) -> dict[str, Any]:
        """A message as JSON."""
        return {
            "sid": message.sid,
            "account_sid": self.exchange.config.account_sid,
            "messaging_service_sid": None,
            "from": message.from_,
            "to": message.to,
            "body": message.body,
            "status": message.status,
            "direction": "outbound-api",
            "api_version": "2010-04-01",
            "num_segments": str(-(-len(message.body) // 160)),
            "num_media": "0",
            "price": None,
            "price_unit": "USD",
            "error_code": None,
            "error_message": None,
            "date_created": rfc2822(message.created),
            "date_updated": rfc2822(message.created),
            "date_sent": rfc2822(message.created) if message.status in ("sent", "delivered") else None,
            "uri": f"{self.exchange.api}/Messages/{message.sid}.json",
            "subresource_uris": {},
        }

    async def create(self, request: Request) -> Response:
        form = await form_of(request)
        from_, to = checked_addresses(form)
        body = form.get("Body")
        if not body:
            raise RestError(400, 21602, "Message body is required.")
        if len(body) > _LONGEST:
            raise RestError(400, 21617, f"The message body has {len(body)} characters; at most {_LONGEST} are sent.")
        message = Message(from_, to, body, form.get("StatusCallback"))
        self.exchange.messages[message.sid] = message
        response = JSONResponse(self.view(message), 201)
        self.exchange.spawn(deliver(self.exchange, message))
        return response

    async def read(self, request: Request) -> Response:
        message = self.exchange.messages.get(request.path_params["message"])
        if message is None:
            raise not_found(request)
        return JSONResponse(self.view(message))

    async def delete(self, request: Request) -> Response:
        if self.exchange.messages.pop(request.path_params["message"], None) is None:
            raise not_found(request)
        return Response(status_code=204)

    async def list(self, request: Request) -> Response:
        query = request.query_params
        rows = [self.view(message) for message in reversed(self.exchange.messages.values())]
        rows = [
            row
            for row in rows
            if all(row[key] == query[name] for name, key in {"To": "to", "From": "from"}.items() if name in query)
        ]
        return listing(request, "messages", rows)

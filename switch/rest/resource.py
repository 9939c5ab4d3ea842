"""What every REST resource shares: who may ask, errors, forms, lists."""

import base64
import binascii
import hmac
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from urllib.parse import parse_qs, urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from switch.exchange import Exchange

_ERRORS = "https://www.twilio.com/docs/errors/"


class RestError(Exception):
    """An answer other than success: HTTP status, the carrier's code, and words."""

    def __init__(self, status: int, code: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.code = code

    def response(self) -> JSONResponse:
        body = {"code": self.code, "message": str(self), "more_info": f"{_ERRORS}{self.code}", "status": self.status}
        headers = {"WWW-Authenticate": 'Basic realm="Twilio API"'} if self.status == 401 else None
        return JSONResponse(body, self.status, headers)


class Form:
    """A form with repeated names; values as the carrier reads them."""

    def __init__(self, body: str) -> None:
        self._values = parse_qs(body, keep_blank_values=True)

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def get(self, name: str, default: str = "") -> str:
        return self._values.get(name, [default])[-1]

    def maybe(self, name: str) -> str | None:
        return self.get(name) if name in self else None

    def flag(self, name: str, *, default: bool = False) -> bool:
        return self.get(name).lower() == "true" if name in self else default

    def words(self, name: str, default: str) -> frozenset[str]:
        """Repeated keys and space-separated words alike."""
        return frozenset(word for value in self._values.get(name, [default]) for word in value.split())

    def seconds(self, name: str, default: float) -> float:
        try:
            return float(self.get(name, str(default)))
        except ValueError:
            raise RestError(400, 20001, f"{name} {self.get(name)!r} is not a number") from None


Handler = Callable[[Request], Awaitable[Response]]


class Resource:
    """Some routes of one account."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange

    def route(self, path: str, **methods: Handler) -> Route:
        """`path` below the account; one handler for each method named."""

        async def endpoint(request: Request) -> Response:
            try:
                self._authenticate(request)
                if (status := self.exchange.faults.refusing) is not None:
                    raise RestError(status, 20429 if status == 429 else 20500, "Refused by a fault of the switch")
                response = await methods[request.method](request)
                return await self.exchange.faults.disturb(request.method, path, response)
            except RestError as error:
                return error.response()

        return Route("/2010-04-01/Accounts/{account}" + path, endpoint, methods=list(methods))

    def _authenticate(self, request: Request) -> None:
        config = self.exchange.config
        wanted = f"{config.account_sid}:{config.auth_token}"
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "basic" or not hmac.compare_digest(_decoded(given).encode(), wanted.encode()):
            raise RestError(401, 20003, "Authenticate")
        if request.path_params["account"] != config.account_sid:
            raise not_found(request)


def _decoded(given: str) -> str:
    try:
        return base64.b64decode(given, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""


def not_found(request: Request) -> RestError:
    return RestError(404, 20404, f"The requested resource {request.url.path} was not found")


async def form_of(request: Request) -> Form:
    return Form((await request.body()).decode())


def listing(request: Request, key: str, items: Sequence[dict[str, Any]]) -> JSONResponse:
    """One page of a list, in the carrier's shape."""
    query = request.query_params
    size = min(max(_whole(query.get("PageSize"), 50), 1), 1000)
    page = max(_whole(query.get("Page"), 0), 0)
    shown = items[page * size : (page + 1) * size]

    def address(number: int) -> str:
        rest = [(name, value) for name, value in query.multi_items() if name not in ("Page", "PageSize")]
        return f"{request.url.path}?{urlencode([*rest, ('PageSize', size), ('Page', number)])}"

    return JSONResponse(
        {
            key: list(shown),
            "page": page,
            "page_size": size,
            "first_page_uri": address(0),
            "next_page_uri": address(page + 1) if (page + 1) * size < len(items) else None,
            "previous_page_uri": address(page - 1) if page else None,
            "uri": address(page),
            "start": page * size,
            "end": max(page * size + len(shown) - 1, 0),
        }
    )


def _whole(text: str | None, default: int) -> int:
    return int(text) if text and text.isdigit() else default

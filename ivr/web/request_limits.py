"""What is settled before a request is read: how much of it is taken, and from whom it comes."""

from typing import Any

from flask import Flask, abort, request
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map

BODY = 256 * 1024  # bytes; the carrier's longest webhook has a few thousand, our longest form a note of an agent's
FIELDS = 500


class RowNumber(IntegerConverter):
    """A row's number in an address. What no database can count to is no address: 404, and not an error of ours."""

    def __init__(self, url_map: Map, *args: Any, **options: Any) -> None:
        super().__init__(url_map, *args, **({"max": 2**31 - 1} | options))


def limit_requests(app: Flask, trusted_proxies: int) -> None:
    """404 for a row's number that no row can have; clients' addresses as our own proxies tell them.

    413 for a body over BODY bytes, before any of it is kept.
    411 for a body that does not say its length: neither the carrier nor a browser sends one, and it would be cut off.

    `trusted_proxies` stand one behind another before us and each adds to X-Forwarded-For: what lies before their
    additions is the client's own word and is not believed. With 0 the header is not read at all.
    """
    app.url_map.converters["int"] = RowNumber
    app.config.update(MAX_CONTENT_LENGTH=BODY, MAX_FORM_MEMORY_SIZE=BODY, MAX_FORM_PARTS=FIELDS)
    if trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=trusted_proxies, x_proto=trusted_proxies)  # type: ignore[method-assign]

    @app.before_request
    def known_length() -> None:
        if "Transfer-Encoding" in request.headers:
            abort(411)

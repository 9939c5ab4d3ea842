"""`/metrics`: who may read it, and how it is served by either process."""

import hmac
from collections.abc import Callable, Mapping

from flask import Blueprint, Response, abort, request
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette import requests, responses
from starlette.routing import Route

LOOPBACK = frozenset({"127.0.0.1", "::1"})
FORWARDED = ("x-forwarded-for", "forwarded")
Keys = Callable[[str], bool]  # whether an `Authorization` header holds a key that was made for reading figures


def no_keys(header: str) -> bool:
    return False


def may_read(host: str | None, headers: Mapping[str, str], token: str, private: bool, keys: Keys = no_keys) -> bool:
    """With `Authorization: Bearer <token or key>`; without it from this machine, where the process is `private`.

    What the world reaches may be reached through a proxy of this machine that does not say whom it serves.
    """
    given = headers.get("authorization", "")
    if token and hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        return True
    if given and keys(given):
        return True
    return private and host in LOOPBACK and not any(name in headers for name in FORWARDED)


def make_metrics_blueprint(
    registry: CollectorRegistry, token: str = "", private: bool = False, keys: Keys = no_keys
) -> Blueprint:
    """`GET /metrics` for a Flask app; `private` and `keys` as in `may_read`."""
    metrics = Blueprint("metrics", __name__)

    @metrics.get("/metrics")
    def tell() -> Response:
        headers = {name.lower(): value for name, value in request.headers}
        if not may_read(request.remote_addr, headers, token, private, keys):
            abort(403)
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)

    return metrics


def metrics_route(registry: CollectorRegistry, token: str = "", private: bool = False, keys: Keys = no_keys) -> Route:
    """`GET /metrics` for a Starlette app; `private` and `keys` as in `may_read`."""

    def tell(request: requests.Request) -> responses.Response:
        host = request.client.host if request.client else None
        if not may_read(host, request.headers, token, private, keys):
            return responses.PlainTextResponse("Metrics are read with the token of WARMLINE_METRICS_TOKEN.", 403)
        return responses.Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return Route("/metrics", tell)

"""The addresses: of people's pages, the carrier's webhooks, the standby line, the media process and the switch."""

import re
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from flask import Flask
from prometheus_client import CollectorRegistry
from pydantic import SecretStr
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute

import app
from ivr.channels.media_app import MediaOptions, make_media_app
from ivr.desk.standby import StandbyDesk
from ivr.metrics.process import media_registry
from ivr.metrics.reading import metrics_route
from ivr.settings import Settings
from ivr.web.pages.devices import COOKIE
from switch.config import SwitchConfig
from switch.phones.control import control_routes
from switch.phones.softphone import phone_routes
from switch.server import Switch

NONE: Any = None  # what no address depends on


def routes() -> dict[str, Any]:
    """By process, each address with its methods."""
    with some_settings() as settings:
        parts = app.Parts(settings)
        desk = StandbyDesk(settings.data_dir / "standby.json", parts.clock, settings.hours)
        return {
            "web, before all": _of_starlette(_front(settings)),
            "web, people's pages": _of_flask(app.create_pages(parts, CollectorRegistry())),
            "web, the carrier's webhooks": _of_flask(app.create_webhooks(parts)),
            "web, the standby line": _of_flask(app.create_standby(parts, desk)),
            "web, cookies": sorted(
                [app.create_pages(parts, CollectorRegistry()).config["SESSION_COOKIE_NAME"], COOKIE]
            ),
            "media": _of_starlette(_media()),
            "switch": _of_starlette(_switch(settings.data_dir)),
        }


@contextmanager
def some_settings() -> Iterator[Settings]:
    with tempfile.TemporaryDirectory() as folder:
        yield Settings.model_validate(
            {
                "data_dir": Path(folder), "redis_url": "redis://nowhere.test",
                "twilio_account_sid": "AC" + "1" * 32, "twilio_auth_token": SecretStr("t" * 32),
                "twilio_number": "+15550100100", "secret_key": SecretStr("s" * 32),
                "oidc_issuer": "https://provider.test", "oidc_client_id": "warmline",
                "oidc_client_secret": SecretStr("o" * 32),
            }
        )  # fmt: skip


def _front(settings: Settings) -> Iterable[BaseRoute]:
    before = sys.getswitchinterval()
    try:
        return app.create_web(settings).routes
    finally:
        sys.setswitchinterval(before)


def _media() -> Iterable[BaseRoute]:
    figures = metrics_route(media_registry(lambda: 0, lambda: 0))
    return make_media_app(NONE, NONE, NONE, NONE, NONE, MediaOptions(beside=[figures])).routes


def _switch(folder: Path) -> Iterable[BaseRoute]:
    config = SwitchConfig("AC1", "token", "+15550100100", "/voice", "/fallback", "/status", folder)
    return Switch(
        config, str.encode, routes=[*control_routes(NONE, NONE, NONE), *phone_routes(NONE, NONE, NONE)]
    ).app.routes


def _of_flask(flask: Flask) -> list[str]:
    return _together((path, rule.methods) for rule in flask.url_map.iter_rules() for path in _paths(rule.rule))


def _of_starlette(routes: Iterable[BaseRoute]) -> list[str]:
    found = [cast("Route | WebSocketRoute", route) for route in routes if not isinstance(route, Mount)]
    methods = [{"WEBSOCKET"} if isinstance(route, WebSocketRoute) else route.methods for route in found]
    return _together(
        (re.sub(r"{[^}]*}", "<text>", route.path), given) for route, given in zip(found, methods, strict=True)
    )


def _together(rules: Iterable[tuple[str, set[str] | None]]) -> list[str]:
    methods: dict[str, set[str]] = {}
    for path, given in rules:
        methods.setdefault(path, set()).update((given or {"ANY"}) - {"HEAD", "OPTIONS"})
    return sorted(f"{path} {' '.join(sorted(names))}" for path, names in methods.items())


def _paths(rule: str) -> list[str]:
    """A rule's addresses: one for each choice, and for the rest what may stand there, whatever the code calls it."""
    bare = re.sub(r"<(?:([^:>]+):)?\w+>", lambda found: f"<{found[1] or 'text'}>", rule)
    choices = re.search(r"<any\(([^)]*)\)>", bare)
    if choices is None:
        return [bare]
    return [bare.replace(choices[0], word.strip(" '\"")) for word in choices[1].split(",")]

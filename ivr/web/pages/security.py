"""What guards every page, in one place: cookies, CSRF, headers and the content policy."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from flask import Flask, Response, g, request
from flask_wtf import CSRFProtect
from secure import (
    ContentSecurityPolicy,
    CrossOriginOpenerPolicy,
    PermissionsPolicy,
    ReferrerPolicy,
    Secure,
    StrictTransportSecurity,
    XContentTypeOptions,
    XFrameOptions,
)

from ivr.secret_keys import persistent_key
from ivr.settings import Settings

COOKIE_LASTS = timedelta(days=2)  # longer than any sign-in: when it is over is for the server to say


@dataclass(frozen=True)
class Guards:
    """What blueprints need of the guards: `csrf.exempt(blueprint)`."""

    csrf: CSRFProtect


@dataclass(frozen=True)
class Allowed:
    """Whom a page may ask beyond ourselves, as sources of a content policy ("https://host", "mediastream:").

    `frames` may be framed and given the microphone, `connects` be connected to, `plays` be played.
    """

    frames: tuple[str, ...] = ()
    connects: tuple[str, ...] = ()
    plays: tuple[str, ...] = ()


def allow(what: Allowed) -> None:
    """Let the page under way, and no other, have `what`."""
    g.allowed = what


def secure_pages(app: Flask, settings: Settings) -> Guards:
    """Guard all of `app`'s pages."""
    https = settings.public_url.startswith("https://")
    app.secret_key = settings.secret_key.get_secret_value() or persistent_key(settings.data_dir, "session").hex()
    app.config.update(
        SESSION_COOKIE_NAME="warmline",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=https,
        PERMANENT_SESSION_LIFETIME=COOKIE_LASTS,
        SESSION_REFRESH_EACH_REQUEST=False,  # an answer that comes after the sign-out would bring its cookie back
        WTF_CSRF_TIME_LIMIT=None,  # a page stays open for a whole shift; the token ends with the session
    )
    _send_headers(app, https)
    return Guards(CSRFProtect(app))


@cache
def _headers(allowed: Allowed, https: bool) -> Secure:
    microphones = ("self", *(f'"{one}"' for one in allowed.frames))
    policy = (
        ContentSecurityPolicy()
        .default_src("'none'").script_src("'self'").style_src("'self'").img_src("'self'")
        .media_src("'self'", *allowed.plays).connect_src("'self'", *allowed.connects)
        .frame_src(*(allowed.frames or ["'none'"]))
        .form_action("'self'").base_uri("'none'").frame_ancestors("'none'")
    )  # fmt: skip
    return Secure(
        csp=policy,
        coop=CrossOriginOpenerPolicy().same_origin(),
        hsts=StrictTransportSecurity().max_age(31_536_000) if https else None,
        permissions=PermissionsPolicy().geolocation().camera().microphone(*microphones),
        referrer=ReferrerPolicy().same_origin(),
        xcto=XContentTypeOptions(),
        xfo=XFrameOptions().deny(),
    )


def _send_headers(app: Flask, https: bool) -> None:
    @app.after_request
    def guard(response: Response) -> Response:
        for name, value in _headers(g.get("allowed", Allowed()), https).headers.items():
            response.headers.setdefault(name, value)
        if request.endpoint != "static" and not str(request.endpoint).endswith(".static"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response

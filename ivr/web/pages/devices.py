"""Browsers: which of them are known to which person, by a signed cookie that outlives the sign-in; and their names."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from flask import Response, current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

COOKIE = "warmline_device"
LASTS = timedelta(days=365)
MOST = 30  # people who share one browser
BROWSERS = {"Edg": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari"}
SYSTEMS = {
    "Windows": "Windows", "Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Mac OS X": "macOS",
    "CrOS": "ChromeOS", "Linux": "Linux",
}  # fmt: skip


@dataclass(frozen=True)
class Device:
    """A browser, and the people who have signed in with it."""

    id: str
    people: tuple[int, ...] = ()

    def known_to(self, person: int) -> str | None:
        """Its id where this person has signed in with it; one that is made up with each request counts for nothing."""
        return self.id if person in self.people else None


def this_device() -> Device:
    """The browser that asks; a new one where its cookie is missing, old or forged."""
    try:
        kept = _signer().loads(request.cookies.get(COOKIE, ""), max_age=int(LASTS.total_seconds()))
        return Device(str(kept["id"]), tuple(int(person) for person in kept["people"]))
    except (BadSignature, KeyError, TypeError, ValueError):
        return Device(secrets.token_urlsafe(12))


def remember(answer: Response, device: Device, person: int) -> None:
    """Let the browser prove next time that this person has signed in with it before."""
    people = [*(other for other in device.people if other != person), person][-MOST:]
    answer.set_cookie(
        COOKIE, _signer().dumps({"id": device.id, "people": people}), max_age=LASTS, httponly=True, samesite="Lax",
        secure=current_app.config["SESSION_COOKIE_SECURE"], path="/",
    )  # fmt: skip


def describe(agent: str) -> str:
    """A browser's `User-Agent` in a person's words: "Firefox on Linux"."""
    browser = next((name for sign, name in BROWSERS.items() if sign in agent), "A browser")
    system = next((name for sign, name in SYSTEMS.items() if sign in agent), "")
    return f"{browser} on {system}" if system else browser


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="device")

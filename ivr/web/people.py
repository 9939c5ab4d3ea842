"""Who is signed in, and what each may open."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote, urlsplit

from flask import Flask, abort, redirect, request, url_for
from flask_login import LoginManager, UserMixin, current_user
from werkzeug.wrappers import Response

from ivr.clock import Clock
from ivr.people import sign_ins
from ivr.people.sign_ins import Limits
from ivr.settings import Settings
from ivr.store import Sessions
from ivr.store.people_tables import SignIn


@dataclass(frozen=True)
class Person(UserMixin):  # type: ignore[misc]
    """Who is signed in, in one browser: `key` is what that browser has, `sign_in` our row of it."""

    id: int
    name: str
    email: str
    phone: str
    roles: frozenset[str]
    key: str
    sign_in: int
    proven_at: datetime

    def get_id(self) -> str:
        return self.key

    def may(self, *roles: str) -> bool:
        return not self.roles.isdisjoint(roles)


class People:
    """Finds the person behind a browser's key. A stream that stays open asks again, and ends with the sign-in."""

    def __init__(self, sessions: Sessions, clock: Clock, limits: Limits) -> None:
        self.sessions, self.clock, self.limits = sessions, clock, limits

    def behind(self, key: str) -> Person | None:
        """The person whose sign-in this is, as SQL has them now; None when it has ended."""
        now = self.clock.now()
        with self.sessions() as tx:
            row = sign_ins.find(tx, key, self.limits, now)
        if row is not None and sign_ins.to_note(row, now):
            with self.sessions.begin() as tx:
                sign_ins.seen(tx, row.id, now)
        return None if row is None else person_of(row, key)


def limits_of(settings: Settings) -> Limits:
    return Limits(timedelta(minutes=settings.session_idle_minutes), timedelta(hours=settings.session_hours))


def person_of(row: SignIn, key: str) -> Person:
    """The signed-in view of a person."""
    agent = row.agent
    return Person(agent.id, agent.name, agent.email, agent.phone, frozenset(agent.roles), key, row.id, row.proven_at)


def me() -> Person:
    """The person who asks; only where `only` has let him in."""
    person = current_user._get_current_object()
    assert isinstance(person, Person)  # noqa: S101
    return person


def own_phone(url: str, person: Person) -> str:
    """The person's browser phone at the phone page `url`; none for a person on a telephone number."""
    return f"{url}?as={quote(person.phone)}" if url and person.phone.startswith("client:") else ""


def know_people(app: Flask, people: People) -> None:
    """Read the signed-in person from SQL at every request, so that a lost role or sign-in is lost at once."""
    LoginManager(app).user_loader(people.behind)


def only(*roles: str) -> Callable[[], Response | None]:
    """A `before_request` that lets in people with one of `roles`; others get 403, strangers the sign-in page."""

    def check() -> Response | None:
        if not current_user.is_authenticated:
            if wants_page():
                return redirect(url_for("people.sign_in", next=request.full_path.rstrip("?")))
            abort(401)
        if roles and not me().may(*roles):
            abort(403)
        return None

    return check


def wants_page() -> bool:
    """Whether a browser shows the answer as a page, rather than a script reading it."""
    return request.method == "GET" and request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"


def safe_next(target: str | None) -> str | None:
    """`target` when it is a path of this site, else None: sign-in must not send people elsewhere."""
    if not target or not target.startswith("/") or "\\" in target or not target.isprintable():
        return None
    parts = urlsplit(target)
    return None if parts.scheme or parts.netloc or target.startswith("//") else target

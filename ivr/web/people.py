"""Who is signed in, and what each may open."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from flask import Flask, abort, redirect, request, url_for
from flask_login import LoginManager, UserMixin, current_user
from werkzeug.wrappers import Response

from ivr.store import Sessions
from ivr.store.models import Agent


@dataclass(frozen=True)
class Person(UserMixin):  # type: ignore[misc]
    """A signed-in row of `agents`. `stamp` changes with the password, which ends older sessions."""

    id: int
    name: str
    email: str
    phone: str
    roles: frozenset[str]
    stamp: str

    def get_id(self) -> str:
        return f"{self.id}.{self.stamp}"

    def may(self, *roles: str) -> bool:
        return not self.roles.isdisjoint(roles)


def person_of(agent: Agent) -> Person:
    """The signed-in view of an agent's row."""
    stamp = hashlib.sha256(agent.password_hash.encode()).hexdigest()[:16]
    return Person(agent.id, agent.name, agent.email, agent.phone, frozenset(agent.roles), stamp)


def me() -> Person:
    """The person who asks; only where `only` has let him in."""
    person = current_user._get_current_object()
    assert isinstance(person, Person)  # noqa: S101
    return person


def own_phone(url: str, person: Person) -> str:
    """The person's browser phone at the phone page `url`; none for a person on a telephone number."""
    return f"{url}?as={quote(person.phone)}" if url and person.phone.startswith("client:") else ""


def know_people(app: Flask, sessions: Sessions) -> None:
    """Read the signed-in person from SQL at every request, so that a lost role is lost at once."""
    manager = LoginManager(app)

    @manager.user_loader  # type: ignore[untyped-decorator]
    def load(key: str) -> Person | None:
        number, _, _ = key.partition(".")
        with sessions() as session:
            agent = session.get(Agent, int(number)) if number.isdigit() else None
        person = person_of(agent) if agent else None
        return person if person and person.get_id() == key else None


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

"""Who is signed in, and what each may open."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

from flask import Flask, Request, abort, redirect, request, url_for
from flask_login import LoginManager, UserMixin, current_user
from werkzeug.wrappers import Response

from ivr.clock import Clock
from ivr.dialling.phone_numbers import is_browser
from ivr.people import sign_ins
from ivr.people.api_keys import key_of
from ivr.people.sign_ins import Limits
from ivr.settings import Settings
from ivr.store.engine import Sessions
from ivr.store.models import SignIn
from ivr.web.url_parts import url_parts

PASSWORD = "password"  # noqa: S105  # how one is signed in who has proved nothing else
LATELY = timedelta(minutes=30)
EXPORTS = {"board.load": "supervisor"}  # what a machine's key may read, and the role that may otherwise


@dataclass(frozen=True)
class SignedInPerson(UserMixin):  # type: ignore[misc]
    """Who is signed in, in one browser: `key` is what that browser has, `sign_in` our row of it.

    `limited`: a role asks for a second factor, which is lacking; until it is there, no role opens anything.
    """

    id: int
    name: str
    email: str
    phone: str
    roles: frozenset[str]
    key: str
    sign_in: int
    proven_at: datetime
    limited: bool = False

    def get_id(self) -> str:
        return self.key

    def may(self, *roles: str) -> bool:
        return not self.limited and not self.roles.isdisjoint(roles)


class SignedInPeople:
    """Finds the person behind a browser's key. A stream that stays open asks again, and ends with the sign-in."""

    def __init__(
        self, sessions: Sessions, clock: Clock, limits: Limits, second_factor: Collection[str] = frozenset()
    ) -> None:
        self.sessions, self.clock, self.limits = sessions, clock, limits
        self.second_factor = second_factor  # the roles that need one

    def behind(self, key: str) -> SignedInPerson | None:
        """The person whose sign-in this is, as SQL has them now; None when it has ended."""
        now = self.clock.now()
        with self.sessions() as tx:
            row = sign_ins.find(tx, key, self.limits, now)
        if row is not None and sign_ins.to_note(row, now):
            with self.sessions.begin() as tx:
                sign_ins.seen(tx, row.id, now)
        return None if row is None else self._person(row, key)

    def why_over(self, key: str) -> str | None:
        """Why the sign-in behind a browser's key has ended; None where it has not, or none is known."""
        with self.sessions() as tx:
            return sign_ins.why_over(tx, key, self.limits, self.clock.now())

    def of_key(self, request: Request) -> SignedInPerson | None:
        """The machine whose key a request holds, with the right to read that one export and nothing else."""
        role = EXPORTS.get(request.endpoint or "") if request.method == "GET" else None
        header = request.headers.get("Authorization", "")
        if role is None or not header:
            return None
        now = self.clock.now()
        row = key_of(self.sessions, header, "exports", now)
        if row is None:
            return None
        name = f"key:{row.name}"
        return SignedInPerson(0, name, name, "", frozenset({role}), name, -row.id, now)

    def _person(self, row: SignIn, key: str) -> SignedInPerson:
        agent = row.agent
        lacks = row.how == PASSWORD and not set(agent.roles).isdisjoint(self.second_factor)
        roles = frozenset(agent.roles)
        return SignedInPerson(agent.id, agent.name, agent.email, agent.phone, roles, key, row.id, row.proven_at, lacks)


def limits_of(settings: Settings) -> Limits:
    return Limits(timedelta(minutes=settings.session_idle_minutes), timedelta(hours=settings.session_hours))


def me() -> SignedInPerson:
    """The person who asks; only where `only` has let them in."""
    person = current_user._get_current_object()
    assert isinstance(person, SignedInPerson)  # noqa: S101
    return person


def own_phone(url: str, person: SignedInPerson) -> str:
    """The person's browser phone at the phone page `url`; none for a person on a telephone number."""
    return f"{url}?as={quote(person.phone)}" if url and is_browser(person.phone) else ""


def know_people(app: Flask, people: SignedInPeople) -> None:
    """Read the signed-in person from SQL at every request, so that a lost role or sign-in is lost at once."""
    manager = LoginManager(app)
    manager.user_loader(people.behind)
    manager.request_loader(people.of_key)


def only(*roles: str) -> Callable[[], Response | None]:
    """A `before_request` that lets in people with one of `roles`; others get 403, strangers the sign-in page."""

    def check() -> Response | None:
        if not current_user.is_authenticated:
            if wants_page():
                return redirect(url_for("people.sign_in", next=request.full_path.rstrip("?")))
            abort(401)
        if roles and me().limited and wants_page():
            return redirect(url_for("own.page"))
        if roles and not me().may(*roles):
            abort(403)
        return None

    return check


def just_proven(people: SignedInPeople) -> Response | None:
    """None when the person has proved lately who they are; else the way to do so, and back to the page."""
    if people.clock.now() - me().proven_at < LATELY:
        return None
    target = request.full_path.rstrip("?") if request.method == "GET" else safe_next(url_parts(request.referrer).path)
    return redirect(url_for("second.prove", next=target), 303)


def wants_page() -> bool:
    """Whether a browser shows the answer as a page, rather than a script reading it."""
    return request.method == "GET" and request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"


def safe_next(target: str | None) -> str | None:
    """`target` when it is a path of this site, else None: sign-in must not send people elsewhere."""
    if not target or not target.startswith("/") or "\\" in target or not target.isprintable():
        return None
    return None if target.startswith("//") else target

"""The phone in a person's browser: which one their page shows, the carrier's script for it, and tokens for it."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Blueprint, abort, jsonify, send_file, url_for
from flask.typing import ResponseReturnValue

from ivr.carrier.browser_phone import BrowserPhone
from ivr.clock import Clock
from ivr.dialling.phone_numbers import browser_name, is_browser
from ivr.store.engine import Sessions
from ivr.store.models import Audit
from ivr.web.pages.reading_audit import Lately
from ivr.web.pages.security import Allowed, allow
from ivr.web.pages.signed_in import SignedInPerson, me, only, own_phone

YEAR = 31_536_000  # seconds: the script's address has its version in it
NUMBER = "Your phone is a telephone number. An administrator gives you one in the browser, client:NAME."


@dataclass(frozen=True, slots=True)
class Phone:
    """What a page shows a person of their phone.

    `driver`: "switch", whose page is at `src`; "sdk", whose script is at `src`; or "none", which is not set up:
    `lacking` says what an operator has to do.
    """

    driver: str
    src: str = ""
    integrity: str = ""
    lacking: tuple[str, ...] = ()


@dataclass(frozen=True)
class Phones:
    """The phones of the pages: the local switch's page at `switch_url`, where there is one, else the carrier's."""

    switch_url: str = ""
    carrier: BrowserPhone | None = None

    @property
    def switch(self) -> Allowed:
        parts = urlsplit(self.switch_url)
        return Allowed(frames=(f"{parts.scheme}://{parts.netloc}",))

    def show(self, person: SignedInPerson) -> Phone | None:
        """The person's phone, for the page under way, which may load what it needs; None: it is no browser's."""
        if not is_browser(person.phone):
            return None
        if self.switch_url:
            allow(self.switch)
            return Phone("switch", own_phone(self.switch_url, person))
        if self.carrier is None:
            return None
        if lacking := self.carrier.lacking():
            return Phone("none", lacking=tuple(lacking))
        script = self.carrier.script
        allow(Allowed(connects=script.connects, plays=script.plays))
        return Phone("sdk", url_for("phone.script", version=script.version), script.integrity)


def make_phone_blueprint(phones: Phones, sessions: Sessions, clock: Clock) -> Blueprint:
    """`POST /agent/phone/token` and the script, for agents and supervisors whose phone is in the browser."""
    blueprint = Blueprint("phone", __name__, url_prefix="/agent/phone")
    blueprint.before_request(only("agent", "supervisor"))
    lately = Lately()

    @blueprint.get("/sdk-<version>.js")
    def script(version: str) -> ResponseReturnValue:
        if phones.carrier is None or phones.carrier.lacking() or version != phones.carrier.script.version:
            abort(404)
        answer = send_file(phones.carrier.script.path.absolute(), mimetype="text/javascript")
        answer.headers["Cache-Control"] = f"private, max-age={YEAR}, immutable"
        return answer

    @blueprint.post("/token")
    def token() -> ResponseReturnValue:
        person, now = me(), clock.now()
        if not is_browser(person.phone):
            abort(409, NUMBER)
        if phones.carrier is None or (lacking := phones.carrier.lacking()):
            return jsonify(lacking=lacking if phones.carrier else []), 503
        issued = phones.carrier.issue(browser_name(person.phone))
        if lately.first((person.sign_in, person.phone), now):  # a page asks again every few minutes
            with sessions.begin() as tx:
                detail = {"phone": person.phone}
                tx.add(
                    Audit(at=now, actor=person.email, action="phone-token", subject=f"agent:{person.id}", detail=detail)
                )
        return jsonify(token=issued.token, identity=issued.name, seconds=issued.seconds)

    return blueprint

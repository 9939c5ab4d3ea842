"""The pages as one: guards, people, words, errors and blueprints put on an app."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol
from zoneinfo import ZoneInfo

from flask import Flask

from ivr.clock import Clock
from ivr.desk.agents import PresenceRefusedError
from ivr.ledger.port import Ledger
from ivr.people.factors import SecretBox
from ivr.people.passkeys import Site
from ivr.people.throttle import Throttle
from ivr.settings import Settings
from ivr.store.engine import Sessions
from ivr.store.redis_client import connect
from ivr.web.pages.agent import Handoffs, make_agent_blueprint
from ivr.web.pages.agent_call import CallActions, Pins, Texts, make_agent_call_blueprint
from ivr.web.pages.agent_card import Cards, make_agent_card_blueprint
from ivr.web.pages.agent_transfer import Transfers, make_agent_transfer_blueprint
from ivr.web.pages.brief_words import show_brief
from ivr.web.pages.call_backs import CallBacks, make_call_backs_blueprint
from ivr.web.pages.context import PageContext
from ivr.web.pages.errors import explain_errors
from ivr.web.pages.formats import show_values
from ivr.web.pages.own import make_own_blueprint
from ivr.web.pages.passkeys import make_own_passkeys_blueprint, make_passkey_blueprint
from ivr.web.pages.password import make_password_blueprint
from ivr.web.pages.phone import Phones, make_phone_blueprint
from ivr.web.pages.quality.blueprint import make_quality_blueprint
from ivr.web.pages.reading_audit import note_reading
from ivr.web.pages.recording_audio import Recordings
from ivr.web.pages.reviews import make_reviews_blueprint
from ivr.web.pages.roster import make_roster_blueprint
from ivr.web.pages.second_factor import make_second_blueprint
from ivr.web.pages.security import Guards, secure_pages
from ivr.web.pages.sign_in import make_sign_in_blueprint
from ivr.web.pages.signed_in import SignedInPeople, know_people, limits_of
from ivr.web.pages.single_sign_on import make_single_sign_on_blueprint
from ivr.web.pages.stream_rights import make_events_blueprint
from ivr.web.pages.times import Times, show_times
from ivr.web.pages.wallboard import BotCalls, Brakes, Supervises, make_board_blueprint


class HandoffActions(Handoffs, CallActions, Protocol):
    """The hand-off service as the pages see it."""


@dataclass(frozen=True)
class PageServices:
    """The services that the pages ask; each page is given its own of them."""

    settings: Settings
    sessions: Sessions
    handoffs: HandoffActions
    recordings: Recordings
    clock: Clock
    ledger: Ledger
    cards: Cards
    call_backs: CallBacks
    pins: Pins
    texts: Texts | None = None  # the carrier; without one, callers are sent no texts
    supervision: Supervises | None = None  # without it, brakes and bot_calls, there is no board
    brakes: Brakes | None = None
    bot_calls: BotCalls | None = None
    transfers: Transfers | None = None  # without it, calls stay with whom they came to


def add_pages(app: Flask, services: PageServices, phones: Phones) -> Guards:
    """Put every page on `app`; exempt webhooks with `guards.csrf.exempt(blueprint)`.

    `phones`: those that people have in their browser.
    """
    settings = services.settings
    guards = secure_pages(app, settings)
    people = SignedInPeople(services.sessions, services.clock, limits_of(settings), settings.second_factor_roles)
    know_people(app, people)
    note_reading(app, services.sessions, services.clock)
    show_values(app)
    show_times(app, Times(services.clock, ZoneInfo(settings.time_zone)), settings.time_zone)
    show_brief(app)
    explain_errors(app)
    _add_sign_in(app, settings, people, services.handoffs)
    context = PageContext(services.sessions, services.clock, settings.time_zone, phones, settings.original_sound_roles)
    _add_desk(app, context, services)
    _add_board(app, context, services)
    app.register_blueprint(make_quality_blueprint(context, services.recordings, settings.service_seconds))
    app.register_blueprint(make_reviews_blueprint(context, services.recordings))
    app.register_blueprint(make_events_blueprint(services.sessions))
    return guards


def _add_desk(app: Flask, context: PageContext, services: PageServices) -> None:
    """An agent's pages."""
    handoffs, pins, ledger = services.handoffs, services.pins, services.ledger
    app.register_blueprint(make_agent_blueprint(context, handoffs, services.recordings, ledger, pins))
    app.register_blueprint(make_agent_call_blueprint(context, handoffs, services.texts, services.settings.dials, pins))
    app.register_blueprint(make_phone_blueprint(context.phones, services.sessions, services.clock))
    app.register_blueprint(make_agent_card_blueprint(context, services.cards, ledger))
    app.register_blueprint(make_call_backs_blueprint(context, services.call_backs))
    app.jinja_env.globals["TRANSFERS"] = services.transfers is not None
    if services.transfers is not None:
        app.register_blueprint(make_agent_transfer_blueprint(context, services.transfers))


def _add_board(app: Flask, context: PageContext, services: PageServices) -> None:
    app.jinja_env.globals["BOARD"] = False
    supervision, brakes, bot_calls = services.supervision, services.brakes, services.bot_calls
    if supervision is None or brakes is None or bot_calls is None:
        return
    app.jinja_env.globals["BOARD"] = True
    seconds = services.settings.service_seconds
    app.register_blueprint(make_board_blueprint(context, supervision, brakes, bot_calls, seconds))


def _add_sign_in(app: Flask, settings: Settings, people: SignedInPeople, handoffs: Handoffs) -> None:
    """Signing in, one's own page, and the page of all people."""

    def go_away(agent_id: int) -> None:
        with suppress(PresenceRefusedError):  # their call goes on: their phone is not their browser
            handoffs.presence(agent_id, "away")
            handoffs.finish_wrap_up(agent_id)

    throttle = Throttle(connect(settings.redis, 0.3), people.clock)  # somebody waits at the sign-in page
    box = SecretBox.from_settings(settings.secret_key.get_secret_value(), settings.data_dir)
    app.register_blueprint(make_sign_in_blueprint(people, throttle, go_away))
    app.register_blueprint(make_second_blueprint(people, throttle, box))
    app.register_blueprint(make_password_blueprint(people, settings.company))
    app.register_blueprint(make_own_blueprint(people, throttle, box, settings.company))
    app.jinja_env.globals["SINGLE_SIGN_ON"] = bool(settings.oidc_issuer)
    if settings.oidc_issuer:
        app.register_blueprint(
            make_single_sign_on_blueprint(
                app, people, settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret,
                settings.oidc_rules, settings.public_url,
            )
        )  # fmt: skip
    site = Site.at(settings.public_url, settings.company)
    app.register_blueprint(make_passkey_blueprint(people, site))
    app.register_blueprint(make_own_passkeys_blueprint(people, site))
    app.register_blueprint(make_roster_blueprint(people, settings.public_url))
